import { chmod, copyFile, lstat, mkdir } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunPlan } from '../sandbox/run-plan.ts';
import { commandLimits } from '../sandbox/run-plan.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { FileChange } from '../model/folder-changes.ts';
import { stateOf } from './tree.ts';
import type { Kept } from './workspace-copy.ts';

export interface PutBackParts {
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
  /** An empty folder that nobody else changes: what is kept is taken from there. */
  readonly staged: string;
  readonly folder: string;
  readonly copy: string;
}

/** Milliseconds that writing may take. */
const longestWriting = 120_000;

/** Reads pairs of words: what to do, and with which path. A file comes whole under another name first, so that none is ever half written. */
const script = `
umask 022
while [ $# -ge 2 ]; do
  what=$1 path=./$2 source=$STAGED/$2
  shift 2
  case $what in
    remove) rm -f -- "$path" ;;
    folder) rmdir -- "$path" 2>/dev/null ;;
    put)
      new="$path.countersign-new"
      mkdir -p -- "$(dirname -- "$path")" && [ ! -d "$path" ] && [ ! -L "$path" ] && (umask 0 && cp -f -- "$source" "$new") && mv -f -- "$new" "$path" || rm -f -- "$new" ;;
  esac
done
true`;

/** Null: a file in the copy is not what it was said to be, and nothing was written. */
export async function putBack({ sandbox, signal, staged, folder, copy }: PutBackParts, changes: readonly FileChange[]): Promise<Kept | null> {
  for (const { path, after, becomesProgram } of changes) if (after !== null && !(await stage(join(copy, path), join(staged, path), after.sha256, await modeOf(join(folder, path), becomesProgram)))) return null;
  const removed = changes.filter(({ after }) => after === null).map(({ path }) => path);
  const emptied = await foldersGone(removed, copy);
  const words = [
    ...removed.flatMap((path) => ['remove', path]),
    ...emptied.flatMap((path) => ['folder', path]),
    ...changes.filter(({ after }) => after !== null).flatMap(({ path }) => ['put', path]),
  ];
  const plan: RunPlan = {
    argv: ['/usr/bin/xargs', '-0', '-n', '200', '/bin/sh', '-c', script, 'keep'],
    cwd: folder,
    environment: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', STAGED: staged },
    readable: [staged],
    writable: [folder],
    limits: { ...commandLimits, time: longestWriting },
    network: null,
  };
  if (signal.aborted) return { kept: [], failed: changes.map(({ path }) => path) };
  const started = await sandbox.start(plan);
  if (started.ok) {
    const { run } = started;
    const stop = (): void => void run.stop();
    signal.addEventListener('abort', stop, { once: true });
    run.output.resume();
    run.error.resume();
    run.input.end(`${words.join('\0')}\0`);
    await run.end;
    signal.removeEventListener('abort', stop);
  }
  return judge(folder, changes);
}

/** What is in the folder now, whatever was said on the way there. */
async function judge(folder: string, changes: readonly FileChange[]): Promise<Kept> {
  const kept: string[] = [];
  const failed: string[] = [];
  for (const { path, after } of changes) ((await stateOf(join(folder, path)))?.sha256 === after?.sha256 ? kept : failed).push(path);
  return { kept, failed };
}

/** False: these are not the bytes that were meant. */
async function stage(source: string, target: string, sha256: string, mode: number): Promise<boolean> {
  if ((await stateOf(source))?.sha256 !== sha256) return false;
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(target, mode);
  return (await stateOf(target))?.sha256 === sha256;
}

/** As the file in the folder has it, and as new files do. */
async function modeOf(path: string, becomesProgram: boolean): Promise<number> {
  const stats = await lstat(path).catch(() => undefined);
  const mode = stats?.isFile() === true ? stats.mode & 0o777 : 0o644;
  return becomesProgram ? mode | ((mode & 0o444) >> 2) : mode;
}

/** Folders on the way to what is removed that the copy has no more, the deepest first. */
async function foldersGone(removed: readonly string[], copy: string): Promise<readonly string[]> {
  const folders = new Set<string>();
  for (const path of removed) {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  const gone: string[] = [];
  for (const path of folders) if ((await lstat(join(copy, path)).catch(() => undefined)) === undefined) gone.push(path);
  return gone.sort((one, other) => other.split('/').length - one.split('/').length);
}
