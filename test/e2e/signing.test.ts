import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callOnce, use } from './agent.ts';
import { newHome, root, RunningApp } from './running-app.ts';

const pay = 'bank__create_payment';
const own = 'dana keeps this one';
const anas = 'ana keeps this one';
const bos = 'bo keeps this one';

/** As docs/profiles.md has it. */
const profile = {
  tools: ['create_payment'],
  shapes: [{ supplier: 'string', amount: 'number', currency: 'string', note: 'string?' }],
  effect: 'pay',
  fields: [
    { name: 'supplier', as: 'payee', at: '/supplier', label: 'payee', isRequired: true, isStrong: true },
    { name: 'amount', as: 'money', at: '/amount', label: 'amount', units: 'minor', currency: '/currency', isRequired: true },
    { name: 'note', as: 'text', at: '/note', label: { en: 'Note to the supplier' }, isEditable: true },
  ],
  words: {
    ability: { en: 'Pay suppliers' },
    headline: { en: 'Pay this supplier?' },
    summary: { en: '{agent} wants to pay {supplier} from {connection}' },
    did: { en: 'paid {supplier}' },
    wanted: { en: 'wanted to pay {supplier}' },
    confirm: { en: 'Yes, {supplier} is to be paid' },
  },
};

let home: Awaited<ReturnType<typeof newHome>>;
let app: RunningApp;
const ledger = (): string => join(home.path, 'ledger.jsonl');

async function start(): Promise<void> {
  app = await RunningApp.start({
    home: home.path,
    managed: {
      agents: [{ id: 'finance', name: 'Finance Claw', connections: null }],
      connections: [{ id: 'bank', kind: 'command', name: 'Business bank', command: process.execPath, args: ['--disable-warning=ExperimentalWarning', join(root, 'test/fixtures/upstreams/bank-server.ts'), ledger()] }],
      profiles: [profile],
      settings: { isFirstRunDone: true, clientWaitSeconds: 2, payHoldSeconds: 0 },
    },
  });
}

beforeEach(async () => {
  home = await newHome();
  await start();
});
afterEach(async () => {
  await app.stop();
  await home.remove();
});

async function paid(): Promise<readonly string[]> {
  const text = await readFile(ledger(), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

/** Strict is chosen as a person does, who is then asked for a passcode. */
async function chooseStrict(): Promise<void> {
  const main = await app.page('index');
  await main.getByRole('button', { name: 'Rules' }).or(main.getByRole('link', { name: 'Rules' })).first().click();
  await main.getByRole('radio', { name: 'Strict' }).click();
  const dialog = main.getByRole('dialog', { name: 'Set a passcode' });
  await dialog.getByLabel('New passcode').fill(own);
  await dialog.getByLabel('The same again').fill(own);
  await dialog.getByRole('button', { name: 'Set passcode' }).click();
  await app.until(() => app.snapshot(), ({ signers }) => signers.hasPasscode);
}

async function addApprovers(): Promise<void> {
  for (const [name, passcode] of [['Ana', anas], ['Bo', bos]] as const) {
    expect(await app.call('addApprover', { presence: { by: 'passcode', passcode: own }, approver: null, name, passcode })).toMatchObject({ ok: true });
  }
}

const payment = (amount: number, supplier = 'Nordlicht GmbH') => ({ supplier, amount, currency: 'EUR', note: 'Invoice 7' });

/** Once it shows the payee. */
async function shownCard(): Promise<Page> {
  const page = await app.page('approval');
  await page.getByRole('heading', { name: 'Pay this supplier?' }).waitFor();
  return page;
}

async function tick(page: Page): Promise<void> {
  await page.getByRole('checkbox').check();
}

async function signAs(page: Page, name: string, passcode: string, button: string): Promise<void> {
  await tick(page);
  await page.getByLabel('Name').selectOption({ label: name });
  await page.getByLabel('Passcode', { exact: true }).fill(passcode);
  await press(page, button);
}

/** Again where the card moved under the click. */
async function press(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(900);
  await page.getByRole('button', { name, exact: true }).click();
}

async function waitingCard() {
  const { approvals } = await app.until(() => app.snapshot(), (known) => known.approvals.some(({ answer }) => answer === null));
  const [card] = approvals;
  if (card === undefined) throw new Error('No card is waiting.');
  return card;
}

async function steps(): Promise<readonly string[]> {
  const { entries } = await app.call('searchActivity', { filter: { text: '', agent: null, connection: null, progress: null, from: null, to: null }, after: null });
  const [entry] = entries;
  if (entry === undefined) return [];
  const detail = await app.call('readActivity', { action: entry.action });
  return detail.ok ? detail.value.steps.map(({ text }) => `${text.id} ${JSON.stringify(text.values)}`) : [];
}

describe('a payment under Strict', () => {
  test('up to the limit takes a click', async () => {
    await chooseStrict();
    const client = await app.client('finance');
    const answer = use(client, pay, payment(100_000));
    const page = await shownCard();
    expect(await page.getByLabel('Your passcode, to show that it is you').count()).toBe(0);
    await tick(page);
    await press(page, 'Yes, do it once');
    expect(await answer).toMatchObject({ outcome: 'done' });
    await client.close();
  });

  test('above the limit takes the passcode: neither a click, nor a wrong one, nor an answer past the window does', async () => {
    await chooseStrict();
    const client = await app.client('finance');
    const answer = use(client, pay, payment(100_001));
    const page = await shownCard();
    await tick(page);
    expect(await page.getByRole('button', { name: 'Yes, do it once' }).getAttribute('aria-disabled')).toBe('true');
    const { id, digest } = await waitingCard();
    const bare = { id, digest, answer: 'approve', isConfirmed: true, reason: null } as const;
    expect(await app.call('answerApproval', bare)).toMatchObject({ ok: false, problem: { id: 'approval.problem.unsigned' } });
    expect(await app.call('answerApproval', { ...bare, signature: { by: 'system' } })).toMatchObject({ ok: false, problem: { id: 'signing.problem.noSystem' } });

    const field = page.getByLabel('Your passcode, to show that it is you');
    expect(await field.getAttribute('autocomplete')).toBe('current-password');
    await field.fill('not this one');
    await press(page, 'Yes, do it once');
    await page.getByRole('alert').getByText('The passcode is wrong. 4 more tries, then there is a wait.').waitFor();
    expect(await field.inputValue()).toBe('');
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await paid()).toEqual([]);

    await page.keyboard.type(own);
    await page.keyboard.press('Enter');
    await page.waitForTimeout(900);
    expect(await paid()).toEqual([]);
    await page.keyboard.press('Control+Enter');
    expect(await answer).toMatchObject({ outcome: 'done' });
    expect(await paid()).toHaveLength(1);
    expect(await steps()).toContain('activity.approvedShown {"how":"passcode"}');
    await client.close();
  });

  test('without a passcode cannot be approved until one is set on the card', async () => {
    expect(await app.call('setRulesProfile', { profile: 'strict' })).toMatchObject({ ok: true });
    const client = await app.client('finance');
    const answer = use(client, pay, payment(200_000));
    const page = await shownCard();
    await page.getByText('This takes your passcode, and you have not set one yet.').waitFor();
    await page.getByRole('button', { name: 'Set a passcode…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New passcode').fill(own);
    await dialog.getByLabel('The same again').fill(own);
    await dialog.getByRole('button', { name: 'Set passcode' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByLabel('Your passcode, to show that it is you').fill(own);
    await tick(page);
    await press(page, 'Yes, do it once');
    expect(await answer).toMatchObject({ outcome: 'done' });
    await client.close();
  });

  test('far above it takes two people, over a kill between them; the same one twice does not count', async () => {
    await chooseStrict();
    await addApprovers();
    const client = await app.client('finance');
    const asked = await callOnce(client, pay, payment(5_000_000));
    expect(asked.outcome).toBe('waiting');
    await signAs(await shownCard(), 'Ana', anas, 'Sign as the first of two');
    await app.until(() => app.snapshot(), ({ approvals }) => approvals[0]?.signing?.signed.length === 1);
    expect(await callOnce(client, 'countersign_wait', { action: asked.action })).toMatchObject({ outcome: 'waiting', text: expect.stringContaining('Waiting for a second approval'), structured: { waitsFor: 'second_approval' } });
    const card = await waitingCard();
    const ana = (await app.snapshot()).signers.approvers.find(({ name }) => name === 'Ana');
    const twice = { id: card.id, digest: card.digest, answer: 'approve', isConfirmed: true, reason: null, signature: { by: 'approver', approver: ana!.id, passcode: anas } } as const;
    await app.until(() => app.call('answerApproval', twice), (answer) => !answer.ok && answer.problem.id === 'signing.problem.samePerson');

    await app.kill();
    await start();
    const page = await shownCard();
    await page.getByText('Ana signed').waitFor();
    expect(await page.getByLabel('Name').locator('option').allTextContents()).toEqual(['Choose…', 'Bo']);
    expect(await paid()).toEqual([]);
    await signAs(page, 'Bo', bos, 'Sign and approve');
    await app.until(paid, (lines) => lines.length === 1);
    const again = await app.client('finance');
    expect(await use(again, 'countersign_wait', { action: asked.action })).toMatchObject({ isError: false, text: expect.stringContaining('Paid Nordlicht') });
    expect(await paid()).toHaveLength(1);
    const told = (await steps()).join('\n');
    expect(told).toContain('activity.step.signed {"name":"Ana"}');
    expect(told).toContain('activity.approvedByTwo {"first":"Ana","second":"Bo"}');
    await again.close();
  });

  test('is denied by the second one, after a restart', async () => {
    await chooseStrict();
    await addApprovers();
    const client = await app.client('finance');
    const asked = await callOnce(client, pay, { ...payment(1), currency: 'TRY' });
    expect(asked.outcome).toBe('waiting');
    await signAs(await shownCard(), 'Bo', bos, 'Sign as the first of two');
    await app.until(() => app.snapshot(), ({ approvals }) => approvals[0]?.signing?.signed.length === 1);
    await app.stop();
    await start();
    await press(await shownCard(), 'Deny');
    const again = await app.client('finance');
    expect(await use(again, 'countersign_wait', { action: asked.action })).toMatchObject({ outcome: 'denied' });
    expect(await paid()).toEqual([]);
    await again.close();
  });

  test('leaves no passcode in any file, log or pushed state', async () => {
    await chooseStrict();
    await addApprovers();
    const snapshot = JSON.stringify(await app.snapshot());
    await app.stop();
    const files = (await readdir(home.path, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
    expect(files.map(({ name }) => name)).toContain('state.db');
    for (const secret of [own, anas, bos]) {
      expect(snapshot).not.toContain(secret);
      expect(app.log).not.toContain(secret);
      for (const file of files) expect([file.name, (await readFile(join(file.parentPath, file.name))).includes(secret)]).toEqual([file.name, false]);
    }
  });
});
