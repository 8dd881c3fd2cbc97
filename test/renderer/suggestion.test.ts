import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Snapshot } from '../../preload/contract.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations } from './fixture/serve.ts';
import { busySnapshot, quietSnapshot, suggestedToday } from './fixture/snapshot.ts';

const now = Date.UTC(2026, 10, 22, 14, 0, 0);
const today = suggestedToday(now);
const { key } = today.suggestion!;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterEach(async () => {
  const refused = await violations(page);
  await page.context().close();
  expect(refused).toEqual([]);
});
afterAll(async () => browser.close());

async function open(snapshot: Snapshot): Promise<void> {
  page = await openWindow(browser, { page: 'index.html', data: fixtureData(snapshot, now), stoppedAt: now });
  await page.getByRole('heading', { level: 1 }).waitFor();
}

const quiet = (): Snapshot => ({ ...quietSnapshot(now), today });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const made = async (name: string) => page.evaluate((name) => window.fixture.calls.filter((call) => call.name === name).map(({ input }) => input), name);

test('says what the rule would allow, until when, and from how many answers; it is made by one click', async () => {
  await open(quiet());
  const panel = page.getByRole('region', { name: '7 questions today, 92% approved: make a rule?' });
  expect(await panel.innerText()).toContain('Until December 6, 2026, Marketing Claw may send messages without attachments to ana@northwind.example, bo@acme.example from Work mail without asking: you said yes to that 6 times in 7 days, and never no.');
  expect(await panel.innerText()).toContain('At most 200 times.');
  await page.clock.runFor(700);
  await button('Make this rule').click();
  expect(await made('makeSuggestedRule')).toEqual([{ key }]);
  await page.evaluate((today) => window.fixture.push({ today }), { ...today, suggestion: null });
  expect(await page.getByText('The rule is made.').isVisible()).toBe(true);
  expect(await panel.count()).toBe(0);
});

test('can be looked at: the answers it comes from, and the rule text', async () => {
  await open(quiet());
  await button('Look at it').click();
  expect(await page.locator('.cs-suggestion-details li').count()).toBe(5);
  expect(await page.locator('.cs-suggestion-details').innerText()).toContain('Minutes of Monday');
  expect(await button('Look at it').getAttribute('aria-expanded')).toBe('true');
});

test('"Not now" says for how long, and what was clicked for something else makes no rule', async () => {
  await open(quiet());
  await button('Make this rule').click({ force: true });
  await page.clock.runFor(700);
  await button('Make this rule').focus();
  await page.keyboard.press('Enter');
  expect(await made('makeSuggestedRule')).toEqual([]);
  await button('Not now').click();
  expect(await made('silenceSuggestion')).toEqual([{ key }]);
  await page.evaluate((today) => window.fixture.push({ today }), { ...today, suggestion: null });
  expect(await page.getByText('not suggested for 30 days').isVisible()).toBe(true);
});

test('while something waits only the number is told', async () => {
  await open({ ...busySnapshot(now), today });
  expect(await page.getByText('7 questions today, 92% approved', { exact: true }).isVisible()).toBe(true);
  expect(await page.locator('.cs-suggestion').count()).toBe(0);
});

test('what main refuses is told, and the rule is still there to be looked at', async () => {
  await open(quiet());
  await page.evaluate(() => window.fixture.answerWith('makeSuggestedRule', { ok: false, problem: { id: 'suggestion.problem.gone', values: {} } }));
  await page.clock.runFor(700);
  await button('Make this rule').click();
  await page.getByText('do not speak for this rule any more').waitFor();
  expect(await button('Make this rule').isVisible()).toBe(true);
});
