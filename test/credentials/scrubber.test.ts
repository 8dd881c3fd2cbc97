import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { createKeptScrub, createScrubber, secretRemoved } from '../../main/credentials/scrubber.ts';

const secret = 'p/ss "wörd"+&\\42';
const scrubber = createScrubber(() => [secret, 'abc']);

test.each([
  ['plain', secret],
  ['base64', Buffer.from(secret).toString('base64')],
  ['base64url', Buffer.from(secret).toString('base64url')],
  ['URL-encoded', encodeURIComponent(secret)],
  ['URL-encoded in lower case', encodeURIComponent(secret).replace(/%../g, (text) => text.toLowerCase())],
  ['form-encoded', new URLSearchParams({ a: secret }).toString().slice(2)],
  ['JSON', JSON.stringify(secret).slice(1, -1)],
  ['JSON with escaped slashes', JSON.stringify(secret).slice(1, -1).replaceAll('/', String.raw`\/`)],
  ['ASCII JSON', JSON.stringify(secret).slice(1, -1).replaceAll('ö', String.raw`\u00f6`)],
  ['JSON in JSON', JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
  ['four times JSON', JSON.stringify(JSON.stringify(JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)).slice(1, -1)).slice(1, -1)],
  ['hex', Buffer.from(secret).toString('hex')],
  ['HTML', secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
  ['wholly URL-encoded', Buffer.from(secret).toString('hex').replace(/../g, '%$&')],
  ['UTF-16 in base64', Buffer.from(secret, 'utf16le').toString('base64').replace(/.=*$/, '')],
  ['upper-case hex', Buffer.from(secret).toString('hex').toUpperCase()],
])('a secret is removed in its %s form', (_, form) => {
  expect(scrubber.scrub(`before ${form} after, ${form}`)).toBe(`before ${secretRemoved} after, ${secretRemoved}`);
});

test('a secret inside longer base64 is removed, wherever it starts', () => {
  for (const user of ['a', 'bo', 'cyn', 'dora']) {
    const header = Buffer.from(`${user}:${secret}:tail`).toString('base64');
    const scrubbed = scrubber.scrub(`Authorization: Basic ${header}`);
    expect(scrubbed).toContain(secretRemoved);
    const left = scrubbed.replace(/.*Basic /, '').split(secretRemoved);
    for (const part of left) expect(Buffer.from(part, 'base64').toString()).not.toMatch(/ss "w|rd"\+/);
  }
});

test('keys, numbers and nested values are scrubbed; everything else stays as it was', () => {
  const numbers = createScrubber(() => ['90210777']);
  expect(numbers.scrubJson({ '90210777': [90210777, { deep: 'is 90210777' }], ok: [1, true, null, 'text'] })).toEqual({
    [secretRemoved]: [secretRemoved, { deep: `is ${secretRemoved}` }],
    ok: [1, true, null, 'text'],
  });
});

test('bytes that hold a secret are replaced as a whole, by bytes', () => {
  const data = Buffer.from(`\0\u0001 key=${secret};`).toString('base64');
  const removed = Buffer.from(secretRemoved).toString('base64');
  expect(scrubber.scrubJson([{ type: 'image', data }, { blob: data, text: data }, { data: `it is ${secret}` }, { blob: 'AAAAAAAAAAAA' }])).toEqual([
    { type: 'image', data: removed },
    { blob: removed, text: expect.stringContaining(secretRemoved) },
    { data: `it is ${secretRemoved}` },
    { blob: 'AAAAAAAAAAAA' },
  ]);
});

test('what is listed is scrubbed once, and anew when a secret is added', () => {
  let known: readonly string[] = ['hunter22'];
  const keep = createKeptScrub(createScrubber(() => known), () => known);
  const tool = { name: 'look', description: 'uses hunter22 and hunter33' };
  expect(keep(tool)).toEqual({ name: 'look', description: `uses ${secretRemoved} and hunter33` });
  expect(keep(tool)).toBe(keep(tool));
  known = [...known, 'hunter33'];
  expect(keep(tool).description).toBe(`uses ${secretRemoved} and ${secretRemoved}`);
});

test('a secret within another one does not leave the rest standing', () => {
  const both = createScrubber(() => ['token', 'token-and-more']);
  expect(both.scrub('token-and-more token')).toBe(`${secretRemoved} ${secretRemoved}`);
});

test('an app password is removed without its spaces too', () => {
  const mail = createScrubber(() => ['abcd efgh ijkl mnop']);
  expect(mail.scrub('abcdefghijklmnop, abcd efgh ijkl mnop')).toBe(`${secretRemoved}, ${secretRemoved}`);
});

test('very short secrets are skipped, so that words stay whole', () => {
  expect(scrubber.scrub('abcdef')).toBe('abcdef');
});

test('a secret that was added a moment ago is removed, one that was forgotten is not', () => {
  let live: readonly string[] = [];
  const { scrub } = createScrubber(() => live);
  expect(scrub('hunter22')).toBe('hunter22');
  live = ['hunter22'];
  expect(scrub('hunter22')).toBe(secretRemoved);
  live = [];
  expect(scrub('hunter22')).toBe('hunter22');
});

test('a hostile depth neither crashes nor passes a secret', () => {
  let nested: unknown = 'hunter22';
  for (let depth = 0; depth < 5000; depth += 1) nested = [nested];
  const { scrubJson } = createScrubber(() => ['hunter22']);
  expect(JSON.stringify(scrubJson(nested as never))).not.toContain('hunter22');
});

test('whatever the secret is made of, nothing of it is left in any JSON around it', () => {
  assert(
    property(string({ minLength: 4, unit: 'binary' }), string(), string(), (value, before, after) => {
      const { scrub, scrubJson } = createScrubber(() => [value]);
      expect(scrub(JSON.stringify({ text: `${before}${value}${after}` }))).toContain(secretRemoved);
      expect(JSON.stringify(scrubJson({ text: `${before}${value}${after}` }))).toContain(secretRemoved);
    }),
    { numRuns: 50 },
  );
});
