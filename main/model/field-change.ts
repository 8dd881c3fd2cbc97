import type { FieldChange } from '../../preload/contract.ts';
import type { ArgumentChange } from './action.ts';
import { disarm, disarmLine } from './disarm.ts';
import type { JsonValue } from './json.ts';
import { diffLines } from './line-diff.ts';

/** A change of an argument as a person sees it: old and new, people who come and go, or text line by line. */
export function toFieldChange({ kind, label, before, after }: ArgumentChange): FieldChange {
  if (Array.isArray(before) || Array.isArray(after)) {
    const [old, next] = [listOf(before), listOf(after)];
    const [removed, added] = [without(old, next), without(next, old)];
    // The same entries in another order.
    if (removed.length + added.length === 0) return { kind: 'line', label, before: disarmLine(old.join(', ')), after: disarmLine(next.join(', ')) };
    return { kind: 'people', label, removed: removed.map(disarmLine), added: added.map(disarmLine) };
  }
  if (kind === 'text') {
    const text = (value: JsonValue): string => disarm((lineOf(value) ?? '').replaceAll(/\r\n?/g, '\n'));
    return { kind: 'text', label, lines: [...diffLines(text(before), text(after))] };
  }
  return { kind: 'line', label, before: shownLine(before), after: shownLine(after) };
}

function listOf(value: JsonValue): readonly string[] {
  return Array.isArray(value) ? value.map((entry: JsonValue) => lineOf(entry) ?? '') : [];
}

/** What is in the one list and not in the other; something that is there twice counts twice. */
function without(list: readonly string[], other: readonly string[]): readonly string[] {
  const left = [...other];
  return list.filter((entry) => {
    const index = left.indexOf(entry);
    if (index !== -1) left.splice(index, 1);
    return index === -1;
  });
}

function shownLine(value: JsonValue): string | null {
  const text = lineOf(value);
  return text === null ? null : disarmLine(text);
}

function lineOf(value: JsonValue): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
