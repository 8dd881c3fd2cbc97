import type { ActivityEntry, ActivityPage } from '../../preload/contract.ts';

export interface Loaded {
  readonly entries: readonly ActivityEntry[];
  /** Where the record goes on after the last entry; null at its end. */
  readonly next: string | null;
}

/** Adds a further page. An entry that is there already is not shown twice. */
export function appendPage(loaded: Loaded, page: ActivityPage): Loaded {
  const known = new Set(loaded.entries.map(({ action }) => action));
  return { entries: [...loaded.entries, ...page.entries.filter(({ action }) => !known.has(action))], next: page.next };
}

/**
 * Lays a fresh first page over what is loaded: new entries come in front, known ones take their new state, and what was
 * loaded further down stays, so that the reader keeps their place. Where more was added than a page holds, the two do not
 * meet and the fresh page starts the list anew.
 */
export function mergeFirstPage(loaded: Loaded, page: ActivityPage): Loaded {
  if (page.next === null) return page;
  const fresh = new Set(page.entries.map(({ action }) => action));
  const last = loaded.entries.findLastIndex(({ action }) => fresh.has(action));
  if (last === -1) return page;
  const older = loaded.entries.slice(last + 1);
  return older.length === 0 ? page : { entries: [...page.entries, ...older], next: loaded.next };
}

/** Entries that are still open, further down than the first page reaches: they have to be read one by one. */
export function openBelow(loaded: Loaded, page: ActivityPage): readonly ActivityEntry[] {
  const fresh = new Set(page.entries.map(({ action }) => action));
  return loaded.entries.filter(
    ({ action, progress }) => !fresh.has(action) && (progress === 'waiting' || progress === 'held' || progress === 'doing'),
  );
}

/** Puts entries in the place of their earlier state. */
export function replaceEntries(loaded: Loaded, entries: readonly ActivityEntry[]): Loaded {
  if (entries.length === 0) return loaded;
  const byAction = new Map(entries.map((entry) => [entry.action, entry]));
  return { ...loaded, entries: loaded.entries.map((entry) => byAction.get(entry.action) ?? entry) };
}
