import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronBinary } from '../main/shell/electron/find-electron.ts';

// Marks the fuse wire in every Electron binary (Electron, "Fuses"); @electron/fuses looks for the same and does not export it.
const sentinel = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX');

/** Whether Electron's fuse wire is in this binary. Without it there are no fuses to set: it is a stand-in, not Electron. */
export async function hasFuseWire({ directory, executable }: ElectronBinary): Promise<boolean> {
  const framework = join(directory, 'Electron.app/Contents/Frameworks/Electron Framework.framework/Electron Framework');
  let tail = Buffer.alloc(0);
  for await (const piece of createReadStream(existsSync(framework) ? framework : executable)) {
    // A stream without an encoding gives buffers.
    const bytes = Buffer.concat([tail, piece as Buffer]);
    if (bytes.includes(sentinel)) return true;
    tail = bytes.subarray(-sentinel.length);
  }
  return false;
}
