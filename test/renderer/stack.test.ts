import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Approval } from '../../preload/contract.ts';
import { calendarStack, emailQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
import { busySnapshot } from './fixture/snapshot.ts';

const now = Date.UTC(2026, 10, 22, 14, 0, 0);
const stack = calendarStack(now);
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

async function open(approvals: readonly Approval[], window: OpenOptions['page'] = 'approval.html'): Promise<void> {
  page = await openWindow(browser, { page: window, data: fixtureData({ ...busySnapshot(now), approvals: [...approvals] }, now), stoppedAt: now });
  await page.locator('.cs-stack-card').waitFor();
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const stackAnswers = async () => page.evaluate(() => window.fixture.calls.filter(({ name }) => name === 'answerStack').map(({ input }) => input));
const all = (answer: string, members: readonly Approval[]) => ({ cards: members.map(({ id, digest }) => ({ id, digest })), answer, reason: null });

test('twelve changes are one card; each can be looked at, and one answer names exactly those that are shown', async () => {
  await open(stack);
  expect(await page.getByRole('heading', { level: 2 }).innerText()).toBe('Answer 12 changes together?');
  expect(await page.locator('.cs-stack-member').count()).toBe(12);
  await page.locator('.cs-stack-line').nth(2).click();
  expect(await page.locator('.cs-stack-panel:not([hidden])').innerText()).toContain('Planning, week 3');
  await page.clock.runFor(700);
  await button('Approve all 12').click();
  expect(await stackAnswers()).toEqual([all('approve', stack)]);
});

test('nothing is answered before the buttons arm, by plain Enter, or by keys that came with the focus', async () => {
  await open(stack);
  await button('Approve all 12').click({ force: true });
  await page.keyboard.press('Control+Enter');
  await page.clock.runFor(700);
  await button('Approve all 12').focus();
  await page.keyboard.press('Enter');
  expect(await stackAnswers()).toEqual([]);
  await page.keyboard.press('Control+Enter');
  expect(await stackAnswers()).toHaveLength(1);
});

test('one that joins starts the arming over, and is shown before it is answered', async () => {
  await open(stack.slice(0, 2));
  await page.clock.runFor(700);
  await page.evaluate((approvals) => window.fixture.push({ approvals }), stack.slice(0, 3));
  await button('Approve all 3').click({ force: true });
  expect(await stackAnswers()).toEqual([]);
  await page.clock.runFor(700);
  await button('Approve all 3').click();
  expect(await stackAnswers()).toEqual([all('approve', stack.slice(0, 3))]);
});

test('one is taken off and answered by itself; Esc asks before all are denied', async () => {
  await open(stack.slice(0, 3));
  await page.clock.runFor(700);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).or(page.getByRole('dialog').getByRole('button').first()).first().click();
  expect(await stackAnswers()).toEqual([]);
  await page.locator('.cs-stack-line').nth(1).click();
  await button('Answer this one by itself').click();
  expect(await page.getByRole('heading', { level: 2 }).innerText()).toContain('Planning, week 2');
});

test('the inbox shows the stack as one line beside other questions', async () => {
  await open([...stack, emailQuestion(now)], 'index.html');
  expect(await page.locator('.cs-inbox-row').count()).toBe(2);
  expect(await page.locator('.cs-inbox-row').first().innerText()).toContain('Marketing Claw asks about 12 changes in Team calendar.');
});
