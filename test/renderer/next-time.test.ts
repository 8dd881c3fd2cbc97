import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { lateQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations } from './fixture/serve.ts';
import { busySnapshot, onceGrant } from './fixture/snapshot.ts';

const now = Date.UTC(2026, 10, 22, 14, 0, 0);
const late = lateQuestion(now);
const grant = onceGrant(now);
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

async function open(): Promise<void> {
  page = await openWindow(browser, { page: 'index.html', data: fixtureData({ ...busySnapshot(now), approvals: [late], grants: [] }, now), stoppedAt: now });
  await page.locator('.cs-inbox-row').click();
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const made = async (name: string) => page.evaluate((name) => window.fixture.calls.filter((call) => call.name === name).map(({ input }) => input), name);

test('a card that nobody answered can be allowed the next time, for exactly what it shows, and taken back', async () => {
  await open();
  expect(await page.locator('.cs-next-time').innerText()).toContain('exactly this go ahead once, today');
  await page.clock.runFor(700);
  await button('Allow it next time').click();
  expect(await made('allowNextTime')).toEqual([{ id: late.id, digest: late.digest }]);
  await page.evaluate((slices) => window.fixture.push(slices), { approvals: [lateQuestion(now, grant.id)], grants: [grant] });
  expect(await page.locator('.cs-next-time').innerText()).toContain('it goes ahead once');
  await page.clock.runFor(700);
  await button('Take back').click();
  expect(await made('revokeGrant')).toEqual([{ id: grant.id }]);
  await page.evaluate(() => window.fixture.push({ grants: [] }));
  expect(await page.locator('.cs-next-time').innerText()).toContain('You allowed this once.');
  expect(await page.locator('.cs-next-time button').count()).toBe(0);
});

test('a click or key that was meant for the card before it ended allows nothing', async () => {
  await open();
  await button('Allow it next time').click({ force: true });
  await page.clock.runFor(700);
  await button('Allow it next time').focus();
  await page.keyboard.press('Enter');
  expect(await made('allowNextTime')).toEqual([]);
  await page.keyboard.press('Space');
  expect(await made('allowNextTime')).toHaveLength(1);
});

test('what main refuses is told beside the button', async () => {
  await open();
  await page.evaluate(() => window.fixture.answerWith('allowNextTime', { ok: false, problem: { id: 'nextTime.problem.goneClaw', values: {} } }));
  await page.clock.runFor(700);
  await button('Allow it next time').click();
  await page.getByText('there is nothing to allow').waitFor();
  expect(await button('Allow it next time').isVisible()).toBe(true);
});
