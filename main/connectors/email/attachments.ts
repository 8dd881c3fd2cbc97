import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, sep } from 'node:path';
import type { Material } from '../../model/action.ts';
import { disarmLine } from '../../model/disarm.ts';

const mostAttachedBytes = 20 * 1024 * 1024;

export interface AttachedFile {
  readonly name: string;
  readonly folder: string;
  readonly content: Buffer;
  readonly material: Material;
}

export type ReadFiles = { readonly ok: true; readonly files: readonly AttachedFile[] } | { readonly ok: false; readonly invalid: string };

/** A folder that does not exist allows nothing. */
async function realFolders(folders: readonly string[]): Promise<readonly string[]> {
  const real = await Promise.all(folders.map(async (folder) => realpath(folder).catch(() => null)));
  return real.filter((folder) => folder !== null);
}

async function readAttachment(path: string, folders: readonly string[], room: number): Promise<AttachedFile | string> {
  const shown = JSON.stringify(path);
  if (!isAbsolute(path)) return `${shown} is not an absolute path.`;
  // One answer for "not there" and "not allowed": an agent must not learn what lies elsewhere on the disk.
  const notAllowed = `${shown} is not a file in a folder that attachments may come from.`;
  const real = await realpath(path).catch(() => null);
  const folder = folders.find((allowed) => real?.startsWith(allowed.endsWith(sep) ? allowed : allowed + sep));
  if (real === null || folder === undefined) return notAllowed;
  const name = basename(real);
  if (disarmLine(name) !== name) return `The name of ${shown} contains hidden characters.`;
  // O_NONBLOCK: opening a named pipe must not hang. O_NOFOLLOW: the path was resolved, its end is no link any more.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return notAllowed;
  try {
    const opened = await file.stat();
    const now = await realpath(path).then(async (again) => ({ again, at: await stat(again) })).catch(() => null);
    // What was opened is still what the path leads to, so no folder on the way was swapped for a link in between.
    if (!opened.isFile() || now === null || now.again !== real || now.at.ino !== opened.ino || now.at.dev !== opened.dev) return notAllowed;
    if (opened.size > room) return `The attachments are larger than ${mostAttachedBytes / 1_048_576} MB.`;
    const content = await file.readFile();
    if (content.length > room) return `The attachments are larger than ${mostAttachedBytes / 1_048_576} MB.`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { name, folder, content, material: { path: real, bytes: content.length, sha256 } };
  } finally {
    await file.close();
  }
}

/** Reads files of the allowed folders whole, links resolved, and hashes the very bytes it returns. */
export async function readAttachments(paths: readonly string[], allowedFolders: readonly string[]): Promise<ReadFiles> {
  if (paths.length === 0) return { ok: true, files: [] };
  const folders = await realFolders(allowedFolders);
  const files: AttachedFile[] = [];
  let room = mostAttachedBytes;
  for (const path of paths) {
    const file = await readAttachment(path, folders, room);
    if (typeof file === 'string') return { ok: false, invalid: file };
    room -= file.content.length;
    files.push(file);
  }
  return { ok: true, files };
}
