import { z } from 'zod';
import { rulesProfile, settings, type Message, type RulesProfile, type Settings } from '../../preload/contract.ts';
import { say } from '../model/say.ts';

export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  answerWithinSeconds: 300,
  clientWaitSeconds: 50,
  sendHoldSeconds: 10,
  payHoldSeconds: 10,
  deleteHoldSeconds: 10,
  openAtLogin: false,
  signOutOnLock: false,
  notifications: true,
  ownDomains: [],
  workDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  workStart: '07:00',
  workEnd: '20:00',
  watchReads: [],
  attachmentFolders: [],
  proxy: 'system',
  noProxy: [],
  caFile: '',
  allowedHosts: [],
  deniedHosts: [],
  isFirstRunDone: false,
};

export const defaultProfile: RulesProfile = 'balanced';

/**
 * The person's choice for one tool. `rule` is a `ToolRule`, or whatever else the file holds: such a rule is passed on, so
 * that the policy refuses instead of forgetting it.
 */
export const storedToolRule = z.object({ connection: z.string(), tool: z.string(), rule: z.string(), createdAt: z.number() });
export type StoredToolRule = z.infer<typeof storedToolRule>;

const pixel = z.number().int().min(-100_000).max(100_000);
const extent = z.number().int().min(1).max(100_000);
/** Where a window stood, in device-independent pixels. */
export const windowPlace = z.object({ x: pixel, y: pixel, width: extent, height: extent, isMaximized: z.boolean() });
export type WindowPlace = z.infer<typeof windowPlace>;

/** What the preferences file holds, one entry for each of its keys; `undefined` where it holds nothing. */
export interface RawPreferences {
  readonly settings: unknown;
  readonly rulesProfile: unknown;
  readonly toolRules: unknown;
  readonly windowPlaces: unknown;
}

export interface StoredSettings {
  /** The person's own choices only. */
  readonly settings: Partial<Settings>;
  readonly rulesProfile: RulesProfile | null;
  readonly toolRules: readonly StoredToolRule[];
  readonly windowPlaces: Readonly<Record<string, WindowPlace>>;
  /** What could not be used; it stays in the file. */
  readonly problems: readonly Message[];
}

/** Reads each value by itself: one that does not fit costs that value alone. Pure; never throws. */
export function readStored(raw: RawPreferences): StoredSettings {
  const problems: Message[] = [];
  const setAside = (key: string): void => void problems.push(say('settings.problem.setAside', { key }));

  const chosen: [string, unknown][] = [];
  for (const [key, value] of Object.entries(asRecord(raw.settings, () => setAside('settings')))) {
    const schema = isSettingKey(key) ? settings.shape[key] : undefined;
    const parsed = schema?.safeParse(value);
    // A key of a newer version is no damage: it waits in the file.
    if (parsed === undefined) continue;
    if (parsed.success) chosen.push([key, parsed.data]);
    else setAside(key);
  }

  const profile = rulesProfile.safeParse(raw.rulesProfile);
  if (!profile.success && raw.rulesProfile !== undefined) setAside('rulesProfile');

  const entries: readonly unknown[] = Array.isArray(raw.toolRules) ? raw.toolRules : [];
  if (!Array.isArray(raw.toolRules) && raw.toolRules !== undefined) setAside('toolRules');
  const rules = entries.map((entry) => storedToolRule.safeParse(entry));
  const unreadable = rules.filter(({ success }) => !success).length;
  if (unreadable > 0) problems.push(say('settings.problem.rule', { count: unreadable }));

  const places: [string, WindowPlace][] = [];
  for (const [key, value] of Object.entries(asRecord(raw.windowPlaces, () => undefined))) {
    const place = windowPlace.safeParse(value);
    // A lost window place is not worth a word: the window opens in the middle.
    if (place.success) places.push([key, place.data]);
  }

  return {
    settings: Object.fromEntries(chosen),
    rulesProfile: profile.success ? profile.data : null,
    toolRules: rules.flatMap(({ data }) => (data === undefined ? [] : [data])),
    windowPlaces: Object.fromEntries(places),
    problems,
  };
}

export function isSettingKey(key: string): key is keyof Settings {
  return Object.hasOwn(settings.shape, key);
}

/** A record's own entries; empty, after telling so, for anything else. */
export function asRecord(value: unknown, tell: () => void): Record<string, unknown> {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  tell();
  return {};
}
