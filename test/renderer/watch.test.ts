import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Screen, Snapshot } from '../../preload/contract.ts';
import { launchBrowser, violations } from './fixture/serve.ts';
import { busySnapshot, watchingSnapshot } from './fixture/snapshot.ts';
import { callsOf, callWith, findings, visit } from './fixture/visit.ts';

const now = Date.now();
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

async function open(screen: Screen, snapshot: Snapshot = busySnapshot(now)): Promise<void> {
  page = await visit(browser, { screen, snapshot, now });
}
const section = () => page.getByRole('region', { name: 'Watch reading instead of asking' });
const banner = () => page.getByText(/^Reading is watched, not asked about/);

test('is off until somebody turns it on for one connection, or for all of them', async () => {
  await open('rules');
  expect(await banner().count()).toBe(0);
  await section().getByRole('switch', { name: 'Work mail' }).click();
  expect(await callsOf(page, 'updateSettings')).toEqual([{ watchReads: ['work-mail'] }]);
  await banner().waitFor();
  await section().getByRole('switch', { name: 'Every connection, also later ones' }).click();
  await callWith(page, 'updateSettings', { watchReads: ['work-mail', '*'] });
  expect(await section().getByRole('switch', { name: 'Ledger' }).isChecked()).toBe(true);
  expect(await section().getByRole('switch', { name: 'Ledger' }).isDisabled()).toBe(true);
});

test('while it is on every screen says so and leads to where it is turned off', async () => {
  await open('inbox', watchingSnapshot(now, ['work-mail', 'ledger']));
  expect(await banner().innerText()).toBe('Reading is watched, not asked about: Work mail and Ledger. Everything read is in the record.');
  await page.getByRole('button', { name: 'Change in Rules' }).click();
  await page.getByRole('heading', { level: 1, name: 'Rules', exact: true }).waitFor();
  await section().getByRole('switch', { name: 'Work mail' }).click();
  await callWith(page, 'updateSettings', { watchReads: ['ledger'] });
});

test('the connection says so, by more than a color', async () => {
  await open('connections', watchingSnapshot(now, ['work-mail']));
  const item = page.locator('.cs-item').filter({ has: page.getByRole('heading', { name: 'Work mail' }) });
  expect(await item.getByText('Reading is watched').isVisible()).toBe(true);
  expect(await page.getByText('Reading is watched', { exact: true }).count()).toBe(1);
  expect(await findings(page)).toEqual([]);
});

test('what the organization chose is locked and says what that means', async () => {
  await open('rules', watchingSnapshot(now, ['*'], true));
  expect(await section().innerText()).toContain('covers the company’s own questions too');
  for (const one of await section().getByRole('switch').all()) expect(await one.isDisabled()).toBe(true);
  expect(await findings(page)).toEqual([]);
});

test('the record can be filtered by it', async () => {
  await open('activity');
  await page.getByRole('button', { name: /^Outcome/ }).click();
  await page.getByRole('menuitemradio', { name: 'Would have been asked' }).click();
  await callWith(page, 'searchActivity', { filter: { wouldAsk: true, progress: null } });
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('button', { name: /^Outcome.*All outcomes/ }).waitFor();
  expect(await page.getByRole('button', { name: 'Clear filters' }).count()).toBe(0);
});
