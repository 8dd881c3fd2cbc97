import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import type { Dispose } from '../model/disposable.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { FileChange, FolderChanges } from '../model/folder-changes.ts';
import { readChanges, type Base } from './changes.ts';
import { putBack } from './put-back.ts';
import { isSameEntry, isSameTree, readTree, removeTree, type Tree } from './tree.ts';

const entry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), bytes: z.number(), modified: z.number(), isProgram: z.boolean() }),
  z.object({ kind: z.literal('link'), target: z.string() }),
  z.object({ kind: z.literal('other') }),
]);
const tree = z.array(z.tuple([z.string(), entry])).transform((entries) => new Map(entries));
const keptBase = z.object({ folder: tree, copy: tree });

export type CopyProblem = 'too_large' | 'unreadable' | 'busy';
export type Begun = { readonly ok: true; readonly folder: string; readonly end: Dispose } | { readonly ok: false; readonly problem: CopyProblem };
export type ReadCopy = { readonly ok: true; readonly changes: FolderChanges } | { readonly ok: false; readonly problem: CopyProblem };
export type Kept = { readonly kept: readonly string[]; readonly failed: readonly string[] };

/**
 * A copy of a folder that a Claw works in. What it changes there is kept in the folder file by file, when that is allowed. A copy
 * in which nothing waits is made anew whenever the folder has changed; one in which something does stays, over restarts too.
 */
export class WorkspaceCopy {
  readonly #folder: string;
  readonly #place: string;
  #base: Base | undefined;
  #running = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** `place`: a folder of this copy's alone. It is made when it is needed. */
  constructor(folder: string, place: string) {
    this.#folder = folder;
    this.#place = place;
  }

  get #files(): string {
    return join(this.#place, 'files');
  }

  /** Absolute path of a file in the copy, and in the folder. */
  pathsOf(path: string): { readonly inCopy: string; readonly inFolder: string } {
    return { inCopy: join(this.#files, path), inFolder: join(this.#folder, path) };
  }

  /** Makes it ready to be worked in. `end` is called once, when that is over. */
  begin(): Promise<Begun> {
    return this.#alone(async () => {
      if (this.#running === 0) {
        const problem = await this.#renew();
        if (problem !== null) return { ok: false, problem };
      }
      this.#running += 1;
      let isOver = false;
      const end = (): void => {
        if (!isOver) this.#running -= 1;
        isOver = true;
      };
      return { ok: true, folder: this.#files, end };
    });
  }

  /** What is not in the copy what it is in the folder. While something runs there, nobody knows. */
  changes(): Promise<ReadCopy> {
    return this.#alone(() => this.#readChanges());
  }

  /**
   * Keeps files in the folder if they are what `expected` says, both there and in the copy; null where they are not any more, and
   * nothing was kept. What could not be kept is told by its path. Written in a sandbox, so that no link leads out of the folder.
   */
  keep(expected: readonly FileChange[], sandbox: Sandbox, signal: AbortSignal): Promise<Kept | null> {
    return this.#alone(async () => {
      const read = await this.#readChanges();
      const base = this.#base;
      if (!read.ok || base === undefined) return null;
      const found = new Map(read.changes.files.map((change) => [change.path, JSON.stringify(change)]));
      if (!expected.every((change) => found.get(change.path) === JSON.stringify(change))) return null;
      const staged = await mkdtemp(join(this.#place, 'staged-'));
      try {
        const kept = await putBack({ sandbox, signal, staged, folder: this.#folder, copy: this.#files }, expected);
        if (kept !== null) await this.#noteKept(kept.kept, base);
        return kept;
      } finally {
        await rm(staged, { recursive: true, force: true });
      }
    });
  }

  /** Drops everything that was not kept. False while something runs there. */
  discard(): Promise<boolean> {
    return this.#alone(async () => {
      if (this.#running > 0) return false;
      this.#base = undefined;
      await removeTree(this.#place);
      return true;
    });
  }

  async #readChanges(): Promise<ReadCopy> {
    if (this.#running > 0) return { ok: false, problem: 'busy' };
    const base = await this.#readBase();
    if (base === undefined) return { ok: true, changes: { files: [], left: [] } };
    try {
      const [folder, copy] = [await readTree(this.#folder), await readTree(this.#files)];
      if (!folder.ok || !copy.ok) return { ok: false, problem: 'too_large' };
      return { ok: true, changes: await readChanges(base, { path: this.#folder, tree: folder.tree }, { path: this.#files, tree: copy.tree }) };
    } catch {
      return { ok: false, problem: 'unreadable' };
    }
  }

  /** Null: it can be worked in. */
  async #renew(): Promise<CopyProblem | null> {
    try {
      const base = await this.#readBase();
      if (base !== undefined) {
        const copy = await readTree(this.#files);
        if (!copy.ok) return 'too_large';
        if (!isSameTree(copy.tree, base.copy) && (await this.#hasWork())) return null;
      }
      const folder = await readTree(this.#folder);
      if (!folder.ok) return 'too_large';
      if (base !== undefined && isSameTree(folder.tree, base.folder) && isSameTree(await mustRead(this.#files), base.copy)) return null;
      await this.#make(folder.tree);
      return null;
    } catch {
      return 'unreadable';
    }
  }

  async #hasWork(): Promise<boolean> {
    const read = await this.#readChanges();
    return !read.ok || read.changes.files.length > 0;
  }

  async #make(folder: Tree): Promise<void> {
    this.#base = undefined;
    await removeTree(this.#place);
    await mkdir(this.#place, { recursive: true, mode: 0o700 });
    await cp(this.#folder, this.#files, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => folder.get(relative(this.#folder, source).split(sep).join('/'))?.kind !== 'other',
    });
    await this.#keepBase({ folder, copy: await mustRead(this.#files) });
  }

  /** What was kept is the same in both again. */
  async #noteKept(paths: readonly string[], base: Base): Promise<void> {
    const [folder, copy] = [new Map(base.folder), new Map(base.copy)];
    const [folderNow, copyNow] = [await mustRead(this.#folder), await mustRead(this.#files)];
    for (const path of paths) {
      for (const [then, now] of [[folder, folderNow], [copy, copyNow]] as const) {
        const found = now.get(path);
        if (found === undefined) then.delete(path);
        else if (!isSameEntry(found, then.get(path))) then.set(path, found);
      }
    }
    await this.#keepBase({ folder, copy });
  }

  async #readBase(): Promise<Base | undefined> {
    this.#base ??= await readFile(join(this.#place, 'base.json'), 'utf8').then(
      (text) => keptBase.parse(JSON.parse(text)),
      () => undefined,
    );
    return this.#base;
  }

  async #keepBase(base: Base): Promise<void> {
    const path = join(this.#place, 'base.json');
    await writeFile(`${path}.new`, JSON.stringify({ folder: [...base.folder], copy: [...base.copy] }), { mode: 0o600 });
    await rename(`${path}.new`, path);
    this.#base = base;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

async function mustRead(folder: string): Promise<Tree> {
  const read = await readTree(folder);
  if (!read.ok) throw new Error('The folder has become too large.');
  return read.tree;
}
