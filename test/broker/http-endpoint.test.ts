import { actionId } from '../../preload/contract.ts';
import { describe, expect, test } from 'vitest';
import { books, done, entry, finance, financeToken, mail, marketing, marketingToken, startBroker } from './harness.ts';

const endOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'answered', () => 'ended without an answer');

describe.each(['modern', 'legacy'] as const)('a client of the %s protocol', (era) => {
  test('lists the tools its agent may use, by the names of their connections, and the waiting tool', async () => {
    await using broker = await startBroker();
    const client = await broker.connect(marketingToken, era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['work-mail__send_email', 'work-mail__search_messages', 'countersign_wait']);
  });

  test('calls a tool: the gate gets the agent, the connection, the real name and the exact arguments', async () => {
    await using broker = await startBroker();
    const client = await broker.connect(marketingToken, era);
    const result = await client.callTool({ name: 'work-mail__send_email', arguments: { to: ['ana@northwind.example'], count: 1.5, nothing: null } });
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'did send_email' }] });
    expect(broker.gate.performed).toMatchObject([
      { kind: 'invokeTool', agent: marketing, connection: mail, name: 'send_email', arguments: { to: ['ana@northwind.example'], count: 1.5, nothing: null } },
    ]);
  });

  test('is told honestly that an approval is awaited, and gets the result with countersign_wait', async () => {
    await using broker = await startBroker();
    broker.gate.script = async (_request, action) => {
      broker.gate.waiting.set(`${marketing} ${action}`, Promise.resolve(done(action, 'sent')));
      return { kind: 'waiting', action, progress: 'waiting', expiresAt: 1_900_000_000_000 };
    };
    const client = await broker.connect(marketingToken, era);
    const waiting = await client.callTool({ name: 'work-mail__send_email', arguments: {} });
    expect(waiting.isError).not.toBe(true);
    expect(waiting.structuredContent).toMatchObject({ outcome: 'waiting', expiresAt: 1_900_000_000_000 });
    const action = actionId.parse(Object(waiting.structuredContent).action);
    expect(waiting.content).toMatchObject([{ text: expect.stringContaining(action) }]);
    const result = await client.callTool({ name: 'countersign_wait', arguments: { action } });
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'sent' }] });
    expect(broker.gate.performed).toHaveLength(1);
  });

  test('cancels: the gate sees its signal abort', async () => {
    await using broker = await startBroker();
    const aborted = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    broker.gate.script = async (request, action) => {
      started.resolve();
      await new Promise<void>((resolve) => request.signal.addEventListener('abort', () => resolve()));
      aborted.resolve();
      return done(action, 'too late');
    };
    const client = await broker.connect(marketingToken, era);
    const controller = new AbortController();
    const call = client.callTool({ name: 'work-mail__send_email', arguments: {} }, { signal: controller.signal });
    await started.promise;
    controller.abort();
    await expect(endOf(call)).resolves.toBe('ended without an answer');
    await aborted.promise;
  });

  test('two agents at once each see and reach only their own', async () => {
    await using broker = await startBroker();
    const [one, two] = await Promise.all([broker.connect(marketingToken, era), broker.connect(financeToken, era)]);
    expect((await two.listTools()).tools.map(({ name }) => name)).toEqual(['books__read_ledger', 'countersign_wait']);
    await expect(two.callTool({ name: 'work-mail__send_email', arguments: {} })).rejects.toMatchObject({ code: -32602 });
    await Promise.all([one.callTool({ name: 'work-mail__send_email' }), two.callTool({ name: 'books__read_ledger' })]);
    expect(broker.gate.performed.map(({ agent, connection }) => [agent, connection])).toEqual(expect.arrayContaining([[marketing, mail], [finance, books]]));
    expect(broker.gate.performed).toHaveLength(2);
  });

  test('cannot pick up another agent’s answer', async () => {
    await using broker = await startBroker();
    const action = actionId.parse('3f1c0a52-6a0e-4a53-9d53-0f3f3f2b7c11');
    broker.gate.waiting.set(`${marketing} ${action}`, Promise.resolve(done(action, 'secret')));
    const client = await broker.connect(financeToken, era);
    const result = await client.callTool({ name: 'countersign_wait', arguments: { action } });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  test('is told when the list of tools changes', async () => {
    await using broker = await startBroker();
    const client = await broker.connect(marketingToken, era);
    const changed = Promise.withResolvers<void>();
    client.setNotificationHandler('notifications/tools/list_changed', () => changed.resolve());
    if (era === 'modern') await client.listen({ toolsListChanged: true });
    broker.catalog.tools.set(marketing, [entry(mail, 'reply')]);
    const tell = setInterval(() => broker.catalog.changed.emit({ kind: 'tools' }), 20);
    await changed.promise;
    clearInterval(tell);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['work-mail__reply', 'countersign_wait']);
  });

  test('sees its open call end when its agent is disconnected', async () => {
    await using broker = await startBroker();
    const started = Promise.withResolvers<AbortSignal>();
    broker.gate.script = async (request, action) => {
      started.resolve(request.signal);
      await new Promise<void>((resolve) => request.signal.addEventListener('abort', () => resolve()));
      return done(action, 'never seen');
    };
    const client = await broker.connect(marketingToken, era);
    const ended = endOf(client.callTool({ name: 'work-mail__send_email' }, { timeout: 5_000 }));
    const signal = await started.promise;
    broker.endpoint.disconnect(marketing);
    expect(signal.aborted).toBe(true);
    await client.close();
    expect(await ended).toBe('ended without an answer');
  });
});
