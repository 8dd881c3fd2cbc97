import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../main/model/json.ts';
import { searchFor } from '../../main/broker/tool-search.ts';
import { books, entry, mail, marketing, startBroker, tool, usualOptions, type Broker } from './harness.ts';
import { askModern, field, type Exchange, type Sent } from './raw-client.ts';

async function startSearching(): Promise<Broker> {
  const broker = await startBroker({ optionsOf: () => ({ ...usualOptions, toolMode: 'search' }) });
  const marked = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } };
  broker.catalog.tools.set(marketing, [
    entry(mail, 'send_email', { inputSchema: marked }),
    entry(mail, 'purge mailbox'),
    { ...entry(mail, 'delete_email'), isHidden: true },
    entry(books, 'read_ledger', { description: 'Reads the ledger, email by email' }),
    entry(books, 'countersign_find_tools'),
  ]);
  return broker;
}

const run = (broker: Broker, name: string, args: JsonObject, sent: Sent = {}): Promise<Exchange> => askModern(broker, 'tools/call', { name, arguments: args }, sent);

async function find(broker: Broker, args: JsonObject, sent: Sent = {}): Promise<readonly unknown[]> {
  const tools = field((await run(broker, 'countersign_find_tools', args, sent)).answer, 'result', 'structuredContent', 'tools');
  return Array.isArray(tools) ? tools.map((found) => field(found, 'name')) : [];
}

describe('an agent whose client drowns in tools', () => {
  test('is listed a search and a call tool alone', async () => {
    await using broker = await startSearching();
    const listed = field((await askModern(broker, 'tools/list')).answer, 'result', 'tools');
    expect(listed).toMatchObject([{ name: 'countersign_find_tools' }, { name: 'countersign_call_tool' }, { name: 'countersign_wait' }]);
  });

  test('finds what it may use, the best first, and nothing hidden', async () => {
    await using broker = await startSearching();
    expect((await find(broker, { query: 'email' })).slice(0, 2)).toEqual(['work-mail__send_email', 'books__read_ledger']);
    expect(await find(broker, { query: 'delete email', limit: 50 })).not.toContain('work-mail__delete_email');
    expect(await find(broker, { query: 'emal' })).toContain('work-mail__send_email');
    expect(await find(broker, { query: 'email', limit: 1 })).toHaveLength(1);
    expect(await find(broker, { query: '' })).toEqual([]);
    expect(await find(broker, { query: 'email' }, { path: '/work-mail' })).toEqual(['send_email']);
    broker.tokens.set('cst_narrow', { kind: 'caller', caller: { agent: marketing, reach: [{ connection: books, mayRead: true, mayAct: true }] } });
    expect(await find(broker, { query: 'email' }, { token: 'cst_narrow' })).toEqual(['books__read_ledger']);
  });

  test.each([{}, { query: 5 }, { query: 'x'.repeat(501) }, { query: 'x', limit: 0 }, { query: 'x', limit: 51 }, { query: 'x', limit: 1.5 }])('is told what a search needs (%j)', async (args) => {
    await using broker = await startSearching();
    expect((await run(broker, 'countersign_find_tools', args)).answer).toMatchObject({ result: { isError: true, structuredContent: { reason: 'invalid_arguments' } } });
  });

  test('runs what it found through the same gate, also a tool whose name was cut, without headers it cannot know of', async () => {
    await using broker = await startSearching();
    const [cut] = await find(broker, { query: 'purge' });
    for (const name of [cut, 'work-mail__send_email']) {
      const { answer } = await run(broker, 'countersign_call_tool', { name: String(name), arguments: { region: 'eu' } });
      expect(answer).toMatchObject({ result: { content: [{ text: expect.stringMatching(/^did /) }] } });
    }
    expect(broker.gate.performed).toMatchObject([{ name: 'purge mailbox', arguments: { region: 'eu' } }, { name: 'send_email', connection: mail }]);
  });

  test('reaches nothing more through the call tool', async () => {
    await using broker = await startSearching();
    for (const name of ['nowhere__tool', '__proto__', 'countersign_erase', '']) {
      expect((await run(broker, 'countersign_call_tool', { name })).answer).toMatchObject({ error: { code: -32602 } });
    }
    for (const args of [{}, { name: 5 }, { name: 'work-mail__send_email', arguments: 'x' }]) expect((await run(broker, 'countersign_call_tool', args)).answer).toMatchObject({ error: { code: -32602 } });
    expect((await run(broker, 'countersign_call_tool', { name: 'read_ledger' }, { path: '/work-mail' })).answer).toMatchObject({ error: { code: -32602 } });
    expect(broker.gate.performed).toEqual([]);
    const nested = Array.from({ length: 20 }).reduce<JsonObject>((inner) => ({ name: 'countersign_call_tool', arguments: inner }), { name: 'work-mail__send_email' });
    expect((await run(broker, 'countersign_call_tool', nested)).answer).toMatchObject({ result: { content: [{ text: 'did send_email' }] } });
  });

  test('gets a hidden tool’s refusal from the gate, which records the attempt', async () => {
    await using broker = await startSearching();
    broker.gate.script = async (_request, action) => ({ kind: 'ended', action, outcome: 'blocked', reason: 'company_policy', text: 'Blocked.', contact: null });
    const { answer } = await run(broker, 'countersign_call_tool', { name: 'work-mail__delete_email' });
    expect(answer).toMatchObject({ result: { isError: true, structuredContent: { reason: 'company_policy' } } });
    expect(broker.gate.performed).toMatchObject([{ name: 'delete_email' }]);
  });
});

test('in the usual mode the search tools are not there', async () => {
  await using broker = await startBroker();
  for (const name of ['countersign_find_tools', 'countersign_call_tool']) expect((await run(broker, name, { query: 'x', name: 'work-mail__send_email' })).answer).toMatchObject({ error: { code: -32602 } });
});

test('the worst query over 5,000 tools does not stop the house', () => {
  const words = 'send email calendar invoice ledger customer report list create update delete search message folder event booking'.split(' ');
  const many = Array.from({ length: 5_000 }, (_none, number) => tool(`${words[number % 16]}_${words[(number * 7) % 16]}_${number}`, { description: `Number ${number} of place p${number}x` }));
  const listed = many.map(({ name, description }) => ({ name, description: description ?? '' }));
  searchFor({ query: 'email', limit: 8 }, listed);
  const started = performance.now();
  for (const query of [Array.from({ length: 250 }, (_none, index) => String.fromCharCode(97 + (index % 26))).join(' '), Array.from({ length: 125 }, () => 'num').join(' ')]) {
    searchFor({ query, limit: 8 }, listed);
  }
  expect(performance.now() - started).toBeLessThan(300);
});
