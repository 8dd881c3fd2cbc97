import { randomBytes, randomUUID } from 'node:crypto';

/** Random secrets as services give them out, no two of a kind in a row: keys, passwords with hard characters, long tokens. */
export function makeSecrets(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => makers[index % makers.length]!(index));
}

const word = (bytes: number): string => randomBytes(bytes).toString('base64url');

const makers: readonly ((index: number) => string)[] = [
  () => randomBytes(33).toString('base64'),
  () => word(24),
  () => randomBytes(20).toString('hex'),
  () => `${word(9)} "${word(9)}"\\&<ü€😀>${word(9)}/+%='`,
  () => randomUUID(),
  // One is as long as the tokens of some services get: 8 KB.
  (index) => (index < 6 ? randomBytes(6144).toString('base64') : word(90)),
];

/** How a secret may look in a text: by the name of the encoding. For whoever spills one, and for whoever looks for it. */
export function formsOf(secret: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const url = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const escaped = hex.replaceAll(/../g, '%$&');
  return new Map([
    ['plain', secret],
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON in ASCII', json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)],
    ['JSON with escaped slashes', json.replaceAll('/', String.raw`\/`)],
    ['URL', url],
    ['URL in lower case', url.replaceAll(/%../g, (text) => text.toLowerCase())],
    ['form', new URLSearchParams({ s: secret }).toString().slice(2)],
    ['wholly URL-encoded', escaped],
    ['wholly URL-encoded in upper case', escaped.toUpperCase()],
    ['hex', hex],
    ['hex in upper case', hex.toUpperCase()],
    ['HTML', secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
    ...[0, 1, 2].flatMap((before) =>
      (['base64', 'base64url'] as const).flatMap((encoding) => [
        [`${encoding} after ${before} bytes`, core(bytes, before, encoding)] as const,
        [`${encoding} of UTF-16 after ${before} bytes`, core(Buffer.from(secret, 'utf16le'), before, encoding)] as const,
      ]),
    ),
  ]);
}

/** What is the same in base64 whatever stands before and after. */
function core(bytes: Buffer, before: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString(encoding);
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

/** The secret within other words, in every form: what a service that means no good, or is careless, could say. */
export function spill(secret: string): string {
  const wrapped = [`user:${secret}`, `us:${secret}:tail`, `u:${secret}`].flatMap((text) => [Buffer.from(text).toString('base64'), Buffer.from(text).toString('base64url'), Buffer.from(text, 'utf16le').toString('base64')]);
  return [...formsOf(secret).values(), ...wrapped, `https://user:${encodeURIComponent(secret)}@host.example/?key=${encodeURIComponent(secret)}#x`, `{"token":${JSON.stringify(secret)}}`].join(' | ');
}
