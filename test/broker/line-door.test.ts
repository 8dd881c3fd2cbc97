import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { LineDoor } from '../../main/broker/line-door.ts';
import { closeDoors, openDoors, type DoorParts, type Doors } from '../../main/broker/doors.ts';
import { systemClock } from '../../main/model/clock.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { caller, done, entry, mail, marketing, ScriptedCatalog, ScriptedGate, usualOptions } from './harness.ts';
import { field, until } from './raw-client.ts';

/** A client over lines, as the `countersign connect` command is one. */
class LineClient {
  readonly socket: Socket;
  readonly #read: JsonObject[] = [];
  #rest = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
  }

  listen(): this {
    this.socket.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split('\n');
      this.#rest = lines.pop() ?? '';
      // One JSON-RPC message a line.
      this.#read.push(...lines.map((line) => JSON.parse(line) as JsonObject));
    });
    return this;
  }

  write(text: string): void {
    this.socket.write(text);
  }

  send(message: JsonObject): void {
    this.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  modern(id: string | number, method: string, params: JsonObject = {}, capabilities: JsonObject = {}): void {
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': capabilities };
    this.send({ id, method, params: { ...params, _meta } });
  }

  async next(): Promise<JsonObject> {
    await until(() => this.#read.length > 0);
    return this.#read.shift() ?? {};
  }

  async ask(message: JsonObject): Promise<JsonObject> {
    this.send(message);
    return this.next();
  }

  /** Everything that has come and was not looked at, after a while. */
  async rest(): Promise<readonly JsonObject[]> {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return this.#read;
  }
}

interface Lines extends AsyncDisposable {
  readonly gate: ScriptedGate;
  readonly catalog: ScriptedCatalog;
  readonly doors: Doors;
  open(): Promise<LineClient>;
}

async function startLines(more: Partial<DoorParts> = {}): Promise<Lines> {
  const gate = new ScriptedGate();
  const catalog = new ScriptedCatalog();
  const doors = openDoors({ gate, catalog, clock: systemClock, version: '0', optionsOf: () => usualOptions, ...more });
  const server = createServer((socket) => LineDoor.open(doors, socket.on('error', () => {}), caller(marketing)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const clients: LineClient[] = [];
  return {
    gate,
    catalog,
    doors,
    async open() {
      // A TCP server's address is an AddressInfo.
      const client = new LineClient(connect((server.address() as AddressInfo).port, '127.0.0.1'));
      clients.push(client);
      await once(client.socket, 'connect');
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const { socket } of clients) socket.destroy();
      closeDoors(doors);
      server.close();
      await once(server, 'close');
    },
  };
}

const initialize = (capabilities: JsonObject = {}): JsonObject => ({ id: 'init', method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities, clientInfo: { name: 'raw', version: '1' } } });
const tool = { name: 'work-mail__send_email' };
const form = { method: 'elicitation/create', params: { message: 'Which?', requestedSchema: { type: 'object', properties: {} } } } as const;

describe('over lines', () => {
  test('the newer protocol asks and goes on without a session', async () => {
    await using lines = await startLines();
    lines.gate.script = async ({ conversation }, action) => done(action, JSON.stringify(await conversation.ask({ q: form })));
    const client = (await lines.open()).listen();
    client.modern(1, 'server/discover');
    expect(await client.next()).toMatchObject({ id: 1, result: { supportedVersions: ['2026-07-28'] } });
    client.modern(2, 'tools/call', tool, { elicitation: {} });
    const asked = await client.next();
    expect(asked).toMatchObject({ id: 2, result: { resultType: 'input_required', inputRequests: { q: form } } });
    client.modern(3, 'tools/call', { ...tool, requestState: field(asked, 'result', 'requestState') ?? '', inputResponses: { q: { action: 'decline' } } }, { elicitation: {} });
    expect(await client.next()).toMatchObject({ id: 3, result: { resultType: 'complete', content: [{ text: '{"q":{"action":"decline"}}' }] } });
    // A client that finds out that way may still begin a session.
    expect(await client.ask(initialize())).toMatchObject({ id: 'init', result: { protocolVersion: '2025-06-18' } });
  });

  test('the older protocol asks on the line, and its session can begin anew', async () => {
    await using lines = await startLines();
    lines.gate.script = async ({ conversation }, action) => done(action, JSON.stringify(await conversation.ask({ q: form }).catch(() => 'refused')));
    const client = (await lines.open()).listen();
    expect(await client.ask(initialize())).toMatchObject({ result: { protocolVersion: '2025-06-18' } });
    expect(JSON.stringify(await client.ask({ id: 1, method: 'tools/call', params: tool }))).toContain('refused');
    expect(await client.ask(initialize({ elicitation: {} }))).toMatchObject({ id: 'init', result: {} });
    const question = await client.ask({ id: 2, method: 'tools/call', params: tool });
    expect(question).toMatchObject(form);
    expect(JSON.stringify(await client.ask({ id: question['id'] ?? '', result: { action: 'cancel' } }))).toContain('cancel');
    lines.catalog.changed.emit({ kind: 'tools' });
    expect(await client.next()).toMatchObject({ method: 'notifications/tools/list_changed' });
    expect(await client.rest()).toEqual([]);
  });

  test.each(['modern', 'legacy'] as const)('what is cancelled (%s) aborts and is not answered; its id is free then', async (era) => {
    await using lines = await startLines();
    const signals: AbortSignal[] = [];
    lines.gate.script = async ({ signal }, action) => {
      signals.push(signal);
      if (signals.length === 1) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      return done(action, `call ${signals.length}`);
    };
    const client = (await lines.open()).listen();
    if (era === 'legacy') await client.ask(initialize());
    const call = (): void => (era === 'modern' ? client.modern(5, 'tools/call', tool) : client.send({ id: 5, method: 'tools/call', params: tool }));
    call();
    await until(() => signals.length === 1);
    for (const requestId of ['5', 6, null]) client.send({ method: 'notifications/cancelled', params: { requestId } });
    call();
    expect(await client.next()).toMatchObject({ id: 5, error: { message: expect.stringContaining('still being answered') } });
    expect(signals[0]?.aborted).toBe(false);
    client.send({ method: 'notifications/cancelled', params: { requestId: 5 } });
    await until(() => signals[0]?.aborted === true);
    expect(await client.rest()).toEqual([]);
    call();
    expect(JSON.stringify(await client.next())).toContain('call 2');
  });

  test.each(['modern', 'legacy'] as const)('what is cancelled without an id is nothing, not the request whose id is empty (%s)', async (era) => {
    await using lines = await startLines();
    const asked = Promise.withResolvers<AbortSignal>();
    const finish = Promise.withResolvers<undefined>();
    lines.gate.script = async ({ signal }, action) => {
      asked.resolve(signal);
      await finish.promise;
      return done(action, 'done');
    };
    const client = (await lines.open()).listen();
    if (era === 'legacy') await client.ask(initialize());
    if (era === 'legacy') client.send({ id: '', method: 'tools/call', params: tool });
    else client.modern('', 'tools/call', tool);
    const signal = await asked.promise;
    for (const requestId of [null, {}, [], false, 1.5]) client.send({ method: 'notifications/cancelled', params: { requestId } });
    client.send({ method: 'notifications/cancelled', params: {} });
    expect(await client.ask({ id: 'after', method: 'nothing' })).toMatchObject({ id: 'after' });
    expect(signal.aborted).toBe(false);
    finish.resolve(undefined);
    expect(await client.next()).toMatchObject({ id: '', result: {} });
  });

  test('a subscription ends by cancellation, and with the line', async () => {
    await using lines = await startLines();
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['via-work-mail+note:1'] };
    const [one, two] = [(await lines.open()).listen(), (await lines.open()).listen()];
    for (const client of [one, two]) {
      client.modern('sub', 'subscriptions/listen', { notifications });
      expect(await client.next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
    }
    one.send({ method: 'notifications/cancelled', params: { requestId: 'sub' } });
    await until(() => lines.catalog.watched.length === 1);
    lines.catalog.changed.emit({ kind: 'tools' });
    expect(await two.next()).toMatchObject({ method: 'notifications/tools/list_changed' });
    expect(await one.rest()).toEqual([]);
    two.socket.destroy();
    await until(() => lines.catalog.watched.length === 0);
  });

  test('a line that breaks off ends what it had open', async () => {
    await using lines = await startLines();
    const signals: AbortSignal[] = [];
    lines.gate.script = ({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const client = await lines.open();
    client.modern(1, 'tools/call', tool);
    client.send(initialize());
    client.send({ id: 2, method: 'tools/call', params: tool });
    await until(() => signals.length === 2);
    client.socket.destroy();
    await until(() => signals.every(({ aborted }) => aborted));
    expect(signals).toHaveLength(2);
  });

  test('too many calls a minute are told in the answer', async () => {
    await using lines = await startLines({ optionsOf: () => ({ toolMode: 'all', callsPerMinute: 4 }) });
    const client = (await lines.open()).listen();
    client.modern(1, 'tools/call', tool);
    expect(await client.next()).toMatchObject({ id: 1, result: {} });
    client.modern(2, 'tools/call', tool);
    expect(await client.next()).toMatchObject({ id: 2, error: { message: expect.stringMatching(/Nothing was done. Try again in 1[45] s/) } });
    client.modern(3, 'tools/list');
    expect(await client.next()).toMatchObject({ id: 3, result: {} });
  });

  test.each(['{', '[]', '5', '"x"', '{"jsonrpc":"1.0","id":1,"method":"ping"}', '{"jsonrpc":"2.0","id":{},"method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', `${'['.repeat(70)}${']'.repeat(70)}`])('%s is answered with an error, and the line goes on', async (text) => {
    await using lines = await startLines();
    const client = (await lines.open()).listen();
    client.write(`\n  \n${text}\r\n`);
    expect(await client.next()).toMatchObject({ jsonrpc: '2.0', error: { code: expect.any(Number) } });
    expect(await client.ask(initialize())).toMatchObject({ result: {} });
  });

  test('a message that is no UTF-8 is refused, not read as something else, and the next one is answered', async () => {
    await using lines = await startLines();
    const client = (await lines.open()).listen();
    const [before, after] = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...tool, arguments: { to: 'HERE' }, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } } }).split('HERE');
    client.socket.write(Buffer.concat([Buffer.from(`${before}`), Buffer.from([0xff]), Buffer.from(`${after}\r\n \t\r\n`)]));
    expect(await client.next()).toMatchObject({ id: null, error: { code: -32700 } });
    client.modern(2, 'tools/call', tool);
    expect(await client.next()).toMatchObject({ id: 2, result: {} });
    expect(lines.gate.performed).toHaveLength(1);
  });

  test('a message larger than 4 MiB ends the line with words', async () => {
    await using lines = await startLines();
    const client = (await lines.open()).listen();
    const closed = once(client.socket, 'close');
    client.write('x'.repeat(4 * 1024 * 1024 + 1));
    expect(await client.next()).toMatchObject({ id: null, error: { message: expect.stringContaining('4 MiB') } });
    await closed;
  });

  test('a client that asks without reading is not listened to until it reads; then everything is answered', async () => {
    await using lines = await startLines();
    lines.catalog.tools.set(marketing, Array.from({ length: 50 }, (_none, number) => entry(mail, `tool_${number}`, { description: 'x'.repeat(10_000) })));
    const client = await lines.open();
    const count = 400;
    let listed = 0;
    const list = lines.catalog.listTools.bind(lines.catalog);
    lines.catalog.listTools = (agent, only) => {
      listed += 1;
      return list(agent, only);
    };
    for (let id = 0; id < count; id += 1) {
      client.modern(id, 'tools/list');
      if (id % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    // Half a megabyte each: what lies unread stays far from all of it.
    expect(listed).toBeLessThan(count / 2);
    client.listen();
    for (let read = 0; read < count; read += 1) expect(await client.next()).toMatchObject({ jsonrpc: '2.0' });
  });
});
