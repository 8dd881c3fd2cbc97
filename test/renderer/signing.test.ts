import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Approval, Snapshot } from '../../preload/contract.ts';
import { paymentQuestion, twoPeopleQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
import { busySnapshot, signers } from './fixture/snapshot.ts';
import { findings } from './fixture/visit.ts';

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

async function open(approvals: readonly Approval[], rest: Partial<Snapshot> = {}, window: OpenOptions['page'] = 'approval.html'): Promise<void> {
  page = await openWindow(browser, { page: window, data: fixtureData({ ...busySnapshot(now), approvals: [...approvals], ...rest }, now), stoppedAt: now });
  await page.locator('main').waitFor();
}

const pass = async (milliseconds: number): Promise<void> => page.clock.runFor(milliseconds);
const button = (name: string) => page.getByRole('button', { name, exact: true });
async function calls(wanted: string): Promise<readonly unknown[]> {
  return page.evaluate((name) => window.fixture.calls.filter((call) => call.name === name).map(({ input }) => input), wanted);
}
const field = () => page.getByLabel('Your passcode, to show that it is you');

describe('a card that takes the passcode', () => {
  test('is sent with it, by keyboard alone, and never by a plain Enter', async () => {
    await open([paymentQuestion(now)]);
    await page.getByRole('checkbox').check();
    await field().fill('my own words');
    await pass(5000);
    await page.keyboard.press('Enter');
    expect(await calls('answerApproval')).toEqual([]);
    await page.keyboard.press('Control+Enter');
    expect(await calls('answerApproval')).toMatchObject([{ answer: 'approve', isConfirmed: true, signature: { by: 'passcode', passcode: 'my own words' } }]);
  });

  test('cannot be approved while the field is empty, and can be denied', async () => {
    await open([paymentQuestion(now)]);
    await page.getByRole('checkbox').check();
    await pass(5000);
    await button('Yes, do it once').click({ force: true });
    await page.keyboard.press('Control+Enter');
    expect(await calls('answerApproval')).toEqual([]);
    await button('Deny').click();
    expect(await calls('answerApproval')).toMatchObject([{ answer: 'deny' }]);
  });

  test('leaves the field empty to use Touch ID', async () => {
    await open([paymentQuestion(now)], { signers: { ...signers, hasTouchId: true } });
    await page.getByRole('checkbox').check();
    await pass(5000);
    await button('Yes, do it once').click();
    expect(await calls('answerApproval')).toMatchObject([{ signature: { by: 'system' } }]);
  });

  test('offers to set one where there is none', async () => {
    await open([paymentQuestion(now)], { signers: { ...signers, hasPasscode: false } });
    await button('Set a passcode…').click();
    const dialog = page.getByRole('dialog', { name: 'Set a passcode' });
    await dialog.getByLabel('New passcode').fill('short');
    await dialog.getByLabel('The same again').fill('shorter');
    await dialog.getByRole('button', { name: 'Set passcode' }).click();
    await dialog.getByText('Use at least 6 characters.').waitFor();
    await dialog.getByText('The two are not the same.').waitFor();
    expect(await calls('setPasscode')).toEqual([]);
    for (const label of ['New passcode', 'The same again']) {
      expect(await dialog.getByLabel(label).getAttribute('autocomplete')).toBe('new-password');
      await dialog.getByLabel(label).fill('my own words');
    }
    await dialog.getByRole('button', { name: 'Set passcode' }).click();
    await expect.poll(() => calls('setPasscode')).toEqual([{ current: null, next: 'my own words' }]);
  });
});

describe('a card that two people sign', () => {
  test('asks the first and then the second, who is not the first', async () => {
    await open([twoPeopleQuestion(now)]);
    expect(await page.getByRole('listitem').filter({ has: page.getByText('First signature') }).getAttribute('aria-current')).toBe('step');
    await page.evaluate((approval) => window.fixture.push({ approvals: [approval] }), twoPeopleQuestion(now, true));
    await page.getByText('Ana Lind signed').waitFor();
    expect(await page.getByLabel('Name').locator('option').allTextContents()).toEqual(['Choose…', 'Bo Berg']);
    // Nothing that was typed or ticked for the first counts for the second, and the buttons arm anew.
    expect(await page.getByRole('checkbox').isChecked()).toBe(false);
    expect(await page.getByLabel('Passcode', { exact: true }).inputValue()).toBe('');
    await page.getByRole('checkbox').check();
    await page.getByLabel('Name').selectOption({ label: 'Bo Berg' });
    await page.getByLabel('Passcode', { exact: true }).fill('bo keeps it');
    await pass(5000);
    await button('Sign and approve').click();
    expect(await calls('answerApproval')).toMatchObject([{ signature: { by: 'approver', approver: 'bo', passcode: 'bo keeps it' } }]);
  });

  test('says what to set up where there are too few', async () => {
    await open([twoPeopleQuestion(now)], { signers: { ...signers, approvers: [] } });
    await page.getByText('Nobody is set up for it yet.').waitFor();
    await button('Set up approvers…').click();
    expect(await calls('showScreen')).toEqual([{ screen: 'settings' }]);
  });

  test('offers the second only who is of the group, when the first is not', async () => {
    const asked = twoPeopleQuestion(now, true);
    const signing = { ...asked.signing!, groups: ['finance'] };
    const cy = { ...signers.approvers[1]!, name: 'Cy', groups: ['finance'] };
    await open([{ ...asked, signing }], { signers: { ...signers, approvers: [signers.approvers[0]!, cy] } });
    expect(await page.getByLabel('Name').locator('option').allTextContents()).toEqual(['Choose…', 'Cy']);
    await page.evaluate((next) => window.fixture.push({ signers: next }), signers);
    await page.getByText('One has to be from finance, and is not set up yet.').waitFor();
  });
});

test.for<[string, Approval]>([
  ['a passcode', paymentQuestion(Date.now())],
  ['two signatures', twoPeopleQuestion(Date.now(), true)],
])('%s: axe finds nothing that would hinder somebody', async ([, approval]) => {
  page = await openWindow(browser, { page: 'approval.html', data: fixtureData({ ...busySnapshot(Date.now()), approvals: [approval] }, Date.now()) });
  await page.locator('main').waitFor();
  expect(await findings(page)).toEqual([]);
});
