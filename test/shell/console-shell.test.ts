import { PassThrough } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { agentId, approvalId, digest, type Approval, type Card, type Snapshot } from '../../preload/contract.ts';
import { say } from '../../main/model/say.ts';
import { cardText } from '../../main/shell/console/card-text.ts';
import { ConsoleShell } from '../../main/shell/console/console-shell.ts';
import { inEnglish } from '../../main/text/text.ts';
import { quietSnapshot } from '../renderer/fixture/snapshot.ts';
import { settle } from '../gate/harness.ts';

const card: Card = {
  headline: say('card.email.send.headline'),
  summary: say('pairing.summary', { name: 'Marketing Claw' }),
  unusual: [{ text: say('pairing.mark.new'), tone: 'mind' }],
  rows: [
    { kind: 'people', label: say('card.row.to'), people: [{ address: 'ana@northwind.example', name: 'Ana', marks: [] }] },
    { kind: 'message', label: say('card.row.message'), text: 'line one\nline two', links: [{ text: 'our shop', host: 'evil.example', marks: [] }] },
    { kind: 'arguments', label: say('card.row.arguments'), json: '{\n  "a": 1\n}' },
  ],
  risk: 'normal',
  confirm: null,
  why: say('card.why', { reason: 'You are asked.' }),
  holdSeconds: 0,
};

function question(): Approval {
  return {
    id: approvalId.parse(randomUUID()), kind: 'action', agent: { id: agentId.parse('marketing'), name: 'Marketing Claw' }, action: null, connectionName: null,
    digest: digest.parse('a'.repeat(64)), card, askedAt: 0, expiresAt: 1, answer: null, answeredAt: null, progress: null,
  };
}

/** A console over pipes, with questions that are answered one after the other. */
async function consoleWith(typed: readonly string[], isTerminal = true) {
  let open: readonly Approval[] = typed.map(question);
  const given: unknown[] = [];
  const input = new PassThrough();
  const output = new PassThrough();
  const shell = new ConsoleShell({ input, output, isTerminal, languages: [] });
  const base: Snapshot = quietSnapshot(1_800_000_000_000);
  await shell.start({
    async dispatch(_sender, name, payload) {
      if (name === 'getSnapshot') return { ...base, approvals: open };
      given.push(payload);
      open = open.slice(1);
      return { ok: true, value: null };
    },
    onEvent: () => () => undefined,
    setPaused: () => undefined,
    undo: () => undefined,
    text: inEnglish,
    locale: () => 'en',
    quit: () => undefined,
  });
  shell.notify();
  for (const line of typed) {
    await settle();
    input.write(`${line}\n`);
  }
  await settle();
  await shell.close();
  output.end();
  return { given, said: await readAll(output), shell };
}

describe('the console', () => {
  test('shows the whole card and sends the typed answer with the digest', async () => {
    const { given, said } = await consoleWith(['approve']);
    expect(given).toEqual([expect.objectContaining({ answer: 'approve', digest: 'a'.repeat(64) })]);
    for (const told of ['ana@northwind.example', '| line two', 'our shop → evil.example', '"a": 1', 'New on this computer']) expect(said).toContain(told);
  });

  test.each(['', 'y', 'yes', 'Approve please', 'deny'])('%j is a no', async (typed) => {
    expect((await consoleWith([typed])).given).toEqual([expect.objectContaining({ answer: 'deny' })]);
  });

  test('asks one question after the other', async () => {
    expect((await consoleWith(['approve', 'no'])).given).toMatchObject([{ answer: 'approve' }, { answer: 'deny' }]);
  });

  test('without a terminal it can ask nobody', async () => {
    const { given, shell } = await consoleWith([], false);
    expect(shell.canAsk).toBe(false);
    expect(given).toEqual([]);
  });

  test('prints an address for the browser, and nothing that is no such address', async () => {
    const output = new PassThrough();
    const shell = new ConsoleShell({ input: new PassThrough(), output, isTerminal: true, languages: [] });
    await shell.start({ dispatch: () => Promise.resolve(), onEvent: () => () => undefined, setPaused: () => undefined, undo: () => undefined, text: inEnglish, locale: () => 'en', quit: () => undefined });
    expect(await shell.openExternal(new URL('https://login.example/authorize?state=x'))).toBe(true);
    expect(await shell.openExternal(new URL('file:///bin/sh'))).toBe(false);
    await shell.close();
    output.end();
    const text = await readAll(output);
    expect(text).toContain('Open this address in your browser to sign in:\nhttps://login.example/authorize?state=x\n');
    expect(text).not.toContain('file:');
    expect(await (await consoleWith([], false)).shell.openExternal(new URL('https://login.example/'))).toBe(false);
  });

  test('leaves nothing of a card out', () => {
    expect(cardText(card, { text: inEnglish, locale: () => 'en' })).toMatchInlineSnapshot(`
      "Send this email?
      Marketing Claw wants to connect to Countersign.
      ! New on this computer
      To:
        Ana <ana@northwind.example>
      Message:
        | line one
        | line two
        our shop → evil.example
      Exactly this:
        | {
        |   "a": 1
        | }
      You are asked."
    `);
  });
});
