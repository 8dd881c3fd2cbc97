import { connect, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { modernVersion, sessionVersion } from '../long-run/wire.ts';
import { makeHttpFrame, type Door, type HttpFrame } from './http-frames.ts';
import { inTime, isEchoOf, type Judge } from './judge.ts';
import { Random } from './random.ts';
import { ResponseReader, type HttpAnswer } from './response-reader.ts';

export interface HttpLaneParts {
  readonly seed: number;
  readonly port: number;
  readonly connection: string;
  readonly token: () => string;
  readonly judge: Judge;
}

/** Connections that one lane has open at a time. */
const together = 4;

/** Sends the frames of one agent over HTTP: whole requests pipelined on one connection, whatever may break it on connections of its own. */
export class HttpLane {
  readonly #parts: HttpLaneParts;
  #session = 'none-yet';
  #batches = 0;

  constructor(parts: HttpLaneParts) {
    this.#parts = parts;
  }

  async run(first: number, count: number): Promise<void> {
    this.#batches += 1;
    if (this.#batches % 16 === 1) await this.#openSession();
    const door = this.#door();
    const frames = Array.from({ length: count }, (_none, index) => makeHttpFrame(this.#parts.seed, first + index, door));
    await this.#pipeline(frames.filter(({ framing }) => framing === 'framed'), `s-${first}`);
    const alone = frames.filter(({ framing }) => framing !== 'framed');
    await Promise.all(Array.from({ length: together }, async () => {
      for (let frame = alone.shift(); frame !== undefined; frame = alone.shift()) await (frame.framing === 'last' ? this.#last(frame) : this.#broken(frame));
    }));
  }

  #door(): Door {
    const { port, token, connection } = this.#parts;
    return { port, token: token(), connection, session: this.#session };
  }

  /** Whole requests at once, a right call behind them: each gets its own answer, in order. */
  async #pipeline(frames: readonly HttpFrame[], sentinel: string): Promise<void> {
    const { judge } = this.#parts;
    const all = [...frames, this.#sentinel(sentinel)];
    const queue = all.map((frame) => frame);
    const over = Promise.withResolvers<void>();
    const socket = this.#open((answer) => {
      const frame = queue.shift();
      if (frame === undefined) judge.findings.add('An answer came that nobody asked for', `after ${sentinel}`);
      else if (queue.length === 0) this.#takeSentinel(sentinel, answer);
      else this.#take(frame, answer);
      if (queue.length === 0) over.resolve();
    }, () => false, sentinel);
    socket.once('close', () => over.resolve());
    for (const frame of all) await write(socket, frame.pieces);
    if (!(await inTime(over.promise))) judge.findings.add('A whole request got no answer', `frame ${queue[0]?.number}`);
    else if (queue.length > 0) judge.findings.add('The connection ended at a whole request', `frame ${queue[0]?.number}`);
    socket.destroy();
  }

  /** A whole request whose answer may not end, or ends the connection. */
  async #last(frame: HttpFrame): Promise<void> {
    const { judge } = this.#parts;
    const over = Promise.withResolvers<void>();
    const socket = this.#open((answer) => {
      this.#take(frame, answer);
      over.resolve();
    }, () => frame.isHead, `frame ${frame.number}`, () => over.resolve());
    socket.once('close', () => over.resolve());
    await write(socket, frame.pieces);
    if (!(await inTime(over.promise))) judge.findings.add('A whole request got no answer', `frame ${frame.number}`);
    socket.destroy();
  }

  /** Says it, one way or another goes away, and sees that the other side does too. */
  async #broken(frame: HttpFrame): Promise<void> {
    const { judge, seed, port } = this.#parts;
    const random = new Random(seed + 1, frame.number);
    const from = `frame ${frame.number}`;
    const closed = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<void>();
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.once('close', () => closed.resolve());
    socket.once('end', () => socket.end());
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      heard.resolve();
    });
    await write(socket, frame.pieces);
    const way = random.below(4);
    if (way === 0) {
      judge.count('broken, client gone');
      socket.destroy();
      return;
    }
    if (way === 1) await Promise.race([heard.promise, closed.promise, pause(20)]);
    socket.end();
    if (!(await inTime(closed.promise))) judge.findings.add('A connection was not ended', from);
    socket.destroy();
    judge.text(text, from);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
    if (status === '500') judge.findings.add('An internal error', `${from}: ${text.slice(0, 300)}`);
    judge.count(`broken, ${status === undefined ? 'closed' : `HTTP ${status}`}`);
  }

  #take({ number, id, isHead }: HttpFrame, { status, headers, body }: HttpAnswer): void {
    const { judge } = this.#parts;
    const from = `frame ${number}`;
    judge.count(`whole, HTTP ${status}`);
    judge.text(body, from);
    if (status >= 500 && status !== 503) judge.findings.add('An internal error', `${from}: ${body.slice(0, 300)}`);
    if (isHead) return;
    for (const message of messagesOf(headers.get('content-type') ?? '', body, () => judge.findings.add('An answer was not JSON', `${from}: ${body.slice(0, 300)}`))) {
      if (message['method'] !== undefined || message['id'] === null || message['id'] === undefined) continue;
      judge.findings.expect(JSON.stringify(message['id']) === JSON.stringify(id), 'An answer came for another request', `${from}: ${JSON.stringify(message['id'])} for ${JSON.stringify(id)}`);
    }
  }

  #takeSentinel(id: string, { status, body, headers }: HttpAnswer): void {
    const { judge } = this.#parts;
    judge.count('right calls');
    const answer = messagesOf(headers.get('content-type') ?? '', body, () => undefined).at(-1) ?? {};
    judge.findings.expect(status === 200 && answer['id'] === id && isEchoOf(id, answer['result']), 'A right call got a wrong answer', `${id}: HTTP ${status} ${body.slice(0, 300)}`);
    judge.text(body, id);
  }

  #sentinel(id: string): HttpFrame {
    const { connection, token, port } = this.#parts;
    const name = `${connection}__echo`;
    const meta = { 'io.modelcontextprotocol/protocolVersion': modernVersion, 'io.modelcontextprotocol/clientCapabilities': {} };
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: { id }, _meta: meta } });
    const head = request(port, token(), [`MCP-Protocol-Version: ${modernVersion}`, 'Mcp-Method: tools/call', `Mcp-Name: ${name}`, `Content-Length: ${Buffer.byteLength(body)}`]);
    return { number: -1, framing: 'framed', pieces: [Buffer.from(head + body)], isHead: false, id };
  }

  async #openSession(): Promise<void> {
    const { token, port, judge } = this.#parts;
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: sessionVersion, capabilities: {}, clientInfo: { name: 'fuzz', version: '1' } } });
    const opened = Promise.withResolvers<void>();
    const socket = this.#open(({ headers }) => {
      this.#session = headers.get('mcp-session-id') ?? 'none';
      opened.resolve();
    }, () => false, 'initialize');
    socket.write(request(port, token(), [`Content-Length: ${Buffer.byteLength(body)}`]) + body);
    if (!(await inTime(opened.promise))) judge.findings.add('There was no session', '');
    socket.destroy();
  }

  /** `onBegun`: an answer has begun that is not whole yet. */
  #open(take: (answer: HttpAnswer) => void, isBodiless: () => boolean, from: string, onBegun?: () => void): Socket {
    const { port, judge } = this.#parts;
    const socket = connect(port, '127.0.0.1');
    const reader = new ResponseReader(isBodiless);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const answer of reader.read(chunk)) take(answer);
        if (reader.isWithin) onBegun?.();
      } catch (error) {
        judge.findings.add('What came is no HTTP answer', `${from}: ${String(error)}`);
        socket.destroy();
      }
    });
    return socket;
  }
}

function request(port: number, token: string, more: readonly string[]): string {
  return ['POST /mcp HTTP/1.1', `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`, 'Content-Type: application/json', 'Accept: application/json, text/event-stream', ...more, '', ''].join('\r\n');
}

async function write(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await turn();
    if (socket.writable) socket.write(piece);
  }
}

function messagesOf(type: string, body: string, onNone: () => void): readonly Record<string, unknown>[] {
  const texts = type === 'text/event-stream' ? body.split('\n').flatMap((line) => (line.startsWith('data: {') ? [line.slice(6)] : [])) : type === 'application/json' ? [body] : [];
  return texts.flatMap((text) => {
    try {
      // Its fields are looked at one by one.
      const value = JSON.parse(text) as Record<string, unknown> | null;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [value];
    } catch {
      // Told below.
    }
    onNone();
    return [];
  });
}
