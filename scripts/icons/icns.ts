import { readPngHeader } from './png.ts';

/** The types of an ICNS file that hold PNG, with their size in pixels; `@2x` types are for displays of double density. */
export const icnsTypes = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
] as const;

function entry(type: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(8 + body.length, 4);
  return Buffer.concat([head, body]);
}

/** A macOS icon from PNGs of 16, 32, 64, 128, 256, 512 and 1024 pixels. Throws when one is missing. */
export function writeIcns(pngs: readonly Uint8Array[]): Buffer {
  const bySize = new Map(pngs.map((png) => [readPngHeader(png).width, png]));
  const entries = icnsTypes.map(([type, size]) => {
    const png = bySize.get(size);
    if (png === undefined) throw new Error(`The icon of ${String(size)} pixels is missing.`);
    return entry(type, png);
  });
  return entry('icns', Buffer.concat(entries));
}
