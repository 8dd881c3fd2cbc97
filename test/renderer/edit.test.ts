import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Approval } from '../../preload/contract.ts';
import { editedQuestion, emailQuestion, hostileQuestion, unknownToolQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
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

async function open(approval: Approval, window: OpenOptions['page'] = 'approval.html'): Promise<void> {
  page = await openWindow(browser, { page: window, data: fixtureData({ ...busySnapshot(now), approvals: [approval] }, now), stoppedAt: now });
  await page.locator('main').waitFor();
}

const pass = async (milliseconds: number): Promise<void> => page.clock.runFor(milliseconds);
const button = (name: string) => page.getByRole('button', { name, exact: true });
const field = (name: string) => page.getByRole('textbox', { name, exact: true });
async function called(name: string): Promise<readonly unknown[]> {
  return page.evaluate((name) => window.fixture.calls.filter((call) => call.name === name).map(({ input }) => input), name);
}
async function startEditing(): Promise<void> {
  await pass(1000);
  await button('Edit…').click();
  await field('Subject').waitFor();
}
const email = emailQuestion(now);
const edited = editedQuestion(now);

test('Edit is offered where something may be changed, and nowhere else', async () => {
  await open(email);
  expect(await button('Edit…').count()).toBe(1);
  await page.evaluate((approval) => window.fixture.push({ approvals: [approval] }), unknownToolQuestion(now));
  await page.getByRole('heading', { name: /ledger/ }).first().waitFor();
  expect(await button('Edit…').count()).toBe(0);
});

describe('the form', () => {
  test('has nothing that approves; what was typed is sent for the digest shown, and no more than that', async () => {
    await open(email);
    await startEditing();
    expect(await page.getByRole('button', { name: /approve|deny/i }).count()).toBe(0);
    expect(await button('Review changes').isDisabled()).toBe(true);
    await field('Subject').fill('Q3 price list (final)');
    await button('Remove carla@acme.example from To').click();
    await button('Review changes').click();
    expect(await called('editApproval')).toEqual([
      {
        id: email.id,
        digest: email.digest,
        edits: [
          { at: '/to', value: ['Ana Silva <ana@northwind.example>', 'bo@acme.example'] },
          { at: '/subject', value: 'Q3 price list (final)' },
        ],
      },
    ]);
    expect(await called('answerApproval')).toEqual([]);
  });

  test('by keyboard: Enter adds an address, Backspace takes an empty one out, Ctrl+Enter reviews and never approves', async () => {
    await open(email);
    await startEditing();
    expect(await field('To, address 1').evaluate((input) => input === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.type('eva@retail.example');
    expect(await field('To, address 2').inputValue()).toBe('eva@retail.example');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Backspace');
    expect(await field('To, address 2').evaluate((input) => input === document.activeElement)).toBe(true);
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Control+Enter');
    expect(await called('editApproval')).toHaveLength(1);
    expect(await called('editApproval')).toMatchObject([{ edits: [{ at: '/to', value: ['Ana Silva <ana@northwind.example>', 'eva@retail.example', 'bo@acme.example', 'carla@acme.example'] }] }]);
    expect(await called('answerApproval')).toEqual([]);
  });

  test('what is wrong stands beside its field, which takes the focus, and nothing typed is lost', async () => {
    await open(email);
    const problem = { id: 'edit.problem.address', values: { text: 'bo@' } };
    await page.evaluate((problem) => window.fixture.answerWith('editApproval', { ok: true, value: { kind: 'wrong', problems: [{ at: '/to', entry: 1, problem }] } }), problem);
    await startEditing();
    await field('To, address 2').fill('bo@');
    await field('Subject').fill('Other');
    await button('Review changes').click();
    await page.getByRole('alert').getByText('“bo@” is not an email address.').waitFor();
    await expect.poll(() => field('To, address 2').evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await page.locator('[aria-invalid="true"]').count()).toBe(1);
    expect(await field('Subject').inputValue()).toBe('Other');
  });

  test('forbidden by the rules: told, and the form stays', async () => {
    await open(email);
    const problem = { id: 'edit.problem.forbidden', values: { layer: 'organization', reason: 'Nothing goes to rivals.' } };
    await page.evaluate((problem) => window.fixture.answerWith('editApproval', { ok: false, problem }), problem);
    await startEditing();
    await field('Subject').fill('Other');
    await button('Review changes').click();
    await page.getByText('Your company’s rules do not allow it changed like this: Nothing goes to rivals.').waitFor();
    expect(await field('Subject').inputValue()).toBe('Other');
  });

  test('Esc leaves it when nothing was typed, and goes to Cancel when something was; then the card arms anew', async () => {
    await open(email);
    await startEditing();
    await field('Subject').fill('Other');
    await page.keyboard.press('Escape');
    expect(await button('Cancel').evaluate((one) => one === document.activeElement)).toBe(true);
    await button('Cancel').click();
    await button('Approve once').click({ force: true });
    expect(await called('answerApproval')).toEqual([]);
    await pass(700);
    await button('Edit…').click();
    await field('Subject').waitFor();
    await page.keyboard.press('Escape');
    await button('Approve once').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await called('editApproval')).toEqual([]);
  });

  test('time is up meanwhile: nothing can be sent any more', async () => {
    await open(email);
    await startEditing();
    await field('Subject').fill('Other');
    await pass(300_000);
    await page.getByText('There was no answer in time, so it is refused.').waitFor();
    expect(await button('Review changes').isDisabled()).toBe(true);
  });

  test('the card was changed elsewhere: the form gives way to the card that now waits', async () => {
    await open(email);
    await startEditing();
    await page.evaluate((approval) => window.fixture.push({ approvals: [approval] }), { ...hostileQuestion(now), id: email.id });
    await page.getByText('Send this email to 44 people?').waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
  });
});

describe('the changed card', () => {
  test.each(['approval.html', 'index.html'] as const)('takes the place of the form, arms anew, has the focus and not on a button, and is approved by its own digest (%s)', async (window) => {
    await open(email, window);
    await startEditing();
    await field('Subject').fill('Q3 price list (final)');
    await button('Review changes').click();
    await page.getByRole('region', { name: 'Changed by you' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
    await button('Approve with changes').click({ force: true });
    expect(await called('answerApproval')).toEqual([]);
    await pass(700);
    await button('Approve with changes').click();
    expect(await called('answerApproval')).toEqual([{ id: email.id, digest: edited.digest, answer: 'approve', isConfirmed: false, reason: null }]);
  });

  test('says what was before and what is now, in words for who does not see the signs', async () => {
    await open(edited);
    const changed = page.getByRole('region', { name: 'Changed by you' });
    const told = await changed.innerText();
    for (const part of ['To', 'Removed:', 'carla@acme.example', 'Added:', 'eva@retail.example', 'Before:', 'Q3 price list', 'Now:', 'Q3 price list (final)', '2 lines the same']) expect(told).toContain(part);
    expect(await changed.locator('del').count()).toBe(4);
    expect(await changed.locator('ins').count()).toBe(4);
    expect(await page.locator('article').getAttribute('aria-describedby')).not.toBeNull();
  });

  test('high risk: what is at stake comes before what was changed, and has to be ticked', async () => {
    await open({ ...edited, card: hostileQuestion(now).card });
    const tops = await page.locator('.cs-alarm, .cs-changed').evaluateAll((parts) => parts.map((part) => part.className));
    expect(tops).toEqual(['cs-alarm', 'cs-changed']);
    await pass(1000);
    await button('Yes, do it with my changes').click({ force: true });
    expect(await called('answerApproval')).toEqual([]);
  });

  test('the changes are taken back with one press', async () => {
    await open(edited);
    await pass(1000);
    await button('Take my changes back').click();
    expect(await called('editApproval')).toEqual([{ id: email.id, digest: edited.digest, edits: null }]);
  });
});
