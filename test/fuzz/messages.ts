import { modernVersion, sessionVersion, type Era, type Json } from '../long-run/wire.ts';
import type { Random } from './random.ts';

/** A value of a message before it is text: JSON, or a piece of text that stands there as it is. */
const raw = (text: string): string => `\u0001${Buffer.from(text).toString('hex')}`;

const requests: readonly string[] = [
  'initialize', 'ping', 'tools/list', 'tools/call', 'tools/call', 'tools/call', 'tools/call', 'resources/list', 'resources/templates/list', 'resources/read', 'resources/read', 'resources/subscribe',
  'resources/unsubscribe', 'prompts/list', 'prompts/get', 'completion/complete', 'logging/setLevel', 'server/discover', 'subscriptions/listen',
];
/** Of the other side, of neither, and names that objects bring along. */
const oddRequests: readonly string[] = ['sampling/createMessage', 'elicitation/create', 'roots/list', 'tasks/get', 'tools/erase', '', 'tools/call ', 'TOOLS/CALL', '__proto__', 'constructor', 'toString', 'tools\u0000call', 'ｔools/list'];
const notifications: readonly string[] = ['notifications/initialized', 'notifications/cancelled', 'notifications/progress', 'notifications/roots/list_changed', 'notifications/message', 'notifications/nothing'];
export const toolNames = ['echo', 'fail', 'refuse', 'steps', 'ask', 'asked', 'forbidden'] as const;
const versions: readonly unknown[] = [modernVersion, sessionVersion, '2025-06-18', '2025-03-26', '2024-11-05', '2099-01-01', '', 7];

const deepArray = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const deepObject = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

function oddValue(random: Random): unknown {
  switch (random.below(28)) {
    case 0: return null;
    case 1: return random.chance(0.5);
    case 2: return '';
    case 3: return [];
    case 4: return {};
    case 5: return -1;
    case 6: return 2 ** 53;
    case 7: return raw('1e400');
    case 8: return raw('-0');
    case 9: return raw('9'.repeat(400));
    case 10: return raw('1.0000000000000000000000000000001');
    case 11: return '\ud800';
    case 12: return 'a\udfff\ud800b';
    case 13: return { '\ud800': 1 };
    case 14: return raw('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}');
    case 15: return raw('{"a":1,"a":2,"a":{"a":3}}');
    case 16: return { __entity: { type: 'Agent', id: 'root' } };
    case 17: return { __extn: { fn: 'decimal', arg: '1.5' } };
    case 18: return raw(deepArray(random.pick([40, 63, 64, 65, 500])));
    case 19: return raw(deepObject(random.pick([40, 63, 64, 65, 500])));
    case 20: return 'x'.repeat(random.pick([64, 65, 500, 8_193]));
    case 21: return '\u202e\u0000\u001b[31m\u200b';
    case 22: return '../../etc/passwd';
    case 23: return `via-fuzzed+${'%2e%2e/'.repeat(4)}`;
    case 24: return raw('"\\ud83d\\u0041\\x"');
    case 25: return raw(random.pick(['NaN', '01', "'a'", 'undefined', '+1', '.5', '/**/1', '1,']));
    case 26: return Array.from({ length: random.pick([1, 30, 201]) }, (_none, index) => `fuzzed://r/${index}`);
    default: return random.next() * 1e20;
  }
}

/** Now and then one that is really large. */
function rareValue(random: Random): unknown {
  return random.chance(0.5) ? raw(deepArray(random.pick([10_000, 50_000]))) : 'y'.repeat(random.pick([20_000, 200_000]));
}

function idFor(random: Random, number: number): unknown {
  if (random.chance(0.9)) return random.chance(0.5) ? `f-${number}` : number;
  return random.pick<unknown>([null, 0, -1, 1.5, '', '__proto__', 2 ** 60, raw('1e400'), raw('-0'), [], {}, true, 'countersign-1', 'z'.repeat(300), '\ud800', raw('1.0')]);
}

function argumentsFor(random: Random, number: number): unknown {
  const own: Record<string, unknown> = { id: `f-${number}` };
  if (random.chance(0.3)) own['more'] = oddValue(random);
  if (random.chance(0.1)) own['steps'] = random.below(4);
  return own;
}

/** A name of the one connection there is, or nearly. */
function exposed(random: Random, connection: string, name: string): string {
  if (random.chance(0.9)) return `${connection}__${name}`;
  return random.pick([name, `${connection}_${name}`, `other__${name}`, `__${name}`, `${connection}__`, `${connection}__${name}_0123456789abcdef`, `${connection}__${name.toUpperCase()}`]);
}

function paramsOf(method: string, random: Random, number: number, connection: string): Record<string, unknown> {
  const uri = (): string => (random.chance(0.9) ? `via-${connection}+fuzzed://r/${random.below(50)}` : random.pick(['fuzzed://r/1', 'via-other+fuzzed://r/1', `via-${connection}+`, 'file:///etc/passwd', `via-${connection}+../../x`]));
  switch (method) {
    case 'initialize':
      return { protocolVersion: random.pick(versions), capabilities: random.pick<unknown>([{}, {}, { elicitation: {} }, { sampling: {}, roots: {} }, oddValue(random)]), clientInfo: { name: 'fuzz', version: '1' } };
    case 'tools/call':
      return random.chance(0.92)
        ? { name: exposed(random, connection, random.pick(toolNames)), arguments: argumentsFor(random, number) }
        : { name: random.pick(['countersign_wait', 'countersign_find_tools', 'countersign_call_tool']), arguments: random.pick<unknown>([{ action: '00000000-0000-4000-8000-000000000000' }, { action: oddValue(random) }, { query: 'send', limit: oddValue(random) }, { name: `${connection}__echo`, arguments: argumentsFor(random, number) }]) };
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return { uri: uri() };
    case 'prompts/get':
      return { name: exposed(random, connection, 'say'), arguments: argumentsFor(random, number) };
    case 'completion/complete':
      return { ref: random.chance(0.5) ? { type: 'ref/prompt', name: `${connection}__say` } : { type: 'ref/resource', uri: uri() }, argument: { name: 'id', value: `f-${number}` } };
    case 'logging/setLevel':
      return { level: random.pick<unknown>(['debug', 'error', 'loud', oddValue(random)]) };
    case 'subscriptions/listen':
      return { notifications: random.pick<unknown>([{ toolsListChanged: true }, { resourceSubscriptions: [uri()] }, {}, oddValue(random)]) };
    case 'notifications/cancelled':
      return { requestId: random.pick<unknown>([`f-${number - 1}`, number - 1, oddValue(random)]) };
    case 'notifications/progress':
      return { progressToken: oddValue(random), progress: 1 };
    default:
      return random.chance(0.3) ? { cursor: oddValue(random), name: oddValue(random) } : {};
  }
}

function metaFor(era: Era, random: Random, number: number): Record<string, unknown> {
  const own: Record<string, unknown> = era === 'modern' ? { 'io.modelcontextprotocol/protocolVersion': modernVersion, 'io.modelcontextprotocol/clientCapabilities': random.chance(0.2) ? { elicitation: {} } : {} } : {};
  if (random.chance(0.2)) own['progressToken'] = random.chance(0.7) ? `p-${number}` : oddValue(random);
  if (random.chance(0.1)) own['io.modelcontextprotocol/logLevel'] = random.pick<unknown>(['debug', oddValue(random)]);
  if (random.chance(0.05)) own[random.pick(['traceparent', 'vendor/key', '__proto__x', 'io.modelcontextprotocol/other'])] = oddValue(random);
  return own;
}

/** One message of either era, right more often than not. */
export function makeMessage(era: Era, random: Random, number: number, connection: string): Json {
  if (random.chance(0.03)) {
    const id = random.pick<unknown>(['countersign-1', number, oddValue(random)]);
    return { jsonrpc: '2.0', id, ...random.pick<Json>([{ result: {} }, { result: { action: 'accept', content: {} } }, { error: { code: -1, message: 'no' } }, { result: oddValue(random) }, { error: oddValue(random) }]) };
  }
  if (random.chance(0.06)) {
    const method = random.pick(notifications);
    return { jsonrpc: '2.0', method, params: paramsOf(method, random, number, connection) };
  }
  const method = random.chance(0.05) ? random.pick(oddRequests) : random.pick(requests);
  const params = paramsOf(method, random, number, connection);
  const meta = metaFor(era, random, number);
  if (Object.keys(meta).length > 0) params['_meta'] = meta;
  if (era === 'modern' && random.chance(0.04)) Object.assign(params, { requestState: random.pick<unknown>(['a'.repeat(43), oddValue(random)]), inputResponses: random.pick<unknown>([{}, { answer: { action: 'accept' } }, oddValue(random)]) });
  return { jsonrpc: '2.0', id: idFor(random, number), method, params };
}

/** Puts something odd in the place of one value, anywhere within. */
export function mutateTree(message: Json, random: Random): unknown {
  const odd = random.chance(0.004) ? rareValue(random) : oddValue(random);
  const copy = structuredClone(message) as Record<string, unknown>;
  let inner = copy;
  for (;;) {
    const keys = Object.keys(inner);
    const key = keys[random.below(keys.length)];
    if (key === undefined) return odd;
    const value = inner[key];
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && random.chance(0.75)) {
      // An object that is no list: its fields are looked at as they come.
      inner = value as Record<string, unknown>;
      continue;
    }
    if (random.chance(0.2)) delete inner[key];
    else if (random.chance(0.1)) inner[random.pick(['extra', '__proto__x', 'constructor', '\ud800', ''])] = odd;
    else inner[key] = odd;
    return copy;
  }
}

/** The text of a message, with what was to stand there as it is. */
export function textOf(message: unknown): string {
  return JSON.stringify(message).replaceAll(/"\\u0001([0-9a-f]*)"/g, (_all, hex: string) => Buffer.from(hex, 'hex').toString('utf8'));
}
