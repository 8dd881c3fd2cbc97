import { assert, dictionary, jsonValue, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { hasValidHeaders, paramHeaders } from '../../main/connections/param-headers.ts';
import type { JsonObject } from '../../main/model/json.ts';

const schema = (properties: JsonObject, rest: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...rest });
const marked = (name: string, type = 'string'): JsonObject => ({ type, 'x-mcp-header': name });

test('texts, whole numbers and yes or no become headers, at any depth; what is absent or null does not', () => {
  const input = schema({ region: marked('Region'), count: marked('Count', 'integer'), dry: marked('Dry', 'boolean'), deep: schema({ id: marked('Deep-Id') }), none: marked('None') });
  expect(paramHeaders(input, { region: 'eu', count: 7, dry: false, deep: { id: 'x' }, none: null })).toEqual({
    'Mcp-Param-Region': 'eu',
    'Mcp-Param-Count': '7',
    'Mcp-Param-Dry': 'false',
    'Mcp-Param-Deep-Id': 'x',
  });
  expect(paramHeaders(input, {})).toEqual({});
  expect(paramHeaders(input, { count: 2 ** 60, region: { a: 1 }, deep: [] })).toEqual({});
});

test.each([
  ['plain', 'plain'],
  ['', '=?base64??='],
  [' padded ', '=?base64?IHBhZGRlZCA=?='],
  ['a\r\nX-Evil: 1', '=?base64?YQ0KWC1FdmlsOiAx?='],
  ['ü', '=?base64?w7w=?='],
  ['=?base64?x?=', '=?base64?PT9iYXNlNjQ/eD89?='],
])('the value %j goes as %s', (value, header) => {
  expect(paramHeaders(schema({ a: marked('A') }), { a: value })).toEqual({ 'Mcp-Param-A': header });
});

test.each([
  ['twice', schema({ a: marked('Region'), b: marked('region') })],
  ['with a bad name', schema({ a: marked('a b') })],
  ['without a name', schema({ a: marked('') })],
  ['on a number', schema({ a: marked('A', 'number') })],
  ['on an object', schema({ a: marked('A', 'object') })],
  ['in a list', schema({ a: { type: 'array', items: marked('A') } })],
  ['in a choice', schema({}, { anyOf: [schema({ a: marked('A') })] })],
  ['in a definition', schema({}, { $defs: { a: marked('A') } })],
  ['on the whole', { ...schema({}), 'x-mcp-header': 'A' }],
])('a header declared %s makes the tool unusable', (_, input) => {
  expect(hasValidHeaders(input)).toBe(false);
});

test('a property that is only called so, or a default that holds it, is none', () => {
  expect(hasValidHeaders(schema({ 'x-mcp-header': { type: 'string' }, a: { type: 'object', default: { 'x-mcp-header': 'A' } } }))).toBe(true);
});

test('no schema and no arguments make it throw, and no value makes a header that is none', () => {
  assert(
    property(dictionary(string(), jsonValue()), string({ unit: 'binary' }), (input, value) => {
      hasValidHeaders(JSON.parse(JSON.stringify(input)) as JsonObject);
      const headers = paramHeaders(schema({ a: marked('A') }), { a: value });
      expect(new Headers(headers).get('mcp-param-a')).toBe(headers['Mcp-Param-A']);
    }),
  );
});
