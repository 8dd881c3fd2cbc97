import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOnce, use } from './agent.ts';
import { Company, email, password, people } from './company.ts';

const send = 'work-mail__send_email';
const agents = [
  { id: 'marketing', name: 'Marketing Claw', connections: null },
  { id: 'finance', name: 'Finance Claw', connections: null },
] as const;

describe('a Claw asks to send an email', () => {
  let company: Company;
  let client: Awaited<ReturnType<Company['app']['client']>>;
  const entries = async (text: string) =>
    (await company.app.call('searchActivity', { filter: { text, agent: null, connection: null, progress: null, from: null, to: null }, after: null })).entries;

  beforeAll(async () => {
    company = await Company.open({ agents });
    await company.addAccount();
    client = await company.app.client('marketing');
  });
  afterAll(() => company.close());

  test('it lists the tools it may use and reads the inbox without a question', async () => {
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([send, 'work-mail__search_messages', 'work-mail__reply', 'countersign_wait']));
    expect(await use(client, 'work-mail__search_messages', {})).toMatchObject({ isError: false });
    expect((await company.app.snapshot()).approvals).toHaveLength(0);
  });

  test('approved once: the card tells the truth, the mail arrives once, the Claw and the record say so', async () => {
    const answer = use(client, send, email('Q3 price list'));
    const card = await company.app.card();
    const shown = await card.getByRole('main').or(card.locator('body')).first().textContent();
    for (const told of ['Marketing Claw', people.ana, people.bo, people.dana, 'Q3 price list', 'as promised', 'Outside your company', 'First time']) expect(shown).toContain(told);
    expect((await company.app.snapshot()).status.tray).toBe('waiting');
    expect(await company.received('Q3 price list')).toBe(0);
    await company.app.press('approve');
    expect(await answer).toMatchObject({ isError: false, outcome: 'done' });
    await company.app.until(() => company.received('Q3 price list'), (count) => count === 1);
    expect(await company.received('Q3 price list', people.bo)).toBe(1);
    expect(await entries('Q3 price')).toMatchObject([{ progress: 'done', agent: { id: 'marketing' } }]);
    expect((await company.app.snapshot()).status.tray).toBe('quiet');
  });

  test('the same recipient is no longer a first time', async () => {
    const answer = use(client, send, email('Second price list'));
    const card = await company.app.card();
    expect(await card.locator('body').textContent()).not.toContain('First time');
    await company.app.press('deny');
    expect(await answer).toMatchObject({ isError: true, outcome: 'denied', reason: 'denied_by_person' });
    expect(await company.received('Second price list')).toBe(0);
  });

  test('paused while waiting: refused at once, and nothing passes until resumed', async () => {
    const answer = use(client, send, email('Paused'));
    await company.app.card();
    const main = await company.app.page('index');
    await main.getByRole('button', { name: 'Pause all Claws' }).click();
    expect(await answer).toMatchObject({ outcome: 'blocked', reason: 'paused' });
    // The pause ended its token, and says so.
    await expect(use(client, 'work-mail__search_messages', {})).rejects.toThrow(/paused all Claws/);
    expect((await company.app.snapshot()).status).toMatchObject({ isPaused: true, tray: 'paused' });
    await company.app.call('setPaused', { isPaused: false });
    client = await company.app.client('marketing');
    expect(await use(client, 'work-mail__search_messages', {})).toMatchObject({ isError: false });
    expect(await company.received('Paused')).toBe(0);
  });

  test('company policy forbids it: no question, the company’s words and contact', async () => {
    const answer = await use(client, send, email('For the rival', 'eve@rival.example'));
    expect(answer).toMatchObject({ outcome: 'blocked', reason: 'company_policy' });
    expect(answer.text).toContain('Nothing goes to rival.example');
    expect(answer.text).toContain('it-help@acme.example');
    expect((await company.app.snapshot()).approvals.filter(({ answer: given }) => given === null)).toHaveLength(0);
  });

  test('the mail server is down: approved, and told that nothing was sent', async () => {
    await company.mail.stopSmtp();
    const answer = use(client, send, email('Into the void'));
    await company.app.press('approve');
    expect(await answer).toMatchObject({ isError: true, outcome: 'failed', reason: 'service_failed' });
    await company.mail.startSmtp();
    expect(await company.received('Into the void')).toBe(0);
  });

  test('undone during the hold: nothing is sent', async () => {
    const answer = use(client, send, email('Undone'));
    await company.app.press('approve');
    const { held } = await company.app.until(() => company.app.snapshot(), (known) => known.held.length > 0);
    expect(await company.app.call('undoAction', { action: held[0]!.action })).toEqual({ ok: true, value: null });
    expect(await answer).toMatchObject({ outcome: 'undone' });
    expect(await company.received('Undone')).toBe(0);
  });

  test('edited, looked at and approved: the mail arrives as edited, the Claw is told which fields, the record has both', async () => {
    const answer = use(client, send, email('Draft of the price list'));
    const card = await company.app.card('Draft of the price list');
    await card.getByRole('button', { name: 'Edit…' }).click();
    await card.getByRole('textbox', { name: 'Subject', exact: true }).fill('Final price list');
    await card.getByRole('textbox', { name: 'To, address 1' }).fill('someone@rival.example');
    await card.getByRole('button', { name: 'Review changes' }).click();
    await card.getByText(/Your company’s rules do not allow it changed like this/).waitFor();
    await card.getByRole('textbox', { name: 'To, address 1' }).fill('not an address');
    await card.getByRole('button', { name: 'Review changes' }).click();
    await card.getByText('“not an address” is not an email address.').waitFor();
    await card.getByRole('textbox', { name: 'To, address 1' }).fill(`Ana <${people.ana}>`);
    await card.getByRole('button', { name: 'Remove bo@acme.example from Cc' }).click();
    await card.getByRole('button', { name: 'Review changes' }).click();
    await card.getByRole('region', { name: 'Changed by you' }).getByText('Final price list').waitFor();
    await company.app.press('approve');
    const told = await answer;
    expect(told).toMatchObject({ isError: false, outcome: 'done_with_changes', structured: { changedFields: ['to', 'cc', 'subject'] } });
    expect(told.text).toContain('The person changed this before approving it: to, cc, subject.');
    await company.app.until(() => company.received('Final price list'), (count) => count === 1);
    expect(await company.received('Final price list', people.bo)).toBe(0);
    expect(await company.received('Draft of the price list')).toBe(0);
    const [found] = await entries('Final price');
    expect(found).toMatchObject({ progress: 'done_with_changes' });
    expect(await entries('Draft of the')).toMatchObject([{ action: found?.action }]);
    const detail = await company.app.call('readActivity', { action: found!.action });
    expect(detail).toMatchObject({ ok: true, value: { edit: { by: 'you', changes: [{ kind: 'people' }, { kind: 'people', removed: [people.bo], added: [] }, { kind: 'line', before: 'Draft of the price list', after: 'Final price list' }] } } });
  });

  test('two Claws at once: two cards, each answered for itself', async () => {
    const finance = await company.app.client('finance', 'legacy');
    const first = use(client, send, email('From marketing'));
    await company.app.until(() => company.app.snapshot(), ({ approvals }) => approvals.filter(({ answer }) => answer === null).length === 1);
    const second = use(finance, send, email('From finance'));
    const { approvals } = await company.app.until(() => company.app.snapshot(), (known) => known.approvals.filter(({ answer }) => answer === null).length === 2);
    expect(approvals.slice(0, 2).map(({ agent }) => agent.name)).toEqual(['Marketing Claw', 'Finance Claw']);
    await company.app.press('deny');
    expect(await first).toMatchObject({ outcome: 'denied' });
    await company.app.card('From finance');
    await company.app.press('approve');
    expect(await second).toMatchObject({ outcome: 'done' });
    expect(await company.received('From marketing')).toBe(0);
    await company.app.until(() => company.received('From finance'), (count) => count === 1);
    await finance.close();
  });

  test('an unknown Claw becomes a card, and nothing before it is approved', async () => {
    const refused = company.app.command('token', '--agent', 'stranger');
    await company.app.press('deny');
    expect((await refused).code).toBe(1);
    const paired = company.app.command('token', '--agent', 'newcomer');
    await company.app.card('newcomer');
    await company.app.press('approve');
    expect(await paired).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cst_/) });
    expect((await company.app.snapshot()).agents.map(({ id }) => id)).toContain('newcomer');
  });

  test('the record is whole, and no file of the app holds the password', async () => {
    expect(await company.app.call('verifyActivity', undefined)).toMatchObject({ ok: true });
    const files = (await readdir(company.home, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['state.db', 'activity.db']));
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name));
      for (const form of [password, Buffer.from(password).toString('base64'), encodeURIComponent(password)]) expect(bytes.includes(form)).toBe(false);
    }
    expect(company.app.log).not.toContain(password);
    expect((await company.app.snapshot()).status.keychain).toBe('os');
  });
});

describe('time and restarts', () => {
  test('killed after an edit: the edited card is there again, is what is sent once, and the Claw’s same call finds the answer', async () => {
    const company = await Company.open({ settings: { clientWaitSeconds: 1 } });
    try {
      await company.addAccount();
      const before = await company.app.client('marketing');
      expect(await callOnce(before, send, email('Before the cut'))).toMatchObject({ outcome: 'waiting' });
      const card = await company.app.card('Before the cut');
      await card.getByRole('button', { name: 'Edit…' }).click();
      await card.getByRole('textbox', { name: 'Subject', exact: true }).fill('After the cut');
      await card.getByRole('button', { name: 'Review changes' }).click();
      await card.getByRole('region', { name: 'Changed by you' }).waitFor();
      await company.app.kill();
      await company.start();
      await company.app.card('After the cut');
      await company.app.press('approve');
      await company.app.until(() => company.received('After the cut'), (count) => count === 1);
      const after = await company.app.client('marketing');
      expect(await use(after, send, email('Before the cut'))).toMatchObject({ outcome: 'done_with_changes', structured: { changedFields: ['subject'] } });
      expect(await company.received('After the cut')).toBe(1);
      expect(await company.received('Before the cut')).toBe(0);
      expect(await company.app.call('verifyActivity', undefined)).toMatchObject({ ok: true });
    } finally {
      await company.close();
    }
  });

  test('nobody answers: refused, and the card stays in the history', async () => {
    const company = await Company.open({ settings: { answerWithinSeconds: 10 } });
    try {
      await company.addAccount();
      const client = await company.app.client('marketing');
      expect(await use(client, send, email('Unanswered'))).toMatchObject({ outcome: 'timed_out', reason: 'no_answer' });
      expect(await company.received('Unanswered')).toBe(0);
      expect((await company.app.snapshot()).approvals[0]).toMatchObject({ answer: 'timed_out', progress: 'timed_out' });
    } finally {
      await company.close();
    }
  });

  test('the app stops with a card waiting: the card is there again, and its answer reaches the Claw', async () => {
    const company = await Company.open({ settings: { clientWaitSeconds: 1 } });
    try {
      await company.addAccount();
      const before = await company.app.client('marketing');
      const waiting = await callOnce(before, send, email('Across a restart'));
      expect(waiting).toMatchObject({ outcome: 'waiting', isError: false });
      await company.app.kill();
      await company.start();
      const after = await company.app.client('marketing');
      expect(await callOnce(after, 'countersign_wait', { action: waiting.action })).toMatchObject({ outcome: 'waiting' });
      await company.app.press('approve');
      await company.app.until(() => company.received('Across a restart'), (count) => count === 1);
      expect(await use(after, send, email('Across a restart'))).toMatchObject({ isError: false, outcome: 'done' });
      expect(await company.received('Across a restart')).toBe(1);
    } finally {
      await company.close();
    }
  });
});
