import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { costOf, isWithinWeight } from '../../main/connections/schema-cost.ts';
import { validateArguments } from '../../main/connections/tool-schema.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { UpstreamTool } from '../../main/model/upstream.ts';

const tool = (inputSchema: JsonObject): UpstreamTool => ({ name: 'tool', inputSchema });

const send = tool({
  type: 'object',
  properties: { to: { type: 'array', items: { type: 'string', format: 'email' } }, subject: { type: 'string', maxLength: 5 } },
  required: ['to', 'subject'],
  additionalProperties: false,
});

test('arguments that fit pass', () => {
  expect(validateArguments(send, { to: ['ana@acme.example'], subject: 'Hello' })).toEqual({ ok: true });
});

test.each<[JsonObject, RegExp]>([
  [{ subject: 'a' }, /the arguments must have required property 'to'/],
  [{ to: ['ana@acme.example', 7], subject: 'a' }, /"to\/1" must be string/],
  [{ to: [], subject: 'too long' }, /"subject" must NOT have more than 5 characters/],
  [{ to: [], subject: 'a', bcc: 'x' }, /must NOT have additional properties/],
])('what does not fit is named by its field: %j', (args, expected) => {
  const checked = validateArguments(send, args);
  expect(checked).toEqual({ ok: false, text: expect.stringMatching(expected) });
});

test('a value is never repeated', () => {
  const strict = tool({ type: 'object', properties: { key: { type: 'string', pattern: '^[0-9]+$', minLength: 50 }, other: { enum: ['a'] } } });
  const checked = validateArguments(strict, { key: 'hunter22', other: 'hunter23' });
  expect(checked.ok).toBe(false);
  expect(JSON.stringify(checked)).not.toMatch(/hunter2/);
});

test('a text of many faults stays short', () => {
  const many = tool({ type: 'object', required: Array.from({ length: 1000 }, (_, index) => `field-${index}`) });
  const checked = validateArguments(many, {});
  expect(checked.ok ? '' : checked.text).toHaveLength(501);
});

test.each<[string, JsonObject]>([
  ['a type that does not exist', { type: 'object', properties: { a: { type: 'wish' } } }],
  ['a pattern that is none', { type: 'object', properties: { a: { type: 'string', pattern: '(' } } }],
  ['a reference to nowhere', { type: 'object', properties: { a: { $ref: '#/$defs/nowhere' } } }],
  ['an unknown dialect', { $schema: 'https://example.com/my-own', type: 'object' }],
])('a broken schema refuses every call: %s', (_, schema) => {
  expect(validateArguments(tool(schema), { a: 'x' })).toEqual({ ok: false, text: expect.stringContaining('fault of the service') });
});

test('a reference to another server is not fetched', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // `address()` is an object for a TCP server that listens.
  const { port } = server.address() as AddressInfo;
  expect(validateArguments(tool({ type: 'object', properties: { a: { $ref: `http://127.0.0.1:${port}/schema` } } }), { a: 1 }).ok).toBe(false);
  await new Promise((done) => server.close(done));
  expect(asked).toEqual([]);
});

test('one tool cannot redefine what another one checks by taking its $id', () => {
  const id = 'https://schemas.example/payment';
  const loose = tool({ $id: id, type: 'object' });
  const strict = tool({ $id: id, type: 'object', properties: { amount: { type: 'number', maximum: 10 } }, required: ['amount'] });
  expect(validateArguments(loose, { amount: 1000 }).ok).toBe(true);
  expect(validateArguments(strict, { amount: 1000 }).ok).toBe(false);
});

/** Milliseconds until the answer, which must be a refusal. */
function refusalTime(trap: UpstreamTool, args: JsonObject): number {
  const start = performance.now();
  expect(validateArguments(trap, args).ok).toBe(false);
  return performance.now() - start;
}

/** Each definition asks twice for the next one: small to write down, 2^30 checks. */
const fanOut = Object.fromEntries(
  Array.from({ length: 31 }, (_, index) => [`d${index}`, index === 30 ? { type: 'string' } : { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] }]),
);
/** Refers to itself twice: every level of the arguments doubles the work. */
const twice = { type: 'object', anyOf: [{ properties: { in: { $ref: '#/$defs/node' } }, required: ['a'] }, { properties: { in: { $ref: '#/$defs/node' } }, required: ['b'] }] };
const nested = (levels: number): JsonObject => (levels === 0 ? {} : { in: nested(levels - 1) });

test.each<[string, JsonObject, JsonObject]>([
  ['a pattern', { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } }, { a: `${'a'.repeat(60)}!` }],
  ['a pattern behind a reference', { type: 'object', properties: { a: { $ref: '#/$defs/a~1b' } }, $defs: { 'a/b': { pattern: '^(a+)+$' } } }, { a: `${'a'.repeat(60)}!` }],
  ['a pattern in a keyword Ajv only meets through a reference', { type: 'object', properties: { a: { $ref: '#/x/0' } }, x: [{ pattern: '^(a+)+$' }] }, { a: `${'a'.repeat(60)}!` }],
  ['names that must match a pattern', { type: 'object', patternProperties: { '^(a+)+$': false } }, { [`${'a'.repeat(60)}!`]: 1 }],
  ['the names of properties', { type: 'object', propertyNames: { pattern: '^(a+)+$' } }, { [`${'a'.repeat(60)}!`]: 1 }],
  ['references that double at each step', { type: 'object', properties: { a: { $ref: '#/$defs/d0' } }, $defs: fanOut }, { a: 1 }],
  ['a reference to itself, twice', { type: 'object', properties: { in: { $ref: '#/$defs/node' } }, $defs: { node: twice } }, nested(60)],
  ['unique items, many of them', { type: 'object', properties: { a: { type: 'array', uniqueItems: true } } }, { a: Array.from({ length: 60_000 }, (_, index) => ({ index: [index] })) }],
])('what is made to take for ever is given up: %s', (_, schema, args) => {
  expect(refusalTime(tool(schema), args)).toBeLessThan(2500);
  expect(validateArguments(send, { to: [], subject: 'a' }).ok).toBe(true);
});

test('a schema of ten megabytes, or a hundred thousand levels, is refused before anything is made of it', () => {
  const large = tool({ type: 'object', properties: Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`property-${index}`, { type: 'string', description: 'x'.repeat(20) }])) });
  const wide = tool({ type: 'object', description: 'x'.repeat(10_000_000) });
  let inner: JsonObject = { type: 'string' };
  for (let level = 0; level < 100_000; level += 1) inner = { not: inner };
  for (const trap of [large, wide, tool({ type: 'object', properties: { a: inner } })]) {
    expect(refusalTime(trap, {})).toBeLessThan(200);
  }
});

test('a chain of references that is too long to follow refuses the call and nothing else', () => {
  const chain = Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }]));
  const trap = tool({ type: 'object', properties: { a: { $ref: '#/$defs/d0' } }, $defs: { ...chain, d6000: { type: 'string' } } });
  expect(refusalTime(trap, { a: 1 })).toBeLessThan(2500);
});

test('a schema that refers to itself is checked all the way down', () => {
  const tree = tool({ type: 'object', properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } }, required: ['name'] });
  expect(validateArguments(tree, { name: 'a', children: [{ name: 'b', children: [{ name: 'c' }] }] })).toEqual({ ok: true });
  expect(validateArguments(tree, { name: 'a', children: [{ name: 'b', children: [{ name: 7 }] }] })).toEqual({ ok: false, text: '"children/0/children/0/name" must be string' });
});

test('properties that are called like keywords are properties', () => {
  const grep = tool({ type: 'object', properties: { pattern: { type: 'string' }, $ref: { type: 'string' }, enum: { type: 'integer' } }, required: ['pattern'] });
  expect(validateArguments(grep, { pattern: '(a+)+$', $ref: 'main', enum: 3 })).toEqual({ ok: true });
  expect(validateArguments(grep, { pattern: '(a+)+$', enum: 'x' }).ok).toBe(false);
});

const quick: readonly JsonObject[] = [
  send.inputSchema,
  { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/b' }] }, b: { enum: [1, 2] } } },
  { type: 'object', properties: { pattern: { type: 'string' }, when: { format: 'date-time' } } },
];
const slow: readonly JsonObject[] = [
  { type: 'object', properties: { a: { items: [{ contains: { pattern: 'a' } }] } } },
  { type: 'object', properties: { a: { $ref: '#' } } },
  { type: 'object', properties: { a: { $ref: 'other.json' } } },
  { type: 'object', properties: { a: { $ref: '#/$defs/d0' } }, $defs: fanOut },
  { type: 'object', properties: { a: { $id: 'https://x.example/', $ref: '#/$defs/a' } }, $defs: { a: {} } },
  { type: 'object', $dynamicRef: '#a' },
];

test('the work of an ordinary schema is known beforehand; that of one that may take for ever is not', () => {
  for (const schema of quick) expect(costOf(schema).checks).toBeLessThan(100);
  for (const schema of slow) expect(costOf(schema).checks).toBeGreaterThan(2_000_000);
});

test('the weight of arguments is what must be looked at', () => {
  expect(isWithinWeight({ a: 'x'.repeat(50) }, 60)).toBe(true);
  expect(isWithinWeight({ a: 'x'.repeat(70) }, 60)).toBe(false);
  expect(isWithinWeight({ a: Array.from({ length: 70 }, () => null) }, 60)).toBe(false);
  expect(isWithinWeight({ ['k'.repeat(70)]: 1 }, 60)).toBe(false);
  expect(isWithinWeight({}, 0)).toBe(false);
});

test('a small check costs microseconds', () => {
  const note = tool({ type: 'object', properties: { text: { type: 'string' }, count: { type: 'integer', minimum: 0 } }, required: ['text'] });
  const times = Array.from({ length: 400 }, () => {
    const start = performance.now();
    for (let round = 0; round < 20; round += 1) validateArguments(note, { text: 'hello', count: round });
    return (performance.now() - start) / 20;
  }).sort((a, b) => a - b);
  expect(times[200]).toBeLessThan(0.015);
});
