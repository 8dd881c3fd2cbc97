import type { Random } from './random.ts';

/** What parsers trip over, as bytes. */
const nasty: readonly Buffer[] = [
  Buffer.from([0]),
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0xaf]),
  // A surrogate as UTF-8 has it not, a byte order mark, a character that is cut off.
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xef, 0xbb, 0xbf]),
  Buffer.from([0xf0, 0x9f]),
  ...['\r\n', '\n', '\r\n\r\n', '\u2028', '"', '\\', '\\u', '\\ud800', '{', '}', '[[[[', ']', ',', ':', 'null', '1e999', '-', '0x', ' ', '\t', '\u202e', 'Content-Length: 0\r\n', 'data: ', '0\r\n\r\n', 'HTTP/1.1'].map((text) => Buffer.from(text)),
];

/** Changes bytes in one to `most` places: bits, whole bytes, stretches that go, come twice, or come from `other`. */
export function mutateBytes(bytes: Buffer, random: Random, most: number, other: Buffer = bytes): Buffer {
  let mutated = bytes;
  for (let times = 1 + random.below(most); times > 0; times -= 1) mutated = mutateOnce(mutated, random, other);
  return mutated;
}

function mutateOnce(bytes: Buffer, random: Random, other: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(random.pick([2, 8, 64])));
  const around = (middle: Buffer): Buffer => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(end)]);
  switch (random.below(9)) {
    case 0:
    case 1: {
      if (bytes.length === 0) return bytes;
      const flipped = Buffer.from(bytes);
      const place = at % bytes.length;
      flipped.writeUInt8(flipped.readUInt8(place) ^ (1 << random.below(8)), place);
      return flipped;
    }
    case 2:
      return Buffer.concat([bytes.subarray(0, at), random.pick(nasty), bytes.subarray(at)]);
    case 3:
      return around(random.pick(nasty));
    case 4:
      return around(Buffer.alloc(0));
    case 5:
      return around(Buffer.concat([bytes.subarray(at, end), bytes.subarray(at, end)]));
    case 6:
      return bytes.subarray(0, at);
    case 7: {
      const from = random.below(other.length + 1);
      return around(other.subarray(from, from + 1 + random.below(48)));
    }
    default:
      return around(random.bytes(end - at));
  }
}

/** The same bytes in several pieces, as a slow network brings them. */
export function cut(bytes: Buffer, random: Random): readonly Buffer[] {
  if (!random.chance(0.08)) return [bytes];
  const places = Array.from({ length: 1 + random.below(4) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : places[index - 1], end)).filter((piece) => piece.length > 0);
}
