import { isUtf8 } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { jsonDepth } from '../../main/broker/request-body.ts';
import { depthLimit } from '../../main/broker/json-depth.ts';
import { askApp } from '../../main/cli/app-connection.ts';
import { LineReader } from '../../main/model/line-reader.ts';
import type { SocketPlace } from '../../main/paths.ts';
import { modernVersion, sessionVersion, type Era } from '../long-run/wire.ts';
import { cut, mutateBytes } from './bytes.ts';
import { inTime, isEchoOf, type Judge } from './judge.ts';
import { makeMessage, mutateTree, textOf } from './messages.ts';
import { Random } from './random.ts';

export interface LineLaneParts {
  readonly seed: number;
  readonly place: SocketPlace;
  readonly agent: string;
  readonly connection: string;
  readonly judge: Judge;
}

const longestAnswer = 64 * 1024 * 1024;
const lineFeed = Buffer.from('\n');

/** The line with that number: the same bytes for the same seed. */
export function makeLine(seed: number, number: number, era: Era, connection: string): Buffer {
  const random = new Random(seed, number);
  const message = makeMessage(era, random, number, connection);
  const text = Buffer.from(textOf(random.chance(0.45) ? mutateTree(message, random) : message));
  return random.chance(0.4) ? mutateBytes(text, random, 4) : text;
}

/** Sends the frames of one agent over the command's socket: many lines at once, a right call behind them; now and then only first lines. */
export class LineLane {
  readonly #parts: LineLaneParts;

  constructor(parts: LineLaneParts) {
    this.#parts = parts;
  }

  async run(first: number, count: number): Promise<void> {
    const random = new Random(this.#parts.seed + 2, first);
    if (random.chance(0.12)) for (let number = first; number < first + count; number += 1) await this.#hello(number);
    else await this.#lines(first, count, random);
  }

  /** A first line that may be none. */
  async #hello(number: number): Promise<void> {
    const { seed, place, agent, judge } = this.#parts;
    const random = new Random(seed, number);
    const hello = Buffer.from(`${JSON.stringify({ purpose: random.pick(['connect', 'status', 'token', 'else']), agent: random.chance(0.8) ? agent : random.pick(['', 'A', '../x', 'x'.repeat(200), '__proto__']), name: agent })}\n`);
    const bytes = random.chance(0.01) ? Buffer.alloc(70_000, 'a') : mutateBytes(hello, random, 4);
    const socket = connect(place.path);
    const closed = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<void>();
    let text = '';
    socket.on('error', () => {});
    socket.once('close', () => closed.resolve());
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      heard.resolve();
    });
    for (const piece of cut(bytes, random)) socket.write(piece);
    await Promise.race([heard.promise, closed.promise, pause(5)]);
    socket.end();
    if (!(await inTime(closed.promise))) judge.findings.add('A connection was not ended', `frame ${number}`);
    socket.destroy();
    judge.count(`first lines, ${/"kind":"([a-z]+)"/.exec(text)?.[1] ?? 'closed'}`);
    // A token for who asks for its own is the one secret that may come.
    if (!text.includes('"kind":"token"')) judge.text(text, `frame ${number}`);
  }

  async #lines(first: number, count: number, random: Random): Promise<void> {
    const { seed, place, agent, connection, judge } = this.#parts;
    const era: Era = random.chance(0.5) ? 'modern' : 'legacy';
    const answer = await askApp(place, { purpose: 'connect', agent, name: agent }, () => undefined);
    if (!answer.ok) return judge.findings.add('An agent was not let in', `frame ${first}: ${answer.text}`);
    const sentinel = `s-${first}`;
    const begin = JSON.stringify({ jsonrpc: '2.0', id: `i-${first}`, method: 'initialize', params: { protocolVersion: sessionVersion, capabilities: random.chance(0.5) ? { elicitation: {} } : {}, clientInfo: { name: 'fuzz', version: '1' } } });
    const end = JSON.stringify({ jsonrpc: '2.0', id: sentinel, method: 'tools/call', params: { name: `${connection}__echo`, arguments: { id: sentinel }, _meta: { 'io.modelcontextprotocol/protocolVersion': modernVersion, 'io.modelcontextprotocol/clientCapabilities': {} } } });
    const own = Array.from({ length: count }, (_none, index) => makeLine(seed, first + index, era, connection));
    const bytes = Buffer.concat([...(era === 'legacy' ? [Buffer.from(begin)] : []), ...own, Buffer.from(end)].flatMap((line) => [line, lineFeed]));
    const conversation = new LineConversation(answer.socket, dueAnswers(bytes), sentinel, `frames ${first} to ${first + count - 1}`, judge);
    for (const piece of cut(bytes, random)) {
      answer.socket.write(piece);
      await pause(0);
    }
    await conversation.judgeEnd();
    if (random.chance(0.5)) return void answer.socket.destroy();
    const closed = new Promise<void>((resolve) => answer.socket.once('close', () => resolve()));
    // In the middle of a line.
    answer.socket.end('{"jsonrpc":"2.0","id":');
    if (!(await inTime(closed))) judge.findings.add('A connection was not ended', `frames ${first} to ${first + count - 1}`);
    return undefined;
  }
}

/** Which ids must be answered, and how often: of every line that is one request, but what is cancelled or never ends. */
export function dueAnswers(bytes: Buffer): Map<string, number> {
  const due = new Map<string, number>();
  const excused = new Set<string>();
  for (const line of new LineReader(longestAnswer).readBytes(bytes)) {
    const message = isUtf8(line) ? readObject(line.toString('utf8')) : undefined;
    if (message?.['jsonrpc'] !== '2.0' || typeof message['method'] !== 'string') continue;
    const { id, method, params } = message;
    const isObject = typeof params === 'object' && params !== null && !Array.isArray(params);
    // An object, just looked at.
    if (method === 'notifications/cancelled' && isObject) excused.add(JSON.stringify((params as Record<string, unknown>)['requestId']));
    if (typeof id !== 'string' && !Number.isSafeInteger(id)) continue;
    const key = JSON.stringify(id);
    if (method === 'subscriptions/listen') excused.add(key);
    if (params === undefined || isObject) due.set(key, (due.get(key) ?? 0) + 1);
  }
  for (const key of excused) due.delete(key);
  return due;
}

function readObject(text: string): Record<string, unknown> | undefined {
  if (jsonDepth(text) > depthLimit) return undefined;
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Hears what comes over one socket: every due answer, the right call's, and questions, which are answered somehow. */
class LineConversation {
  readonly #socket: Socket;
  readonly #due: Map<string, number>;
  readonly #sentinel: string;
  readonly #from: string;
  readonly #judge: Judge;
  readonly #over = Promise.withResolvers<void>();
  #hasSentinel = false;

  constructor(socket: Socket, due: Map<string, number>, sentinel: string, from: string, judge: Judge) {
    this.#socket = socket;
    this.#due = due;
    this.#sentinel = sentinel;
    this.#from = from;
    this.#judge = judge;
    const lines = new LineReader(longestAnswer);
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.read(chunk)) this.#take(line);
    });
    socket.once('close', () => this.#over.resolve());
    socket.resume();
  }

  async judgeEnd(): Promise<void> {
    const { findings } = this.#judge;
    const isInTime = await inTime(this.#over.promise);
    const open = [...this.#due.keys()];
    findings.expect(open.length === 0, isInTime ? 'A connection ended before every line was answered' : 'A line got no answer', `${this.#from}: ${open.slice(0, 5).join(', ').slice(0, 300)}`);
    findings.expect(this.#hasSentinel, 'A right call got no answer', `${this.#from}: ${this.#sentinel}`);
  }

  #take(line: string): void {
    const { findings } = this.#judge;
    this.#judge.text(line, this.#from);
    let message: Record<string, unknown>;
    try {
      // Its fields are looked at one by one.
      message = JSON.parse(line) as Record<string, unknown>;
    } catch {
      return findings.add('An answer was not JSON', `${this.#from}: ${line.slice(0, 300)}`);
    }
    const { id, method, result, error } = message;
    if (method !== undefined) {
      if (id !== undefined) this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'decline' } })}\n`);
      this.#judge.count(id === undefined ? 'lines, told on the way' : 'lines, asked back');
      return undefined;
    }
    this.#judge.count(`lines, ${error === undefined ? 'result' : 'error'}`);
    if (id === this.#sentinel) {
      this.#hasSentinel = true;
      this.#judge.count('right calls');
      findings.expect(isEchoOf(this.#sentinel, result), 'A right call got a wrong answer', `${this.#from}: ${line.slice(0, 300)}`);
    }
    const key = JSON.stringify(id);
    const left = (this.#due.get(key) ?? 0) - 1;
    if (left > 0) this.#due.set(key, left);
    else this.#due.delete(key);
    if (this.#due.size === 0) this.#over.resolve();
    return undefined;
  }
}
