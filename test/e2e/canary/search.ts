import { formsOf } from './secrets.ts';

interface Needle {
  readonly bytes: Buffer;
  readonly name: string;
}

const beginning = 4;

/** Looks for secrets in bytes of any kind, in every form and as UTF-16; half of one counts too. */
export class Search {
  readonly #begins = new Uint8Array(0x1_00_00);
  readonly #needles = new Map<number, Needle[]>();

  constructor(secrets: readonly string[]) {
    for (const [index, secret] of secrets.entries()) {
      for (const [form, text] of formsOf(secret)) this.#add(Buffer.from(text), `secret ${index} (${form})`);
      for (const encoding of ['utf16le', 'utf16be'] as const) this.#add(utf16(secret, encoding), `secret ${index} (${encoding})`);
      // Cut off before it was looked for, a secret would be found by nobody.
      for (const half of [secret.slice(0, 14), secret.slice(-14)]) this.#add(Buffer.from(half), `a part of secret ${index}`);
    }
  }

  /** What is found, as words without a secret in them. */
  find(where: string, bytes: Buffer): string[] {
    const found = new Set<string>();
    for (let at = 0; at + beginning <= bytes.length; at += 1) {
      const word = bytes.readUInt32LE(at);
      if (this.#begins[bitOf(word)] === 0) continue;
      for (const { bytes: needle, name } of this.#needles.get(word) ?? []) {
        if (needle.equals(bytes.subarray(at, at + needle.length))) found.add(`${where}: ${name} at ${at} of ${bytes.length}`);
      }
    }
    return [...found];
  }

  #add(bytes: Buffer, name: string): void {
    const word = bytes.readUInt32LE(0);
    this.#begins[bitOf(word)] = 1;
    const others = this.#needles.get(word);
    if (others === undefined) this.#needles.set(word, [{ bytes, name }]);
    else others.push({ bytes, name });
  }
}

function bitOf(word: number): number {
  return (word ^ (word >>> 16)) & 0xff_ff;
}

function utf16(text: string, encoding: 'utf16le' | 'utf16be'): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf16le' ? bytes : bytes.swap16();
}
