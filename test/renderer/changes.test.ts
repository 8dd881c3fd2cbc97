import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { changedFiles, changesQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations } from './fixture/serve.ts';
import { busySnapshot } from './fixture/snapshot.ts';

const now = Date.UTC(2026, 10, 22, 14, 0, 0);
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

async function open(count?: number): Promise<void> {
  page = await openWindow(browser, { page: 'approval.html', data: fixtureData({ ...busySnapshot(now), approvals: [changesQuestion(now, count)] }, now), stoppedAt: now });
  await page.locator('main').waitFor();
}

const lines = () => page.getByText('Northwind;2026-05-12;1240.00');

test('what changed in few files is seen at once, with words beside the colours', async () => {
  await open(2);
  expect(await lines().isVisible()).toBe(true);
  expect(await page.locator('.cs-changed-file').first().locator('ins').first().textContent()).toBe('Northwind;2026-05-12;1240.00');
  expect(await page.locator('.cs-changed-file').first().innerText()).toMatch(/Changed\s+may\.csv/);
});

test('of many files each opens by keyboard, and one that is no text says so', async () => {
  await open();
  expect(await lines().isVisible()).toBe(false);
  await page.clock.runFor(1000);
  await page.locator('.cs-changed-file summary').first().focus();
  await page.keyboard.press('Enter');
  expect(await lines().isVisible()).toBe(true);
  await page.locator('.cs-changed-file summary').nth(2).click();
  expect(await page.getByText('This cannot be shown as text, or is too long to be shown.').isVisible()).toBe(true);
});

test('some are kept: ticked files alone are sent, and none is no choice', async () => {
  await open();
  const field = { at: '/files', kind: 'choice' as const, label: { id: 'card.row.changes', values: {} }, options: [...changedFiles], value: [...changedFiles], hiddenCharacters: 0, longest: 500 };
  await page.evaluate((field) => window.fixture.answerWith('startEdit', { ok: true, value: { fields: [field] } }), field);
  await page.clock.runFor(1000);
  await page.getByRole('button', { name: 'Edit…' }).click();
  await page.getByRole('checkbox', { name: 'summary/chart.png' }).uncheck();
  expect(await page.getByText('3 of 4 chosen').isVisible()).toBe(true);
  await page.getByRole('button', { name: 'Review changes' }).click();
  const calls = await page.evaluate(() => window.fixture.calls.filter(({ name }) => name === 'editApproval').map(({ input }) => input));
  expect(calls).toMatchObject([{ edits: [{ at: '/files', value: ['may.csv', 'summary/by-customer.csv', 'old/april-backup.csv'] }] }]);
});
