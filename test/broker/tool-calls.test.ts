import { describe, expect, test } from 'vitest';
import type { ActionAnswer } from '../../main/model/action.ts';
import { connectionId } from '../../preload/contract.ts';
import { done, entry, mail, marketing, marketingToken, startBroker } from './harness.ts';
import { ManualClock } from './manual-clock.ts';

const schema = { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] };

describe.each(['modern', 'legacy'] as const)('to a client of the %s protocol', (era) => {
  test('a result goes through as the service gave it', async () => {
    await using broker = await startBroker();
    const picture = { type: 'image', data: 'aGk=', mimeType: 'image/png', _meta: { 'example.com/size': 2 } };
    const result = { content: [{ type: 'text', text: 'ok' }, picture], structuredContent: { total: 3, inner: { list: [1, null] } }, _meta: { 'example.com/trace': 'x' }, isError: false };
    broker.gate.script = async (_request, action) => ({ kind: 'ended', action, outcome: 'done_with_changes', result });
    const client = await broker.connect(marketingToken, era);
    expect(await client.callTool({ name: 'work-mail__send_email' })).toMatchObject(result);
  });

  test('a service’s own error stays one', async () => {
    await using broker = await startBroker();
    broker.gate.script = async (_request, action) => done(action, 'mailbox full', { isError: true });
    const client = await broker.connect(marketingToken, era);
    expect(await client.callTool({ name: 'work-mail__send_email' })).toMatchObject({ isError: true, content: [{ text: 'mailbox full' }] });
  });

  const refusals = [
    ['denied', 'denied_by_person'],
    ['blocked', 'company_policy'],
    ['timed_out', 'no_answer'],
    ['undone', 'undone_by_person'],
    ['failed', 'service_failed'],
    ['unknown', 'outcome_uncertain'],
  ] as const;
  test.each(refusals)('%s is an error with the gate’s words, and the same in fields', async (outcome, reason) => {
    await using broker = await startBroker();
    broker.catalog.tools.set(marketing, [entry(mail, 'total', { outputSchema: schema })]);
    broker.gate.script = async (_request, action): Promise<ActionAnswer> => ({ kind: 'ended', action, outcome, reason, text: 'What happened.', contact: 'it@acme.example' });
    const client = await broker.connect(marketingToken, era);
    await client.listTools();
    expect(await client.callTool({ name: 'work-mail__total' })).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'What happened.' }],
      _meta: { 'countersign/outcome': { outcome, reason, contact: 'it@acme.example' } },
    });
    // Older clients hold even an error's structured content against the output schema.
    expect(await client.callTool({ name: 'work-mail__total' })).not.toHaveProperty('structuredContent');
    broker.catalog.tools.set(marketing, [entry(mail, 'plain')]);
    expect(await client.callTool({ name: 'work-mail__plain' })).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'What happened.' }],
      structuredContent: { outcome, reason, contact: 'it@acme.example' },
      _meta: { 'countersign/outcome': { outcome, reason, contact: 'it@acme.example' } },
    });
  });

  test('done with changes: the result, and which arguments the person changed, in words and in fields', async () => {
    await using broker = await startBroker();
    broker.catalog.tools.set(marketing, [entry(mail, 'total', { outputSchema: schema }), entry(mail, 'plain'), entry(mail, 'bare')]);
    broker.gate.script = async ({ name }, action): Promise<ActionAnswer> => ({
      kind: 'ended',
      action,
      outcome: 'done_with_changes',
      result: { content: [{ type: 'text', text: 'Sent.' }], ...(name === 'bare' ? {} : { structuredContent: { total: 3 } }), _meta: { 'example.com/trace': 'x' } },
      changedFields: ['to', 'subject'],
    });
    const client = await broker.connect(marketingToken, era);
    await client.listTools();
    const told = { outcome: 'done_with_changes', changedFields: ['to', 'subject'] };
    const promised = await client.callTool({ name: 'work-mail__total' });
    expect(promised).toMatchObject({ content: [{ text: 'Sent.' }, { text: expect.stringContaining('to, subject') }], _meta: { 'example.com/trace': 'x', 'countersign/outcome': told } });
    expect(promised.structuredContent).toEqual({ total: 3 });
    expect(promised.isError).not.toBe(true);
    expect(await client.callTool({ name: 'work-mail__plain' })).toMatchObject({ structuredContent: { total: 3, ...told }, _meta: { 'countersign/outcome': told } });
    expect(await client.callTool({ name: 'work-mail__bare' })).toMatchObject({ structuredContent: told });
  });

  test('not known whether it was done with the person’s changes: told that it was changed', async () => {
    await using broker = await startBroker();
    broker.gate.script = async (_request, action): Promise<ActionAnswer> => ({ kind: 'ended', action, outcome: 'unknown', reason: 'outcome_uncertain', text: 'Not known.', contact: null, changedFields: ['to'] });
    const client = await broker.connect(marketingToken, era);
    expect(await client.callTool({ name: 'work-mail__send_email' })).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/Not known\..*changed.*: to\./) }], structuredContent: { changedFields: ['to'] } });
  });

  test('waiting is an error only where the tool promised other structured content', async () => {
    await using broker = await startBroker();
    broker.catalog.tools.set(marketing, [entry(mail, 'total', { outputSchema: schema }), entry(mail, 'plain')]);
    broker.gate.script = async (_request, action) => ({ kind: 'waiting', action, progress: 'held', expiresAt: 5 });
    const client = await broker.connect(marketingToken, era);
    await client.listTools();
    const promised = await client.callTool({ name: 'work-mail__total' });
    expect(promised).toMatchObject({ isError: true, _meta: { 'countersign/outcome': { outcome: 'waiting' } } });
    expect(promised).not.toHaveProperty('structuredContent');
    const plain = await client.callTool({ name: 'work-mail__plain' });
    expect(plain.isError).not.toBe(true);
    expect(plain).toMatchObject({ structuredContent: { outcome: 'waiting', progress: 'held' } });
  });

  test('arguments that do not fit are told in the result', async () => {
    await using broker = await startBroker();
    broker.gate.script = async () => ({ kind: 'rejected', code: 'invalid_arguments', text: '"to" is missing. Nothing was done.' });
    const client = await broker.connect(marketingToken, era);
    expect(await client.callTool({ name: 'work-mail__send_email' })).toMatchObject({ isError: true, content: [{ text: '"to" is missing. Nothing was done.' }], structuredContent: { outcome: 'rejected', reason: 'invalid_arguments' } });
  });

  test('a tool the gate does not know any more is a JSON-RPC error', async () => {
    await using broker = await startBroker();
    broker.gate.script = async () => ({ kind: 'rejected', code: 'unknown_tool', text: 'There is no such tool.' });
    const client = await broker.connect(marketingToken, era);
    await expect(client.callTool({ name: 'work-mail__send_email' })).rejects.toMatchObject({ code: -32602 });
  });

  test('an answer of the service that cannot be read is never told as "not done"', async () => {
    await using broker = await startBroker();
    broker.gate.script = async (_request, action) => ({ kind: 'ended', action, outcome: 'done', result: { content: [{ type: 'nonsense' }] } });
    const client = await broker.connect(marketingToken, era);
    const result = await client.callTool({ name: 'work-mail__send_email' });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/was done.*Do not repeat/) }] });
  });

  test('countersign_wait refuses an id that is none, and one that is not this agent’s', async () => {
    await using broker = await startBroker();
    const client = await broker.connect(marketingToken, era);
    expect(await client.callTool({ name: 'countersign_wait', arguments: { action: 'soon' } })).toMatchObject({ isError: true, structuredContent: { reason: 'invalid_arguments' } });
    const unknown = await client.callTool({ name: 'countersign_wait', arguments: { action: '3f1c0a52-6a0e-4a53-9d53-0f3f3f2b7c11' } });
    expect(unknown).toMatchObject({ isError: true, structuredContent: { reason: 'unknown_action' } });
  });

  test('a token for one connection shows that one alone; the gate is told how far it reaches', async () => {
    await using broker = await startBroker();
    const books = connectionId.parse('books');
    broker.catalog.tools.set(marketing, [entry(mail, 'send_email'), entry(books, 'read_ledger')]);
    broker.tokens.set('cst_narrow', { kind: 'caller', caller: { agent: marketing, reach: [{ connection: books, mayRead: true, mayAct: true }] } });
    const client = await broker.connect('cst_narrow', era);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['books__read_ledger', 'countersign_wait']);
    await client.callTool({ name: 'work-mail__send_email' });
    expect(broker.gate.performed).toMatchObject([{ connection: mail, reach: [{ connection: books, mayRead: true, mayAct: true }] }]);
  });

  test('one broken schema does not hide the other tools', async () => {
    await using broker = await startBroker();
    broker.catalog.tools.set(marketing, [
      entry(mail, 'broken', { inputSchema: { kind: 'odd' }, outputSchema: { type: 'string' } }),
      entry(mail, 'worse', { inputSchema: { type: 'object', properties: 7, required: 'all' }, outputSchema: { type: 'object', properties: [] } }),
      entry(mail, 'odd', { annotations: { readOnlyHint: 'surely' }, description: 'Odd' }),
      entry(mail, 'fine', { annotations: { readOnlyHint: true, title: 'Fine' } }),
    ]);
    const client = await broker.connect(marketingToken, era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['work-mail__broken', 'work-mail__worse', 'work-mail__odd', 'work-mail__fine', 'countersign_wait']);
    expect(tools[2]).toMatchObject({ description: 'Odd' });
    expect(tools[3]).toMatchObject({ annotations: { readOnlyHint: true, title: 'Fine' } });
    expect(await client.callTool({ name: 'work-mail__worse' })).toMatchObject({ content: [{ text: 'did worse' }] });
  });

  test('progress comes every 10 seconds while a person decides, to a client that asked for it, and stops', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const started = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    broker.gate.script = async (_request, action) => {
      started.resolve();
      await answer.promise;
      return done(action, 'sent');
    };
    const client = await broker.connect(marketingToken, era);
    const progress: number[] = [];
    const second = Promise.withResolvers<void>();
    const onprogress = ({ progress: value }: { progress: number }): void => {
      progress.push(value);
      if (progress.length === 2) second.resolve();
    };
    const call = client.callTool({ name: 'work-mail__send_email' }, { onprogress });
    await started.promise;
    clock.pass(9_999);
    clock.pass(10_001);
    await second.promise;
    answer.resolve();
    expect(await call).toMatchObject({ content: [{ text: 'sent' }] });
    // Each more than the one before, and all less than a service would begin with.
    expect(progress[1]).toBeGreaterThan(progress[0] ?? 0);
    expect(progress[1]).toBeLessThan(0.001);
    clock.pass(60_000);
    expect(progress).toHaveLength(2);
  });
});
