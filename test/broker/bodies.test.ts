import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { marketingToken, startBroker, type Broker } from './harness.ts';

const mebibyte = 1024 * 1024;

interface Spoken {
  readonly text: string;
  readonly error: string | undefined;
}

/** Says bytes over a socket of its own and hears until it ends, or until `isEnough`. */
async function speak(broker: Broker, parts: readonly (string | Buffer)[], isEnough: (text: string) => boolean): Promise<Spoken> {
  const socket = connect(broker.endpoint.port, '127.0.0.1');
  let text = '';
  let error: string | undefined;
  const ended = Promise.withResolvers<undefined>();
  socket.on('error', (failure: NodeJS.ErrnoException) => (error = failure.code));
  socket.on('close', () => ended.resolve(undefined));
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (isEnough(text)) ended.resolve(undefined);
  });
  await once(socket, 'connect');
  // Cut off, it has an error of its own, told above.
  for (const part of parts) if (!socket.destroyed && !socket.write(part)) await Promise.race([once(socket, 'drain'), ended.promise]).catch(() => undefined);
  await ended.promise;
  socket.destroy();
  return { text, error };
}

function head(broker: Broker, ...more: readonly string[]): string {
  return ['POST /mcp HTTP/1.1', `Host: 127.0.0.1:${broker.endpoint.port}`, `Authorization: Bearer ${marketingToken}`, 'Content-Type: application/json', 'Accept: application/json', ...more, '', ''].join('\r\n');
}

const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}';
const modern = ['MCP-Protocol-Version: 2026-07-28', 'Mcp-Method: tools/list'];

describe('a body that is too large gets its 413, never a reset, and the connection goes on', () => {
  test.each([1, 2, 3, 4, 5])('5 MB with its length declared (%i)', async () => {
    await using broker = await startBroker();
    const next = `${head(broker, `Content-Length: ${list.length}`, ...modern)}${list}`;
    const { text, error } = await speak(broker, [head(broker, `Content-Length: ${5 * mebibyte}`), ...Array.from({ length: 5 }, () => Buffer.alloc(mebibyte, 'a')), next], (heard) => heard.includes('countersign_wait'));
    expect(error).toBeUndefined();
    expect(text).toMatch(/^HTTP\/1\.1 413 .*\r\n[^]*4 MiB[^]*HTTP\/1\.1 200 /);
  });

  test.each([1, 2, 3, 4, 5])('5 MB in chunks (%i)', async () => {
    await using broker = await startBroker();
    const chunk = Buffer.concat([Buffer.from(`${mebibyte.toString(16)}\r\n`), Buffer.alloc(mebibyte, 'a'), Buffer.from('\r\n')]);
    const next = `${head(broker, `Content-Length: ${list.length}`, ...modern)}${list}`;
    const { text, error } = await speak(broker, [head(broker, 'Transfer-Encoding: chunked'), chunk, chunk, chunk, chunk, chunk, '0\r\n\r\n', next], (heard) => heard.includes('countersign_wait'));
    expect(error).toBeUndefined();
    expect(text).toMatch(/^HTTP\/1\.1 413 .*\r\n[^]*4 MiB[^]*HTTP\/1\.1 200 /);
  });

  test('one that never ends is cut off', async () => {
    await using broker = await startBroker();
    const chunk = Buffer.concat([Buffer.from(`${(8 * mebibyte).toString(16)}\r\n`), Buffer.alloc(8 * mebibyte, 'a'), Buffer.from('\r\n')]);
    const { text } = await speak(broker, [head(broker, 'Transfer-Encoding: chunked'), ...Array.from({ length: 12 }, () => chunk)], () => false);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });
});

test('a connection goes on after every refusal that came before its body was read', async () => {
  await using broker = await startBroker();
  const wrong = ['POST /elsewhere HTTP/1.1', `Host: 127.0.0.1:${broker.endpoint.port}`, 'Content-Length: 9', '', ''].join('\r\n');
  const unknown = head(broker, 'Content-Length: 9').replace(marketingToken, 'cst_unknown');
  const next = `${head(broker, `Content-Length: ${list.length}`, ...modern)}${list}`;
  const { text } = await speak(broker, [`${wrong}{"no":"a"}`.slice(0, wrong.length + 9), `${unknown}{"no":"a"}`.slice(0, unknown.length + 9), next], (heard) => heard.includes('countersign_wait'));
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 401', 'HTTP/1.1 200']);
});

test('a head that is too large is called that', async () => {
  await using broker = await startBroker();
  const { text } = await speak(broker, [head(broker, `X-Large: ${'a'.repeat(20_000)}`)], () => false);
  expect(text).toMatch(/^HTTP\/1\.1 431 /);
});

test('requests sent at once on one connection, whose client goes away, leave nothing open', async () => {
  await using broker = await startBroker();
  const signals: AbortSignal[] = [];
  const started = Promise.withResolvers<undefined>();
  broker.gate.script = ({ signal }) => {
    signals.push(signal);
    if (signals.length === 3) started.resolve(undefined);
    return new Promise(() => {});
  };
  const call = list.replace('tools/list', 'tools/call').replace('"params":{', '"params":{"name":"work-mail__send_email",');
  const one = `${head(broker, `Content-Length: ${call.length}`, 'MCP-Protocol-Version: 2026-07-28', 'Mcp-Method: tools/call', 'Mcp-Name: work-mail__send_email')}${call}`;
  const socket = connect(broker.endpoint.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(one + one + one);
  await started.promise;
  socket.destroy();
  await Promise.all(signals.map((signal) => new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())))));
  expect(signals).toHaveLength(3);
});
