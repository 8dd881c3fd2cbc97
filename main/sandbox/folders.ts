import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { RunPlan } from './run-plan.ts';

export type FolderProblem = 'not_absolute' | 'not_there' | 'not_a_folder' | 'too_wide' | 'our_own';

export type ReadFolders =
  | { readonly ok: true; readonly readable: readonly string[]; readonly writable: readonly string[]; readonly cwd: string }
  | { readonly ok: false; readonly path: string; readonly problem: FolderProblem };

/** Whether `path` is `folder` or lies in it. Both are absolute. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** What a person writes: `~` at its start stands for their home. */
export function fromHome(path: string, home: string): string {
  return path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

/**
 * The folders of a plan as they really are, links followed. Refused: what would show the whole home folder or more
 * (`home` and whatever holds it), and whatever holds or lies in one of `hidden` (this app's own state).
 */
export async function readFolders(plan: Pick<RunPlan, 'readable' | 'writable' | 'cwd'>, home: string, hidden: readonly string[]): Promise<ReadFolders> {
  const lists = await readChosen(plan, home, hidden);
  if (!lists.ok) return lists;
  const cwd = await realpath(plan.cwd).catch(() => undefined);
  if (cwd === undefined || ![...lists.readable, ...lists.writable].some((folder) => isWithin(folder, cwd))) return { ok: false, path: plan.cwd, problem: 'not_there' };
  return { ...lists, cwd };
}

export type ReadChosen = Omit<ReadFolders & { readonly ok: true }, 'cwd'> | (ReadFolders & { readonly ok: false });

/** The same for folders that somebody chose, before there is a plan to run anything in one of them. */
export async function readChosen(chosen: Pick<RunPlan, 'readable' | 'writable'>, home: string, hidden: readonly string[]): Promise<ReadChosen> {
  const [realHome, ...realHidden] = await Promise.all([home, ...hidden].map((path) => realpath(path).catch(() => path)));
  const judge = async (path: string, mustBeFolder: boolean): Promise<{ readonly problem: FolderProblem } | { readonly real: string }> => {
    if (!isAbsolute(path)) return { problem: 'not_absolute' };
    const real = await realpath(path).catch(() => undefined);
    const stats = real === undefined ? undefined : await stat(real).catch(() => undefined);
    if (real === undefined || stats === undefined) return { problem: 'not_there' };
    if (!stats.isDirectory() && (mustBeFolder || !stats.isFile())) return { problem: 'not_a_folder' };
    if (real === '/' || isWithin(real, realHome ?? home)) return { problem: 'too_wide' };
    return realHidden.some((own) => isWithin(own, real) || isWithin(real, own)) ? { problem: 'our_own' } : { real };
  };
  const lists: { readable: string[]; writable: string[] } = { readable: [], writable: [] };
  for (const kind of ['readable', 'writable'] as const) {
    for (const path of chosen[kind]) {
      const judged = await judge(path, kind === 'writable');
      if ('problem' in judged) return { ok: false, path, problem: judged.problem };
      lists[kind].push(judged.real);
    }
  }
  return { ok: true, ...lists };
}
