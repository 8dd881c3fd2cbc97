import { isAbsolute } from 'node:path';
import { settings as settingsSchema, type CallInput, type Message, type Result, type RulesProfile, type Settings, type ToolRule } from '../../preload/contract.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { readHostPattern } from '../model/host-pattern.ts';
import { say } from '../model/say.ts';
import { openPreferencesFile } from './preferences-file.ts';
import {
  asRecord,
  defaultProfile,
  defaultSettings,
  isSettingKey,
  readStored,
  storedToolRule,
  windowPlace,
  type StoredSettings,
  type StoredToolRule,
  type WindowPlace,
} from './stored-settings.ts';

/** The organization's part: values, and the keys among them that the person cannot change. */
export interface ManagedPreferences {
  readonly settings: CallInput<'updateSettings'>;
  readonly rulesProfile: RulesProfile | null;
  readonly locks: readonly string[];
}

export type SettingsChange = 'settings' | 'rules';

export interface SettingsService {
  /** What is in force: the organization's locked values, then the person's, then the organization's, then the defaults. */
  get(): Settings;
  /** Changes some preferences, all or none; refused for a locked key (`settings.problem.locked`) or a value that does not fit. */
  update(changes: CallInput<'updateSettings'>): Result<null>;
  /** Preferences that the organization fixed. */
  lockedKeys(): readonly (keyof Settings)[];
  rulesProfile(): { readonly profile: RulesProfile; readonly isLocked: boolean };
  setRulesProfile(profile: RulesProfile): Result<null>;
  /** The person's choices for single tools, oldest first. */
  toolRules(): readonly StoredToolRule[];
  /** One choice for one tool; `rule: null` takes it back. */
  setToolRule(choice: { readonly connection: string; readonly tool: string; readonly rule: ToolRule | null }): Result<null>;
  windowPlace(window: string): WindowPlace | undefined;
  /** Window places are a convenience: one that cannot be saved is forgotten. */
  setWindowPlace(window: string, place: WindowPlace): void;
  setManaged(managed: ManagedPreferences | null): void;
  /** What could not be read, in words for the person. */
  problems(): readonly Message[];
  onChange(listener: (change: SettingsChange) => void): Dispose;
}

export interface SettingsOptions {
  /** The app's state folder, absolute. */
  readonly dir: string;
  readonly managed: ManagedPreferences | null;
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

/** Opens the preferences. Holds no secret; the file is the person's alone (mode 0600). */
export async function openSettings({ dir, managed: initiallyManaged, now = Date.now }: SettingsOptions): Promise<SettingsService> {
  const { file, problems: fileProblems } = await openPreferencesFile(dir, now);
  const changes = new Emitter<SettingsChange>();
  let managed = initiallyManaged;
  let stored: StoredSettings = read();

  function read(): StoredSettings {
    const [settings, rulesProfile, toolRules, windowPlaces] = ['settings', 'rulesProfile', 'toolRules', 'windowPlaces'].map((key) => file.get(key));
    return readStored({ settings, rulesProfile, toolRules, windowPlaces });
  }

  function write(key: string, value: unknown, change: SettingsChange | null): Result<null> {
    if (!file.set(key, value)) return { ok: false, problem: say('settings.problem.notSaved') };
    stored = read();
    if (change !== null) changes.emit(change);
    return { ok: true, value: null };
  }

  const isLocked = (key: string): boolean => managed?.locks.includes(key) ?? false;

  function get(): Settings {
    const given = definedEntries(managed?.settings ?? {});
    const fixed = Object.fromEntries(Object.entries({ ...defaultSettings, ...given }).filter(([key]) => isLocked(key)));
    return settingsSchema.parse({ ...defaultSettings, ...given, ...stored.settings, ...fixed });
  }

  return {
    get,

    update(wanted) {
      const current = get();
      const changed = Object.entries(definedEntries(wanted)).filter(([key, value]) => !isSettingKey(key) || !isSame(current[key], value));
      if (changed.some(([key]) => isLocked(key))) return { ok: false, problem: say('settings.problem.locked') };
      const parsed = settingsSchema.partial().strict().safeParse(Object.fromEntries(changed));
      if (!parsed.success) return { ok: false, problem: say('settings.problem.invalid') };
      if (parsed.data.attachmentFolders?.some((folder) => !isAbsolute(folder)) === true) {
        return { ok: false, problem: say('settings.problem.folder', { example: process.platform === 'win32' ? 'C:\\Shared' : '/home/shared' }) };
      }
      const wrong = [...(parsed.data.allowedHosts ?? []), ...(parsed.data.deniedHosts ?? [])].find((entry) => !readHostPattern(entry).ok);
      if (wrong !== undefined) return { ok: false, problem: say('settings.problem.host', { entry: wrong }) };
      if (changed.length === 0) return { ok: true, value: null };
      return write('settings', { ...asRecord(file.get('settings'), () => undefined), ...parsed.data }, 'settings');
    },

    lockedKeys: () => settingsSchema.keyof().options.filter(isLocked),

    rulesProfile() {
      const given = managed?.rulesProfile ?? defaultProfile;
      const locked = isLocked('rulesProfile');
      return { profile: locked ? given : (stored.rulesProfile ?? given), isLocked: locked };
    },

    setRulesProfile(profile) {
      if (isLocked('rulesProfile')) return { ok: false, problem: say('settings.problem.locked') };
      return write('rulesProfile', profile, 'rules');
    },

    toolRules: () => stored.toolRules,

    setToolRule({ connection, tool, rule }) {
      const kept = asList(file.get('toolRules')).filter((entry) => {
        const other = storedToolRule.safeParse(entry);
        return !other.success || other.data.connection !== connection || other.data.tool !== tool;
      });
      return write('toolRules', rule === null ? kept : [...kept, { connection, tool, rule, createdAt: now() }], 'rules');
    },

    windowPlace: (window) => (Object.hasOwn(stored.windowPlaces, window) ? stored.windowPlaces[window] : undefined),

    setWindowPlace(window, place) {
      const parsed = windowPlace.safeParse(place);
      if (parsed.success) write('windowPlaces', { ...stored.windowPlaces, [window]: parsed.data }, null);
    },

    setManaged(next) {
      managed = next;
      changes.emit('settings');
      changes.emit('rules');
    },

    problems: () => [...fileProblems, ...stored.problems],
    onChange: (listener) => changes.on(listener),
  };
}

function definedEntries(values: CallInput<'updateSettings'>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Preferences are JSON values, so their text tells. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
