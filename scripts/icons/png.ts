import { inflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, 8 bits each, top row first, not premultiplied. */
  readonly data: Uint8Array;
}

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

interface Header {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** The size that a PNG says it has (PNG specification, third edition, 11.2.1). Throws when it is no PNG. */
export function readPngHeader(png: Uint8Array): Header {
  const bytes = Buffer.from(png);
  if (!bytes.subarray(0, 8).equals(signature) || bytes.toString('latin1', 12, 16) !== 'IHDR') throw new Error('This is not a PNG.');
  const [depth, color, , , interlace] = bytes.subarray(24, 29);
  if (depth !== 8 || (color !== 2 && color !== 6) || interlace !== 0) throw new Error('Only 8-bit RGB and RGBA without interlacing are read.');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), channels: color === 6 ? 4 : 3 };
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [byLeft, byUp, byCorner] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

function predict(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      throw new Error(`There is no PNG filter ${String(filter)}.`);
  }
}

/** Decodes what Chromium's screenshots are: 8-bit RGB or RGBA without interlacing. Throws on anything else. */
export function decodePng(png: Uint8Array): Pixels {
  const { width, height, channels } = readPngHeader(png);
  const bytes = Buffer.from(png);
  const compressed: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') compressed.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(compressed));
  const stride = width * channels;
  const rows = new Uint8Array(stride * height);
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x >= channels ? (rows[at - channels] ?? 0) : 0;
      const up = y > 0 ? (rows[at - stride] ?? 0) : 0;
      const corner = x >= channels && y > 0 ? (rows[at - stride - channels] ?? 0) : 0;
      const value = ((raw[y * (stride + 1) + 1 + x] ?? 0) + predict(filter, left, up, corner)) & 255;
      rows[at] = value;
      data[(y * width + Math.floor(x / channels)) * 4 + (x % channels)] = value;
    }
  }
  return { width, height, data };
}
