import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { say } from '../model/say.ts';
import { sourceOf, type ManagedRead, type ManagedSource } from './managed-source.ts';
import { readSettingsText } from './read-settings.ts';

/** Managed settings are read whole; a file beyond this many bytes is refused. */
export const maximumBytes = 4 * 1024 * 1024;
const checkEveryMilliseconds = 5_000;

/** What is asked of a file before it is believed. */
export interface FileStat {
  readonly uid: number;
  readonly mode: number;
  readonly size: number;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

/** The file system as far as managed settings need it. */
export interface ManagedFiles {
  /** Of the name itself, not of what a link points to. */
  stat(path: string): Promise<FileStat>;
  /** Opens without following a link in the last step; the stat is of the very file whose bytes `read` gives. */
  open(path: string): Promise<{ readonly stat: FileStat; read(): Promise<Buffer>; close(): Promise<void> }>;
}

export const nodeFiles: ManagedFiles = {
  stat: (path) => lstat(path),
  async open(path) {
    // O_NONBLOCK: a named pipe in the file's place must not hang the start.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      return { stat: await handle.stat(), read: () => handle.readFile(), close: () => handle.close() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
};

export interface FileSourceOptions {
  readonly path: string;
  /** True: only an administrator (uid 0) may own or be able to write the file and its folder. */
  readonly mustBeAdministrators: boolean;
  /** True: a missing file is a problem, because somebody named it. */
  readonly mustExist: boolean;
  readonly clock: Clock;
  readonly files?: ManagedFiles;
}

export type BytesRead = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly read: ManagedRead };

/** Managed settings in a JSON file. */
export function fileSource(options: FileSourceOptions): ManagedSource {
  async function read(): Promise<ManagedRead> {
    const found = await readManagedFile(options);
    return found.ok ? readSettingsText(found.bytes.toString('utf8'), options.path) : found.read;
  }
  return sourceOf(read, checkEveryMilliseconds, options.clock);
}

/** The bytes of a file that may be believed, or why not. Never rejects. */
export async function readManagedFile({ path, mustBeAdministrators, mustExist, files = nodeFiles }: FileSourceOptions): Promise<BytesRead> {
  const invalid = (id: string): BytesRead => ({ ok: false, read: { state: 'invalid', problem: say(`managed.problem.${id}`, { place: path }) } });
  const unreadable = (): BytesRead => ({ ok: false, read: { state: 'unreadable', problem: say('managed.problem.unreadable', { place: path }) } });
  try {
    const named = await files.stat(path);
    if (mustBeAdministrators && named.isSymbolicLink()) return invalid('link');
    if (!named.isSymbolicLink() && !named.isFile()) return unreadable();
    if (mustBeAdministrators && !isAdministrators(await files.stat(dirname(path)))) return invalid('notAdministrators');
    const file = await files.open(path);
    try {
      if (!file.stat.isFile()) return unreadable();
      if (mustBeAdministrators && !isAdministrators(file.stat)) return invalid('notAdministrators');
      if (file.stat.size > maximumBytes) return invalid('tooLarge');
      return { ok: true, bytes: await file.read() };
    } finally {
      await file.close();
    }
  } catch (error) {
    return isMissing(error) && !mustExist ? { ok: false, read: { state: 'absent' } } : unreadable();
  }
}

/** Owned by root, and no one else may write (POSIX mode bits 022). */
function isAdministrators({ uid, mode }: FileStat): boolean {
  return uid === 0 && (mode & 0o022) === 0;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
