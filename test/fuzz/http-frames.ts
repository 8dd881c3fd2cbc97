import { modernVersion, sessionVersion, type Era } from '../long-run/wire.ts';
import { cut, mutateBytes } from './bytes.ts';
import { makeMessage, mutateTree, textOf } from './messages.ts';
import { Random } from './random.ts';

/** What a frame needs to get through the door; everything else comes from the seed. */
export interface Door {
  readonly port: number;
  readonly token: string;
  /** A session of before 2026-07-28, for frames of that era. */
  readonly session: string;
  readonly connection: string;
}

/**
 * `framed`: one whole HTTP request, whatever it says, so that an answer must come. `last`: the same, but the connection may end
 * with it or its answer never does. `broken`: bytes that may be no request at all.
 */
export type Framing = 'framed' | 'last' | 'broken';

export interface HttpFrame {
  readonly number: number;
  readonly framing: Framing;
  /** Written one by one. */
  readonly pieces: readonly Buffer[];
  /** The method is HEAD: its answer has no body. */
  readonly isHead: boolean;
  /** The id that a JSON-RPC answer must have, if it has one; undefined when the body says none. */
  readonly id: unknown;
}

/** Bytes; the broker takes 16 KiB. */
const largestHead = 12 * 1024;

const nameFields: Readonly<Record<string, string>> = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };

interface Draft {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** The frame with that number: the same bytes for the same seed and door. */
export function makeHttpFrame(seed: number, number: number, door: Door): HttpFrame {
  const random = new Random(seed, number);
  const era: Era = random.chance(0.5) ? 'modern' : 'legacy';
  const draft = random.chance(0.08) ? makeBodiless(random, door) : makePost(era, random, number, door);
  if (random.chance(0.3)) return breakUp(draft, random, number);
  const { bytes, isLast } = frame(draft, random);
  const { id, isEndless } = readBody(draft.body);
  const isHead = draft.method === 'HEAD';
  // What is refused for its length ends the connection.
  const isLarge = headOf(draft, []).length > largestHead;
  return { number, framing: isLast || isLarge || isEndless || draft.method === 'GET' || isHead ? 'last' : 'framed', pieces: cut(bytes, random), isHead, id };
}

function makePost(era: Era, random: Random, number: number, door: Door): Draft {
  const { port, token, session, connection } = door;
  const message = makeMessage(era, random, number, connection);
  let body: Buffer = Buffer.from(textOf(random.chance(0.45) ? mutateTree(message, random) : message));
  if (random.chance(0.3)) body = mutateBytes(body, random, 3);
  const { method, params } = message;
  const field = typeof method === 'string' && Object.hasOwn(nameFields, method) ? nameFields[method] : undefined;
  // Objects made by `makeMessage`.
  const name = field === undefined ? undefined : (params as Record<string, unknown>)[field];
  const headers: [string, string][] = [
    ['Host', `127.0.0.1:${port}`],
    ['Authorization', `Bearer ${token}`],
    ['Content-Type', 'application/json'],
    ['Accept', random.chance(0.9) ? 'application/json, text/event-stream' : 'application/json'],
  ];
  if (era === 'legacy') headers.push(['Mcp-Session-Id', session], ['MCP-Protocol-Version', sessionVersion]);
  else {
    headers.push(['MCP-Protocol-Version', modernVersion], ['Mcp-Method', headerValue(String(method))]);
    if (typeof name === 'string') headers.push(['Mcp-Name', `=?base64?${Buffer.from(name).toString('base64')}?=`]);
  }
  return { method: random.chance(0.97) ? 'POST' : random.pick(['PUT', 'PATCH', 'OPTIONS', 'DELETE', 'PROPFIND']), path: pathFor(random, connection), headers: random.chance(0.35) ? mutateHeaders(headers, random) : headers, body };
}

/** Streams, lost streams, and the end of a session that is none. */
function makeBodiless(random: Random, { port, token, session, connection }: Door): Draft {
  const headers: [string, string][] = [
    ['Host', `127.0.0.1:${port}`],
    ['Authorization', `Bearer ${token}`],
    ['Accept', 'text/event-stream'],
    ['Mcp-Session-Id', random.chance(0.8) ? session : random.pick(['nobody', '', 'a'.repeat(5000), session.toUpperCase(), `${session}0`])],
  ];
  if (random.chance(0.6)) headers.push(['Last-Event-ID', random.pick(['0_0', '0_1', '1_1', `${random.below(40).toString(36)}_${random.below(5)}`, '0_999999999', '0_9999999999', '__proto___1', '_', '0_-1', '0_1e3', 'é', '0_01', ' 0_1', '0_1, 0_2'])]);
  const method = random.pick(['GET', 'GET', 'GET', 'HEAD', 'DELETE']);
  // A session is ended by its own lane alone: others would wait in vain for it.
  const own = method === 'DELETE' ? headers.map(([name, value]): [string, string] => [name, name === 'Mcp-Session-Id' ? `${value}x` : value]) : headers;
  return { method, path: pathFor(random, connection), headers: random.chance(0.3) ? mutateHeaders(own, random) : own, body: Buffer.alloc(0) };
}

function pathFor(random: Random, connection: string): string {
  if (random.chance(0.9)) return '/mcp';
  return random.pick([`/mcp/${connection}`, '/mcp/', '/mcp/other', '/mcp/../mcp', '/MCP', '/mcp?x=1', '/mcp%00', `/mcp/${'a'.repeat(300)}`, '//mcp', '/', '*', '/mcp/__proto__', '/mcp/%66uzzed']);
}

/** Values that stay within what a header line may hold, so that the request stays one. */
function mutateHeaders(headers: readonly (readonly [string, string])[], random: Random): readonly (readonly [string, string])[] {
  const own = headers.map((header) => header);
  for (let times = 1 + random.below(2); times > 0; times -= 1) {
    const place = random.below(own.length);
    const [name, value] = own[place] ?? ['X', ''];
    // Without Host a request is none in HTTP/1.1.
    const way = random.next();
    if (way < 0.25 && name.toLowerCase() !== 'host') own.splice(place, 1);
    else if (way < 0.4) own.push([name, value]);
    else if (way < 0.5) own.push(random.pick(extraHeaders));
    else if (way < 0.6) own[place] = [random.pick([name.toUpperCase(), name.toLowerCase()]), random.pick([` ${value}`, `${value} `, `\t${value}`])];
    else own[place] = [name, headerValue(random.pick(oddValuesFor(name, value, random)))];
  }
  return own;
}

const extraHeaders: readonly (readonly [string, string])[] = [
  ['Origin', 'https://evil.example'], ['Origin', 'null'], ['Origin', ''], ['Cookie', 'a=b'], ['X-Forwarded-Host', 'evil.example'], ['Content-Encoding', 'gzip'], ['Mcp-Param-Region', 'eu'],
  ['Last-Event-ID', '0_1'], ['Mcp-Session-Id', ''], ['X-HTTP-Method-Override', 'DELETE'], ['Accept-Encoding', 'gzip'], ['Range', 'bytes=0-1'], ['__proto__', 'x'], ['constructor', 'x'], ['Mcp-Name', '=?base64?/w==?='],
];

function oddValuesFor(name: string, value: string, random: Random): readonly string[] {
  const common = ['', value.toUpperCase(), `${value}x`, value.slice(0, -1), `${value}, ${value}`, '__proto__', 'a'.repeat(random.pick([100, 3_000])), mutateBytes(Buffer.from(value), random, 2).toString('latin1'), 'Zürich'];
  switch (name) {
    case 'Host':
      return [...common, 'evil.example', 'localhost', '127.0.0.1', '[::1]', '127.0.0.1:1', 'localhost:0x50'];
    case 'Authorization':
      return [...common, 'Bearer', 'Bearer ', 'Basic YTpi', `Bearer cst_${'A'.repeat(43)}`, `bearer  ${value.slice(7)}`, `Bearer ${'a'.repeat(2_000)}`];
    case 'Content-Type':
      return [...common, 'text/plain', 'application/json; charset=utf-16', 'application/json;', 'multipart/form-data', 'APPLICATION/JSON'];
    case 'MCP-Protocol-Version':
      return [...common, modernVersion, sessionVersion, '2024-11-05', '2099-01-01'];
    case 'Accept':
      return [...common, '*/*', 'text/*', 'text/event-stream;q=0'];
    default:
      return common;
  }
}

/** Without what would end the line or is no part of a header's value (RFC 9110, section 5.5). */
function headerValue(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1').replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '');
}

function headOf({ method, path, headers }: Draft, more: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`), ...more, '', ''].join('\r\n');
}

function frame(draft: Draft, random: Random): { readonly bytes: Buffer; readonly isLast: boolean } {
  const isLast = random.chance(0.02);
  const more = isLast ? [random.pick(['Connection: close', 'Expect: 100-continue', 'Expect: 200-ok', 'Upgrade: h2c\r\nConnection: Upgrade', 'Connection: close, keep-alive'])] : [];
  const { body, method } = draft;
  if (body.length === 0 && method !== 'POST') return { bytes: Buffer.from(headOf(draft, more), 'latin1'), isLast };
  if (random.chance(0.85)) return { bytes: Buffer.concat([Buffer.from(headOf(draft, [...more, `Content-Length: ${body.length}`]), 'latin1'), body]), isLast };
  return { bytes: Buffer.concat([Buffer.from(headOf(draft, [...more, 'Transfer-Encoding: chunked']), 'latin1'), chunked(body, random)]), isLast };
}

function chunked(body: Buffer, random: Random): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + random.below(Math.max(1, Math.ceil(body.length / 3))));
    const extension = random.chance(0.1) ? ';name=value' : '';
    pieces.push(Buffer.from(`${random.chance(0.5) ? size.toString(16) : `00${size.toString(16).toUpperCase()}`}${extension}\r\n`), body.subarray(at, at + size), Buffer.from('\r\n'));
    at += size;
  }
  pieces.push(Buffer.from(random.chance(0.1) ? '0\r\nX-Trailer: x\r\n\r\n' : '0\r\n\r\n'));
  return Buffer.concat(pieces);
}

/** A request that is none any more, or perhaps still is. */
function breakUp(draft: Draft, random: Random, number: number): HttpFrame {
  const right = Buffer.from(headOf(draft, [`Content-Length: ${draft.body.length}`]), 'latin1');
  const whole = Buffer.concat([right, draft.body]);
  const length = (text: string): Buffer => Buffer.concat([Buffer.from(headOf(draft, text.split('\r\n')), 'latin1'), draft.body]);
  const make = (): Buffer => {
    switch (random.below(16)) {
      case 0: return length(`Content-Length: ${random.below(draft.body.length + 1)}`);
      case 1: return length(`Content-Length: ${draft.body.length + 1 + random.below(100)}`);
      case 2: return length(random.pick(['Content-Length: -1', 'Content-Length: 1e3', 'Content-Length: 99999999999999999999', 'Content-Length: 0x10', 'Content-Length: 5, 5', 'Content-Length:', 'Content-Length: 4194305']));
      case 3: return length(`Content-Length: ${draft.body.length}\r\nContent-Length: ${random.below(50)}`);
      case 4: return length(`Content-Length: ${draft.body.length}\r\nTransfer-Encoding: chunked`);
      case 5: return length(random.pick(['Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: chunked, identity', 'Transfer-Encoding: \tchunked', 'Transfer-Encoding : chunked', 'Transfer-Encoding: xchunked']));
      case 6: return Buffer.concat([Buffer.from(headOf(draft, ['Transfer-Encoding: chunked']), 'latin1'), mutateBytes(chunked(draft.body, random), random, 3)]);
      case 7: return Buffer.from(whole.toString('latin1').replaceAll('\r\n', random.pick(['\n', '\r', '\r\n '])), 'latin1');
      case 8: return length(`X-Large: ${'a'.repeat(random.pick([9_000, 17_000]))}`);
      case 9: return whole.subarray(0, random.below(whole.length));
      case 10: return random.pick([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), Buffer.from('\r\n\r\n\r\n'), Buffer.from('GET /mcp\r\n'), Buffer.from('CONNECT a:1 HTTP/1.1\r\n\r\n'), random.bytes(200), Buffer.from(whole.toString('latin1').replace('HTTP/1.1', random.pick(['HTTP/0.9', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.10', 'ICY/1.1'])), 'latin1')]);
      case 11: return Buffer.concat([mutateBytes(right, random, 3, draft.body), draft.body]);
      default: return mutateBytes(whole, random, 8);
    }
  };
  return { number, framing: 'broken', pieces: cut(make(), random), isHead: false, id: undefined };
}

function readBody(body: Buffer): { readonly id: unknown; readonly isEndless: boolean } {
  try {
    const value: unknown = JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
    if (typeof value !== 'object' || value === null) return { id: undefined, isEndless: false };
    // An object made by `JSON.parse`.
    const { id, method } = value as Record<string, unknown>;
    return { id, isEndless: method === 'subscriptions/listen' };
  } catch {
    return { id: undefined, isEndless: false };
  }
}
