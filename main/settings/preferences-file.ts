import { chmod, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Message } from '../../preload/contract.ts';
import { say } from '../model/say.ts';

const name = 'preferences';

/** A file of JSON values by key; every `set` is on disk, whole, when it returns. */
export interface PreferencesFile {
  get(key: string): unknown;
  /** False when it could not be written; then nothing changed. */
  set(key: string, value: unknown): boolean;
}

export interface OpenedPreferences {
  readonly file: PreferencesFile;
  readonly problems: readonly Message[];
}

/**
 * Opens `preferences.json` (mode 0600) in an absolute folder. A file that is no JSON object is moved aside under a new name
 * and told about; where even that fails, values are kept for this session only.
 */
export async function openPreferencesFile(dir: string, now: () => number): Promise<OpenedPreferences> {
  const problems: Message[] = [];
  const path = join(dir, `${name}.json`);
  const state = await look(path);
  if (state === 'damaged') {
    const aside = `${name}-damaged-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}.json`;
    try {
      await rename(path, join(dir, aside));
    } catch {
      return { file: memoryFile(), problems: [say('settings.problem.unreadable')] };
    }
    problems.push(say('settings.problem.corrupt', { file: aside }));
  }
  if (state === 'good') {
    // conf sets the mode only of files that it writes; one restored from a backup may be open to others.
    await chmod(path, 0o600).catch(() => undefined);
  }
  const file = await storeFile(dir);
  return file === null ? { file: memoryFile(), problems: [...problems, say('settings.problem.unreadable')] } : { file, problems };
}

async function look(path: string): Promise<'absent' | 'good' | 'damaged'> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? 'good' : 'damaged';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'absent' : 'damaged';
  }
}

async function storeFile(dir: string): Promise<PreferencesFile | null> {
  // electron-store imports `electron`, whose npm stub would look for its binary in plain Node.
  if (process.versions['electron'] === undefined) process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= '/nonexistent';
  const { default: Store } = await import('electron-store');
  try {
    const store = new Store<Record<string, unknown>>({ cwd: dir, name, configFileMode: 0o600, accessPropertiesByDotNotation: false });
    // conf reads the file again at every `get`; this app is its one writer, and a disk that went away must not stop it.
    let values = { ...store.store };
    return {
      get: (key) => values[key],
      set(key, value) {
        const next = { ...values, [key]: value };
        try {
          store.store = next;
        } catch {
          return false;
        }
        values = next;
        return true;
      },
    };
  } catch {
    return null;
  }
}

function memoryFile(): PreferencesFile {
  const values = new Map<string, unknown>();
  return {
    get: (key) => values.get(key),
    set(key, value) {
      values.set(key, value);
      return true;
    },
  };
}
