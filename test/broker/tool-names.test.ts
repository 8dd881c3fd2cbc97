import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { exposedName, indexByName } from '../../main/broker/tool-names.ts';
import { connectionId } from '../../preload/contract.ts';
import { entry } from './harness.ts';

const mail = connectionId.parse('work-mail');
const connections = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/).map((text) => connectionId.parse(text));
const names = fc.oneof(fc.string(), fc.string({ minLength: 60, maxLength: 200 }), fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/));

test('a plain pair is named connection__tool', () => {
  expect(exposedName(mail, 'send_email')).toBe('work-mail__send_email');
});

test('every pair gets a name that clients take, always the same', () => {
  fc.assert(
    fc.property(connections, names, (connection, name) => {
      expect(exposedName(connection, name)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      expect(exposedName(connection, name)).toBe(exposedName(connection, name));
      expect(exposedName(connection, name)).not.toBe('countersign_wait');
    }),
  );
});

test('two different pairs never share a name', () => {
  fc.assert(
    fc.property(connections, names, connections, names, (connectionA, a, connectionB, b) => {
      fc.pre(connectionA !== connectionB || a !== b);
      expect(exposedName(connectionA, a)).not.toBe(exposedName(connectionB, b));
    }),
  );
});

test('names that differ only in what is cut or replaced stay apart', () => {
  const tricky = ['a.b', 'a/b', 'a_b', 'a b', `${'x'.repeat(100)}1`, `${'x'.repeat(100)}2`];
  expect(new Set(tricky.map((name) => exposedName(mail, name))).size).toBe(tricky.length);
});

test('a tool cannot be named to pass for a cut name', () => {
  const victim = exposedName(mail, 'pay.invoice');
  const imposter = victim.slice('work-mail__'.length);
  expect(exposedName(mail, imposter)).not.toBe(victim);
});

test('a tool listed twice is one tool', () => {
  const index = indexByName([entry(mail, 'send', { description: 'first' }), entry(mail, 'send', { description: 'second' })]);
  expect([...index.values()].map(({ tool }) => tool.description)).toEqual(['first']);
});
