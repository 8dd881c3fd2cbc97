import { anything, assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { readMessage } from '../../main/connections/json-rpc-line.ts';

test.each([
  { jsonrpc: '2.0', id: 1, method: 'ping' },
  { jsonrpc: '2.0', method: 'notifications/x', params: { a: 1 } },
  { jsonrpc: '2.0', id: 'a', result: {} },
  { jsonrpc: '2.0', id: 2, error: { code: -1, message: 'no' } },
])('a message is read: %j', (message) => {
  expect(readMessage(JSON.stringify(message))).toEqual(message);
});

test.each([
  'Welcome to Chatty 1.0',
  '',
  'null',
  '[{"jsonrpc":"2.0","id":1,"result":{}}]',
  '{"jsonrpc":"1.0","id":1,"result":{}}',
  '{"jsonrpc":"2.0","id":{},"result":{}}',
  '{"jsonrpc":"2.0","id":1}',
  '{"jsonrpc":"2.0","result":{}}',
  '{"jsonrpc":"2.0","method":7}',
  '{"jsonrpc":"2.0","method":"x","params":[]}',
])('what is none is passed over: %s', (line) => {
  expect(readMessage(line)).toBeUndefined();
});

test('no line makes it throw', () => {
  assert(property(string(), (line) => void readMessage(line)));
  assert(property(anything(), (value) => void readMessage(JSON.stringify(value) ?? '')));
});
