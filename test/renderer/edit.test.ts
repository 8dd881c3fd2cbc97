import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { digest, type Approval, type EditField } from '../../preload/contract.ts';
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
const push = async (approval: Approval): Promise<void> => page.evaluate((approval) => window.fixture.push({ approvals: [approval] }), approval);
const fields = async (): Promise<readonly EditField[]> => page.evaluate(() => (window.fixture.answer('startEdit') as { readonly value: { readonly fields: EditField[] } }).value.fields);
const setSubject = (value: string) => (fields: readonly EditField[]) => fields.map((one) => (one.at === '/subject' ? { ...one, value } : one));
const offer = async (change: (fields: readonly EditField[]) => readonly EditField[]): Promise<void> => {
  await page.evaluate((fields) => window.fixture.answerWith('startEdit', { ok: true, value: { fields } }), change((await fields())) as EditField[]);
};
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

  test('forbidden by the rules: told beside what to change, which takes the focus, and the form stays', async () => {
    await open(email);
    const problem = { id: 'edit.problem.forbidden', values: { layer: 'organization', reason: 'Nothing goes to rivals.' } };
    await page.evaluate((problem) => window.fixture.answerWith('editApproval', { ok: true, value: { kind: 'wrong', problems: [{ at: '/to', entry: 1, problem }] } }), problem);
    await startEditing();
    await field('To, address 2').fill('eve@rival.example');
    await field('Subject').fill('Other');
    await button('Review changes').click();
    await page.getByRole('alert').getByText('Your company’s rules do not allow it changed like this: Nothing goes to rivals.').waitFor();
    await expect.poll(() => field('To, address 2').evaluate((input) => input === document.activeElement)).toBe(true);
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
    await page.clock.fastForward(300_000);
    await pass(500);
    await page.getByText('There was no answer in time, so it is refused.').waitFor();
    expect(await button('Review changes').isDisabled()).toBe(true);
  });

  test('the card was changed elsewhere before anything was typed: the form gives way to the card that now waits', async () => {
    await open(email);
    await startEditing();
    await push({ ...hostileQuestion(now), id: email.id });
    await page.getByText('Send this email to 44 people?').waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
  });
});

describe('what was typed stays', () => {
  const other = 'd'.repeat(64);
  /** Somebody changes the card in the other window. */
  const changeElsewhere = async (over: Partial<Approval> = {}): Promise<void> => push({ ...edited, digest: digest.parse(other), ...over });

  test('when the card becomes another one under it: what changed is told, the focus and the cursor stay, and it is sent for the card that is there', async () => {
    await open(email);
    await startEditing();
    await field('Message').fill('Dear Ana, dear Bo');
    await field('Message').press('Home');
    await offer(setSubject('Prices for Q3'));
    await changeElsewhere();
    await page.getByText('This was changed while you were typing: Subject. What you typed is still here.').waitFor();
    await page.keyboard.type('!');
    expect(await field('Message').inputValue()).toBe('!Dear Ana, dear Bo');
    expect(await field('Subject').inputValue()).toBe('Prices for Q3');
    await button('Review changes').click();
    expect(await called('editApproval')).toEqual([{ id: email.id, digest: other, edits: [{ at: '/text', value: '!Dear Ana, dear Bo' }] }]);
  });

  test('when the very field became another text, the person’s own stands there', async () => {
    await open(email);
    await startEditing();
    await field('Subject').fill('Mine');
    await offer(setSubject('Theirs'));
    await changeElsewhere();
    await page.getByText('This was changed while you were typing: Subject. What you typed is still here.').waitFor();
    expect(await field('Subject').inputValue()).toBe('Mine');
  });

  test('addresses that somebody else changed are the new ones, where the person typed none', async () => {
    await open(email);
    await startEditing();
    await field('Subject').fill('Mine');
    await offer((all) => all.map((one) => (one.at === '/to' ? { ...one, value: ['eva@retail.example'] } : one)));
    await changeElsewhere();
    await page.getByText('This was changed while you were typing: To.').waitFor();
    expect(await field('To, address 1').inputValue()).toBe('eva@retail.example');
    expect(await field('To, address 2').count()).toBe(0);
  });

  test('where it cannot be changed any more, it is shown to be copied', async () => {
    await open(email);
    await startEditing();
    await field('Subject').fill('Mine');
    await field('Message').fill('Dear Ana');
    await offer((all) => all.filter(({ at }) => at !== '/subject'));
    await changeElsewhere();
    await page.getByText('“Subject” can no longer be changed. You had typed: Mine').waitFor();
    expect(await field('Message').inputValue()).toBe('Dear Ana');
  });

  test('when the fields of the other card cannot be had: told, and had once they can be', async () => {
    await open(email);
    await startEditing();
    const known = await fields();
    await field('Subject').fill('Mine');
    await page.evaluate((problem) => window.fixture.answerWith('startEdit', { ok: false, problem }), { id: 'edit.problem.unavailable', values: {} });
    await changeElsewhere();
    await page.getByText('The service could not be asked just now').waitFor();
    expect(await field('Subject').inputValue()).toBe('Mine');
    await page.evaluate((fields) => window.fixture.answerWith('startEdit', { ok: true, value: { fields } }), known as EditField[]);
    await button('Review changes').click();
    await page.getByText('Something else of this was changed while you were typing').waitFor();
    expect(await called('editApproval')).toEqual([]);
    await button('Review changes').click();
    expect(await called('editApproval')).toMatchObject([{ digest: other, edits: [{ at: '/subject', value: 'Mine' }] }]);
  });

  test('when the same card arrives again, with more time or signed', async () => {
    await open(email);
    await startEditing();
    await field('Subject').fill('Mine');
    await push({ ...email, expiresAt: email.expiresAt + 60_000 });
    await push({ ...email, signing: { people: 2, groups: [], signed: [] } });
    expect(await field('Subject').inputValue()).toBe('Mine');
    expect(await field('Subject').evaluate((one) => one === document.activeElement)).toBe(true);
    expect(await called('startEdit')).toHaveLength(1);
  });

  test('when the call fails, or its answer is lost', async () => {
    await open(email);
    await startEditing();
    await field('Subject').fill('Mine');
    for (const answer of ['reject', { ok: false, problem: { id: 'edit.problem.notKept', values: {} } }]) {
      await page.evaluate((answer) => window.fixture.answerWith('editApproval', answer), answer);
      await button('Review changes').click();
      await expect.poll(() => page.getByRole('alert').innerText()).not.toBe('');
      expect(await field('Subject').inputValue()).toBe('Mine');
    }
  });

  test('when the person goes to another screen and comes back', async () => {
    await open(email, 'index.html');
    await startEditing();
    await field('Subject').fill('Mine');
    await page.evaluate(() => window.fixture.navigate('activity'));
    await field('Subject').waitFor({ state: 'detached' });
    await page.evaluate(() => window.fixture.navigate('inbox'));
    await field('Subject').waitFor();
    expect(await field('Subject').inputValue()).toBe('Mine');
    await button('Cancel').click();
    await button('Edit…').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
  });

  test('a reason to deny too', async () => {
    await open(email);
    await pass(1000);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').getByRole('textbox').fill('Wrong price list');
    await changeElsewhere();
    await page.getByRole('region', { name: 'Changed by you' }).waitFor();
    await pass(1000);
    await page.locator('article').focus();
    await pass(1000);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').getByRole('textbox').inputValue()).toBe('Wrong price list');
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
