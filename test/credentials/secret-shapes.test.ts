import { assert, base64String, constantFrom, integer, jsonValue, property, string, stringMatching, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScrubber, secretRemoved } from '../../main/credentials/scrubber.ts';
import { createSecretLook, maskText } from '../../main/credentials/secret-look.ts';
import { findShapes, shapeOfField } from '../../main/credentials/secret-shapes.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../main/model/json.ts';
import { secretKinds } from '../../main/model/secret.ts';

/** Made up here, in pieces, so that no scanner of repositories takes this file for a leak. */
const made = (...parts: readonly string[]): string => parts.join('');
const letters = 'aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zAbCdEfGhIjKlMnOpQrStUvWxYz0123456789';
const body = (length: number): string => letters.repeat(Math.ceil(length / letters.length)).slice(0, length);
const pem = made('-----BEGIN ', 'RSA PRIVATE KEY-----\n', body(64), '\n-----END ', 'RSA PRIVATE KEY-----');

const samples = [
  ['aws', made('AK', 'IA', 'IOSFODNN7EXAMPL3')],
  ['azure', `DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${body(86)}==`, `${body(86)}==`],
  ['github', made('gh', 'p_', body(36))],
  ['github', made('github', '_pat_', body(22), '_', body(59))],
  ['gitlab', made('glp', 'at-', body(20))],
  ['google', made('AI', 'za', body(35))],
  ['model', made('sk-', 'ant-', body(60))],
  ['slack', made('xox', 'b-', '123456789012-', body(24))],
  ['slack', made('https://hooks.slack', '.com/services/T000/B000/', body(24))],
  ['stripe', made('sk_', 'live_', body(24))],
  ['package', made('np', 'm_', body(36))],
  ['mail', made('SG', '.', body(22), '.', body(43))],
  ['claw', made('cs', 't_', body(43))],
  ['claw', made('cs', 'r_', body(43))],
  ['jwt', made('ey', 'JhbGciOiJIUzI1NiJ9', '.ey', 'JzdWIiOiIxIn0', '.', body(43))],
  ['private_key', pem],
  ['address', 'postgres://app:s3cr-et!pw@db.acme.example/crm', 's3cr-et!pw'],
  ['header', `Authorization: Bearer ${body(32)}`, body(32)],
  ['named', 'password=correcthorse', 'correcthorse'],
  ['named', 'The password is hunter2, tell nobody', 'hunter2'],
  ['named', 'Passwort: Sommer2026!', 'Sommer2026!'],
  ['named', '"client_secret": "q8F-zT2~pLmX0vB7", "x": 1', 'q8F-zT2~pLmX0vB7'],
  ['named', `api_key: ${body(24)}`, body(24)],
  ['named', `here is the key for the new system ${body(40)} thanks`, body(40)],
] as const;

describe('shapes', () => {
  test.each(samples)('%s: %s', (kind, text, secret = text) => {
    for (const around of [text, `Hi Ana,\nplease use ${text} from now on.`, `(${text})`]) {
      const found = findShapes(around);
      expect(found.map((one) => one.kind)).toContain(kind);
      expect(maskText(around)).toContain(secretRemoved);
      expect(maskText(around)).not.toContain(secret);
    }
  });

  test.each([
    'Hi Ana, as promised, here is our price list for the third quarter. Best, Dana',
    'Password: see the note I left for you',
    'Please reset your password: required before Friday',
    'The token ring network was replaced in 1998, the key figures are attached.',
    'Invoice 2026-11-04-000123, order 550e8400-e29b-41d4-a716-446655440000, key account manager',
    'The secret of our success: people',
    'https://acme.example/reports/2026/q3?page=2&sort=name#top',
    'SELECT token, key FROM sessions WHERE id = 5',
    'ssh-ed25519 public key of dana@acme.example',
    '{"next_page_token": "2", "key": "name", "sort_key": "created_at"}',
    'password: ********',
    'password=${DB_PASSWORD}',
    'Please set password=<your password> first',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b is on main',
  ])('ordinary text is no secret: %s', (text) => {
    expect(findShapes(text)).toEqual([]);
  });

  test.each([
    ['password', 'correct horse', true],
    ['db_password', 'x7', false],
    ['userPassword', 'hunter2', true],
    ['clientSecret', 'abcd', true],
    ['password', '${PASSWORD}', false],
    ['apiKey', body(24), true],
    ['token', body(24), true],
    ['pageToken', 'CAUQAA', false],
    ['token', 'next-page-please', false],
    ['passwordless', 'yes please', false],
    ['subject', 'password', false],
  ])('a field %s with %s: %s', (name, value, isSecret) => {
    expect(shapeOfField(name, value) !== undefined).toBe(isSecret);
  });

  test('a private key without its end is masked to the end of the text', () => {
    expect(maskText(`see ${pem.slice(0, 80)}`)).toBe(`see ${secretRemoved}`);
  });

  test('text made to take long does not', () => {
    const hostile = ['-eyJ', 'eyJa.', 'key ', 'password ', 'password:', 'AKIA', 'a://b:', '-----BEGIN PRIVATE KEY-----', 'Bearer ', 'xoxb-', 'token=', '"', '\n', 'sk-', 'A1b2'].map((part) => part.repeat(Math.ceil(200_000 / part.length)));
    const plain = workOf('an ordinary sentence. '.repeat(10_000));
    // What grows with the square of its length takes thousands of times as long.
    for (const text of hostile) expect(workOf(text)).toBeLessThan(200 * plain + 100_000);
  });
});

/** Microseconds of this process's own work. */
function workOf(text: string): number {
  const before = process.cpuUsage();
  maskText(text);
  return process.cpuUsage(before).user;
}

const look = createSecretLook(createScrubber(() => []), { byOwner: () => [] });
const aKey = tuple(constantFrom(made('gh', 'p_'), made('sk_', 'live_'), made('AI', 'za')), stringMatching(/^[A-Za-z0-9]{36}$/)).map(([prefix, rest]) => (prefix.startsWith('AI') ? `${prefix}${rest.slice(1)}` : `${prefix}${rest}`));

/** The same value with a text put somewhere in it. */
function planted(value: JsonValue, secret: string, turn: number): JsonValue {
  if (Array.isArray(value) && value.length > 0) return value.with(turn % value.length, planted(value[turn % value.length] as JsonValue, secret, turn + 1));
  if (typeof value === 'object' && value !== null && isJsonObject(value)) {
    const key = Object.keys(value)[turn % Math.max(1, Object.keys(value).length)];
    return key === undefined ? { text: secret } : { ...value, [key]: planted(value[key] ?? null, secret, turn + 1) };
  }
  return `${typeof value === 'string' ? value : ''} ${secret} and more`;
}

describe('looking through what an agent sends', () => {
  test('a key is found and masked wherever it stands, and nothing else is changed', () => {
    assert(
      property(jsonValue({ maxDepth: 4 }), aKey, integer({ min: 0, max: 9 }), (value, secret, turn) => {
        // What fast-check makes is JSON.
        const args: JsonObject = { sent: planted(value as JsonValue, secret, turn) };
        expect(look.find({ name: 'tool', arguments: args })?.kinds.length).toBeGreaterThan(0);
        expect(JSON.stringify(look.mask(args))).not.toContain(secret);
      }),
    );
  });

  test('masking again changes nothing, and what is masked holds no shape any more', () => {
    assert(
      property(string(), constantFrom(...samples), string(), (before, [, text], after) => {
        const once = maskText(`${before} ${text} ${after}`);
        expect(maskText(once)).toBe(once);
      }),
    );
  });

  test('text without a secret is the same text', () => {
    assert(
      property(stringMatching(/^[a-z ]{0,200}$/), (text) => {
        expect(maskText(text)).toBe(text);
      }),
    );
  });

  test('our own secrets are found in every form, and whose they are', () => {
    assert(
      property(base64String({ minLength: 12, maxLength: 40 }), constantFrom('plain', 'base64', 'url', 'hex'), (secret, form) => {
        const own = createSecretLook(createScrubber(() => [secret, 'another-secret']), { byOwner: () => [['work-mail', [secret]], ['crm', ['another-secret']]] });
        const shown = { plain: secret, base64: Buffer.from(`x:${secret}`).toString('base64'), url: encodeURIComponent(secret), hex: Buffer.from(secret).toString('hex') }[form];
        expect(own.find({ name: 'send', arguments: { deep: [{ text: `see ${shown}` }] } })).toMatchObject({ owners: ['work-mail'] });
        expect(own.find({ name: 'send', arguments: { text: 'nothing here' } })).toBeUndefined();
      }),
    );
  });

  test('kinds come in one order, our own first', () => {
    const secret = 'own-secret-of-ours';
    const own = createSecretLook(createScrubber(() => [secret]), { byOwner: () => [['crm', [secret]]] });
    const found = own.find({ name: 'send', arguments: { b: made('gh', 'p_', body(36)), a: secret, c: { password: 'hunter2' } } });
    expect(found).toEqual({ kinds: ['own', 'github', 'named'], owners: ['crm'] });
    expect(secretKinds[0]).toBe('own');
  });
});
