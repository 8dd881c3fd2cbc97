import { decodePng, readPngHeader, type Pixels } from './png.ts';

/** A 32-bit device-independent bitmap as an icon holds it: BGRA bottom row first, then a one-bit mask of what is clear. */
function bitmap({ width, height, data }: Pixels): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(width, 4);
  // Twice the height: the colors and the mask.
  header.writeInt32LE(height * 2, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(32, 14);
  const colors = Buffer.alloc(width * height * 4);
  const maskStride = Math.ceil(width / 32) * 4;
  const mask = Buffer.alloc(maskStride * height);
  for (let y = 0; y < height; y += 1) {
    const row = height - 1 - y;
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 4;
      const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(from, from + 4);
      colors.set([blue, green, red, alpha], (row * width + x) * 4);
      if (alpha === 0) mask[row * maskStride + (x >> 3)] = (mask[row * maskStride + (x >> 3)] ?? 0) | (128 >> (x & 7));
    }
  }
  return Buffer.concat([header, colors, mask]);
}

/**
 * A Windows icon of several sizes. 256 pixels are stored as PNG, smaller ones as bitmaps: resource editors and installers
 * do not all read PNG below that.
 */
export function writeIco(pngs: readonly Uint8Array[]): Buffer {
  const images = pngs.map((png) => {
    const { width } = readPngHeader(png);
    return { width, body: width >= 256 ? Buffer.from(png) : bitmap(decodePng(png)) };
  });
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  for (const [index, { width, body }] of images.entries()) {
    const at = 6 + 16 * index;
    // A byte: 0 stands for 256.
    head.writeUInt8(width % 256, at);
    head.writeUInt8(width % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(body.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += body.length;
  }
  return Buffer.concat([head, ...images.map(({ body }) => body)]);
}
