import type { EditField, EditProblem, FieldEdit, Message } from '../../preload/contract.ts';
import type { ActionProfile, ArgumentChange, EditableField, Facts } from '../model/action.ts';
import { parseAddress } from '../model/address.ts';
import { disarm, disarmLine } from '../model/disarm.ts';
import { valueAt, withValueAt } from '../model/json-pointer.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { say } from '../model/say.ts';
import type { UpstreamTool } from '../model/upstream.ts';

/** A field that may be changed, with what stands there and what the tool's own schema says of it. */
export interface FieldHere {
  readonly field: EditableField;
  readonly form: 'list' | 'text' | 'number';
  /** Undefined: nothing stands there yet. */
  readonly value: JsonValue | undefined;
  readonly schema: JsonObject;
  /** What a choice is made among: what the agent itself sent. */
  readonly options: readonly string[];
}

/** A sign-in of ours is shown to nobody, and a person cannot change what they do not see. */
export function mayBeEdited({ secrets }: Facts): boolean {
  return secrets?.includes('own') !== true;
}

/** The fields that the profile marks, as far as the arguments hold, or the schema wants, what a person can type there. */
export function editableFields(profile: ActionProfile | undefined, args: JsonObject, tool: UpstreamTool | null, sent: JsonObject = args): readonly FieldHere[] {
  return (profile?.editable ?? []).flatMap((field) => {
    const value = valueAt(args, field.at);
    const schema = schemaAt(tool?.inputSchema, field.at);
    const form = formOf(value, schema, field);
    return form === null || (field.kind === 'choice' && listOf(valueAt(sent, field.at)).length < 2) ? [] : [{ field, form, value, schema, options: field.kind === 'choice' ? listOf(valueAt(sent, field.at)) : [] }];
  });
}

function formOf(value: JsonValue | undefined, { type }: JsonObject, { kind }: EditableField): FieldHere['form'] | null {
  if (kind === 'choice') return Array.isArray(value) && value.every((entry: JsonValue) => typeof entry === 'string') ? 'list' : null;
  if (kind === 'people') {
    if (value === undefined) return type === 'array' ? 'list' : type === 'string' ? 'text' : null;
    if (Array.isArray(value)) return value.every((entry: JsonValue) => typeof entry === 'string') ? 'list' : null;
  }
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return kind === 'amount' ? 'number' : null;
  return value === undefined && type === 'string' && kind !== 'amount' && kind !== 'instant' ? 'text' : null;
}

/** The part of a schema that says what stands there; empty where it does not say it plainly. */
function schemaAt(schema: JsonValue | undefined, pointer: string): JsonObject {
  const way = pointer.split('/').slice(1).map((step) => `/properties/${step}`).join('');
  const found = schema === undefined ? undefined : valueAt(schema, way);
  return isJsonObject(found) ? found : {};
}

/** A field as a form has it: without the characters that nobody could see. */
export function toEditField({ field, form, value, schema, options }: FieldHere): EditField {
  const texts = listOf(value).map((text) => text.replaceAll(/\r\n?/g, '\n'));
  const shown = texts.map(withoutHidden);
  const hiddenCharacters = texts.reduce((sum, text, index) => sum + Array.from(text).length - Array.from(shown[index] ?? '').length, 0);
  return {
    at: field.at,
    ...(field.kind === 'choice' ? { options: [...options] } : {}),
    kind: field.kind === 'choice' ? 'choice' : form === 'list' ? 'people' : field.kind === 'people' ? 'line' : field.kind,
    label: field.label,
    value: form === 'list' ? shown : (shown[0] ?? ''),
    hiddenCharacters,
    longest: limit(schema, form === 'list' ? 'maxItems' : 'maxLength'),
  };
}

function withoutHidden(text: string): string {
  return Array.from(text).filter((character) => character === '\n' || character === '\t' || disarm(character) === character).join('');
}

function listOf(value: JsonValue | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(String) : [typeof value === 'string' ? value : JSON.stringify(value)];
}

/** The arguments with what the person typed, or what is wrong with it. Everything else is as it was. */
export function applyEdits(fields: readonly FieldHere[], args: JsonObject, edits: readonly FieldEdit[]): { readonly args: JsonObject } | { readonly problems: readonly EditProblem[] } {
  const problems: EditProblem[] = [];
  let changed = args;
  for (const { at, value } of edits) {
    const here = fields.find(({ field }) => field.at === at);
    const typed = here && read(here, value);
    if (here === undefined || typed === undefined) problems.push({ at: null, problem: say('edit.problem.notEditable') });
    else if ('problem' in typed) problems.push({ at, ...typed });
    else changed = withValueAt(changed, at, typed.value);
  }
  return problems.length > 0 ? { problems } : { args: changed };
}

type Read = { readonly value: JsonValue | undefined } | { readonly problem: Message; readonly entry?: number };

/** What was typed as the argument has it. Undefined: a list where a text is, or the other way round. */
function read({ field, form, value, schema, options }: FieldHere, typed: FieldEdit['value']): Read | undefined {
  if (form === 'list') {
    if (typeof typed === 'string') return undefined;
    // In the order they were sent, and nothing that was not.
    if (field.kind === 'choice') return typed.every((entry) => options.includes(entry)) && typed.length > 0 ? { value: options.filter((option) => typed.includes(option)) } : { problem: say('edit.problem.choice') };
    const entries = typed.map((entry) => entry.trim()).filter((entry) => entry !== '');
    const wrong = entries.findIndex((entry) => !parseAddress(entry).ok);
    if (wrong !== -1) return { problem: say('edit.problem.address', { text: disarmLine((entries[wrong] ?? '').slice(0, 100)) }), entry: wrong };
    return within(schema, entries.length, 'Items') ?? { value: entries.length === 0 && value === undefined ? undefined : entries };
  }
  if (typeof typed !== 'string') return undefined;
  if (form === 'number') {
    const number = /^-?\d{1,15}(?:\.\d{1,15})?$/.test(typed.trim()) ? Number(typed) : Number.NaN;
    return Number.isFinite(number) ? { value: number } : { problem: say('edit.problem.number') };
  }
  if (field.kind !== 'text' && /\p{Cc}|[\u{2028}\u{2029}]/u.test(typed)) return { problem: say('edit.problem.oneLine') };
  return within(schema, Array.from(typed).length, 'Length') ?? { value: typed === '' && value === undefined ? undefined : typed };
}

/** The limits of JSON Schema count code points. */
function within(schema: JsonObject, count: number, what: 'Items' | 'Length'): { readonly problem: Message } | undefined {
  const [least, most] = [limit(schema, `min${what}`), limit(schema, `max${what}`)];
  if (most !== null && count > most) return { problem: say(`edit.problem.most${what}`, { count, limit: most }) };
  if (least !== null && count < least) return { problem: say(`edit.problem.least${what}`, { count, limit: least }) };
  return undefined;
}

function limit(schema: JsonObject, name: string): number | null {
  const value = schema[name];
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

/** What the person changed of what the agent sent. */
export function changesOf(fields: readonly FieldHere[], original: JsonObject, args: JsonObject): readonly ArgumentChange[] {
  return fields.flatMap(({ field }) => {
    const [before, after] = [valueAt(original, field.at) ?? null, valueAt(args, field.at) ?? null];
    const { at, kind, label } = field;
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ at, kind, label, before, after }];
  });
}

/** Which field a sentence about arguments is about: such sentences begin with its place in quotation marks. */
export function fieldOf(fields: readonly FieldHere[], text: string): string | null {
  return fields.find(({ field }) => text.startsWith(`"${field.at.slice(1)}"`) || text.startsWith(`"${field.at.slice(1)}/`))?.field.at ?? null;
}
