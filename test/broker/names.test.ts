import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { exposedName, exposedUri, readExposedName, readExposedUri } from '../../main/broker/names.ts';
import { connectionId } from '../../preload/contract.ts';

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

test('a name leads back to its connection and its own name, or to the connections it may be of', () => {
  fc.assert(
    fc.property(connections, connections, names, (connection, other, name) => {
      const read = readExposedName(exposedName(connection, name), [other, connection]);
      if (read.kind === 'plain') expect(read).toEqual({ kind: 'plain', connection, name });
      else expect(read).toMatchObject({ kind: 'hashed', connections: expect.arrayContaining([connection]) });
      expect(readExposedName(exposedName(connection, name), [])).not.toMatchObject({ kind: 'plain' });
    }),
  );
});

test('a resource’s URI is a URI here too, and leads back to its connection and its own URI', () => {
  fc.assert(
    fc.property(connections, fc.webUrl({ withQueryParameters: true, withFragments: true }), (connection, uri) => {
      const exposed = exposedUri(connection, uri);
      expect(URL.canParse(exposed)).toBe(true);
      expect(readExposedUri(exposed)).toEqual({ connection, uri });
    }),
  );
  expect(readExposedUri('file:///etc/passwd')).toBeUndefined();
  expect(readExposedUri('via-+x')).toBeUndefined();
  expect(readExposedUri('via-../..+x')).toBeUndefined();
});
