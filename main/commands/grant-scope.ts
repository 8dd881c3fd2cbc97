import type { CommandDescription } from './description.ts';
import { liesIn } from './places.ts';
import { otherShells, shells, wrappers } from './wrappers.ts';

/** What a standing rule for a command may bind: exactly these words in exactly that folder. */
export interface CommandGrantScope {
  readonly argv: readonly string[];
  readonly folder: string;
}

/** Programs that change what later ones mean, or say nothing of what they do. */
const never = new Set(['eval', 'source', '.', 'cd', 'pushd', 'popd', 'export', 'read', 'getopts', 'umask', 'ulimit', 'wait', 'jobs', 'bg', 'fg', 'ssh', 'slogin', 'su', 'script']);

/**
 * Null where nothing may be bound: it is not fully known, more than one program, has a redirect, a wildcard, a substitution or a variable in
 * front; the program is an interpreter or starts others (`sh`, `python`, `make`, `npm`, `env`, `xargs`, `sudo`, `find -exec` …); it
 * may destroy something; it writes outside the folder; or the folder is not known.
 */
export function commandGrantScope({ simple, folder, isFullyKnown, dangers, programs, pathsWritten }: CommandDescription): CommandGrantScope | null {
  const [program] = programs;
  if (simple === null || !isFullyKnown || folder === null || !folder.startsWith('/') || program === undefined || programs.length !== 1) return null;
  const { name } = program;
  if (never.has(name) || shells.has(name) || otherShells.has(name) || Object.hasOwn(wrappers, name)) return null;
  if (dangers.length > 0 || !pathsWritten.every((place) => liesIn(place, folder))) return null;
  return { argv: simple, folder };
}
