import { Transform, type TransformCallback } from 'node:stream';

/** Bytes in place of others, wherever in a stream they are; what is not yet known to be a beginning of them is passed on at once. */
export class Concealer extends Transform {
  readonly #pairs: readonly (readonly [secret: Buffer, shown: Buffer])[];
  #rest = Buffer.alloc(0);

  constructor(pairs: readonly (readonly [secret: string, shown: string])[]) {
    super();
    // The longest first: one may begin with another.
    this.#pairs = pairs.map(([secret, shown]) => [Buffer.from(secret), Buffer.from(shown)] as const).toSorted(([one], [other]) => other.length - one.length);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = Buffer.concat([this.#rest, chunk]);
    const [passed, rest] = this.#pass(text, false);
    this.#rest = rest;
    done(null, passed);
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#pass(this.#rest, true)[0]);
  }

  #pass(text: Buffer, isEnd: boolean): readonly [passed: Buffer, rest: Buffer<ArrayBuffer>] {
    const parts: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const left = text.length - at;
      const isBegun = !isEnd && this.#pairs.some(([secret]) => left < secret.length && secret.subarray(0, left).equals(text.subarray(at)));
      if (isBegun) return [Buffer.concat([...parts, text.subarray(from, at)]), Buffer.from(text.subarray(at))];
      const found = this.#pairs.find(([secret]) => secret[0] === text[at] && text.subarray(at, at + secret.length).equals(secret));
      if (found === undefined) continue;
      parts.push(text.subarray(from, at), found[1]);
      at += found[0].length - 1;
      from = at + 1;
    }
    return [Buffer.concat([...parts, text.subarray(from)]), Buffer.alloc(0)];
  }
}
