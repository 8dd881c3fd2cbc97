import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
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

test('a pattern made to take for ever is given up, and the app goes on', () => {
  const trap = tool({ type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } });
  expect(validateArguments(trap, { a: `${'a'.repeat(60)}!` }).ok).toBe(false);
  expect(validateArguments(send, { to: [], subject: 'a' }).ok).toBe(true);
});
