import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, lstat, open, readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileState } from '../model/folder-changes.ts';

/** What lies at a path. `modified`: milliseconds since the Unix epoch, as exact as the file system has it. */
export type TreeEntry =
  | { readonly kind: 'file'; readonly bytes: number; readonly modified: number; readonly isProgram: boolean }
  | { readonly kind: 'link'; readonly target: string }
  /** A socket, a pipe, a device. */
  | { readonly kind: 'other' };

/** Everything in a folder but its folders, by its path inside with slashes between. */
export type Tree = ReadonlyMap<string, TreeEntry>;

export type ReadTree = { readonly ok: true; readonly tree: Tree } | { readonly ok: false; readonly problem: 'too_large' };

/** More files, and more bytes of them, than that are not copied for a Claw. */
export const mostFiles = 20_000;
export const mostBytes = 1024 * 1024 * 1024;

/** Reads a folder without following a link. Rejects where it cannot be read. */
export async function readTree(folder: string): Promise<ReadTree> {
  const tree = new Map<string, TreeEntry>();
  let bytes = 0;
  const waiting = [''];
  for (let inside = waiting.pop(); inside !== undefined; inside = waiting.pop()) {
    for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) {
        waiting.push(path);
        continue;
      }
      const read = await readEntry(join(folder, path));
      if (read === undefined) continue;
      tree.set(path, read);
      bytes += read.kind === 'file' ? read.bytes : 0;
      if (tree.size > mostFiles || bytes > mostBytes) return { ok: false, problem: 'too_large' };
    }
  }
  return { ok: true, tree };
}

/** Removes a folder with everything in it, whatever its folders let their owner do. Links are never followed. */
export async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(async () => {
    await unlock(folder);
    await rm(folder, { recursive: true, force: true });
  });
}

async function unlock(folder: string): Promise<void> {
  const stats = await lstat(folder).catch(() => undefined);
  if (stats?.isDirectory() !== true) return;
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isDirectory()) await unlock(join(folder, entry.name));
}

/** Undefined: it is gone, or is a folder now. */
async function readEntry(path: string): Promise<TreeEntry | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined || stats.isDirectory()) return undefined;
  if (stats.isSymbolicLink()) return { kind: 'link', target: await readlink(path) };
  return stats.isFile() ? { kind: 'file', bytes: stats.size, modified: stats.mtimeMs, isProgram: (stats.mode & 0o111) !== 0 } : { kind: 'other' };
}

export function isSameEntry(one: TreeEntry | undefined, other: TreeEntry | undefined): boolean {
  if (one?.kind === 'file' && other?.kind === 'file') return one.bytes === other.bytes && one.modified === other.modified && one.isProgram === other.isProgram;
  if (one?.kind === 'link' && other?.kind === 'link') return one.target === other.target;
  return one?.kind === other?.kind;
}

export function isSameTree(one: Tree, other: Tree): boolean {
  return one.size === other.size && [...one].every(([path, entry]) => isSameEntry(entry, other.get(path)));
}

/** Opens a file of a folder that others may change; a link in its place is refused. */
export function openFile(path: string): ReturnType<typeof open> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** Null: no file is there. */
export async function stateOf(path: string): Promise<FileState | null> {
  const file = await openFile(path).catch(() => undefined);
  if (file === undefined) return null;
  await using _closing = file;
  if (!(await file.stat()).isFile()) return null;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of file.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
    // A stream without an encoding gives buffers.
    const chunk = piece as Buffer;
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** A file as text; null where it is none, is not text in UTF-8, or has more than `most` bytes. */
export async function textOf(path: string, most: number): Promise<string | null> {
  const file = await openFile(path).catch(() => undefined);
  if (file === undefined) return null;
  await using _closing = file;
  const stats = await file.stat();
  if (!stats.isFile() || stats.size > most) return null;
  const bytes = await file.readFile();
  if (bytes.length > most || bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
