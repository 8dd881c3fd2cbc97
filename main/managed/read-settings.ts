import type { z } from 'zod';
import { say } from '../model/say.ts';
import { managedSettings } from './managed-settings.ts';
import type { ManagedRead } from './managed-source.ts';

type Issue = z.core.$ZodIssue;

/** Reads managed settings from JSON text. `place` is told to the person: a path or a registry key. */
export function readSettingsText(text: string, place: string): ManagedRead {
  let value: unknown;
  try {
    // A byte order mark is what Windows editors put in front; JSON.parse does not take it.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { state: 'invalid', problem: say('managed.problem.json', { place, line: lineOf(text, error) }) };
  }
  return readSettings(value, place);
}

/** Reads managed settings from a value: invalid when any key is wrong, `ok` with remarks when keys are unknown. */
export function readSettings(value: unknown, place: string): ManagedRead {
  const first = managedSettings.safeParse(value);
  if (first.success) return { state: 'ok', settings: first.data, remarks: [] };
  const unknown = unknownKeys(first.error.issues);
  const parsed = managedSettings.safeParse(without(value, unknown));
  if (parsed.success) {
    return { state: 'ok', settings: parsed.data, remarks: unknown.map((path) => say('managed.remark.unknownKey', { place, key: showPath(path) })) };
  }
  const issue = parsed.error.issues[0];
  const key = showPath(issue?.path ?? []);
  if (key === '') return { state: 'invalid', problem: say('managed.problem.notAnObject', { place }) };
  return { state: 'invalid', problem: say('managed.problem.value', { place, key, detail: issue === undefined ? '' : detailOf(issue) }) };
}

/** V8 tells the place in its message, together with a piece of the text; only the place is kept. 0 when it tells none. */
function lineOf(text: string, error: unknown): number {
  const said = error instanceof Error ? error.message : '';
  const line = /line (\d+) column/.exec(said)?.[1];
  if (line !== undefined) return Number(line);
  return /end of JSON input/.test(said) ? text.split('\n').length : 0;
}

/** Union members report their issues inside; a discriminated union reports those of the member that was meant. */
function unknownKeys(issues: readonly Issue[]): PropertyKey[][] {
  return issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : []));
}

function without(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const path of paths) {
    let holder: unknown = copy;
    for (const step of path.slice(0, -1)) holder = isHolder(holder) ? holder[step] : undefined;
    const last = path.at(-1);
    if (isHolder(holder) && last !== undefined) delete holder[last];
  }
  return copy;
}

function isHolder(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}

/** `connections[1].imap.port`: how people write it. */
function showPath(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`)).join('');
}

/** What the value should be. Never repeats the value: it may be something that does not belong there. */
function detailOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return `should be ${nouns[issue.expected] ?? `a ${issue.expected}`}`;
  if (issue.code === 'invalid_value') return `should be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`;
  if (issue.code === 'too_big') return `should be at most ${issue.maximum}`;
  if (issue.code === 'too_small') return `should be at least ${issue.minimum}`;
  if (issue.code === 'invalid_union') return 'options' in issue && Array.isArray(issue.options) ? `should be ${listed(issue.options)}` : 'should be text or a list of lines';
  return issue.code === 'custom' ? issue.message : 'is not of the right form';
}

/** `"a", "b" or "c"` */
function listed(values: readonly unknown[]): string {
  const quoted = values.map((value) => `"${String(value)}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

const nouns: Partial<Record<string, string>> = { array: 'a list', object: 'an object', int: 'a whole number', string: 'text', boolean: 'true or false' };
