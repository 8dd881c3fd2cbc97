import type { JsonValue } from '../model/json.ts';
import type { EditedEvent, IntentEvent } from './event.ts';

/** The most characters of an action's arguments that can be found by searching. */
const searchableArguments = 65_536;

/** Scripts written without spaces: each character becomes a word, so that any part of a sentence can be found. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** Letters that are no accented form of another, but that people search for without. FTS5 takes the accents off itself. */
const plainLetters: Readonly<Record<string, string>> = { ß: 'ss', ẞ: 'ss', æ: 'ae', Æ: 'ae', œ: 'oe', Œ: 'oe', ø: 'o', Ø: 'o', ł: 'l', Ł: 'l', đ: 'd', Đ: 'd', ı: 'i' };

/** What FTS5's `unicode61` makes words of: letters, numbers, private use. */
const wordCharacter = /[\p{L}\p{N}\p{Co}]/u;

/** The text of an action in the columns of the index, in their order. */
export interface SearchableText {
  readonly people: string;
  readonly subject: string;
  readonly tool: string;
  readonly agent: string;
  readonly connection: string;
  readonly arguments: string;
}

/** With what a person made of it: what was asked for is found, and what was done. */
export function searchableText(intent: IntentEvent, edits: readonly EditedEvent[] = []): SearchableText {
  const all = [intent, ...edits].map(({ facts }) => facts);
  const people = all.flatMap((facts) => [...(facts.recipients ?? []).map(({ address }) => address), facts.account ?? '']);
  const subject = all.flatMap((facts) => [facts.subject ?? '', facts.query ?? '', ...(facts.attachments ?? []).map(({ name }) => name)]);
  const typed = edits.flatMap(({ changes }) => changes.map(({ after }) => after));
  return {
    people: spread(people.join('\n')),
    subject: spread(subject.join('\n')),
    tool: spread(`${intent.tool}\n${intent.tool.replaceAll(/[_.\-/]/g, ' ')}`),
    agent: spread(intent.agent.name),
    connection: spread(intent.connection.name),
    arguments: spread(leaves(typed.length === 0 ? intent.arguments : [intent.arguments, ...typed])),
  };
}

/**
 * What a person typed as an FTS5 expression: every word must occur, the last one by its beginning. Each word is a quoted
 * phrase, so nothing in it is FTS5 syntax. Undefined when nothing was typed, null when nothing in it can be found.
 */
export function matchExpression(text: string): string | null | undefined {
  const words = text.toWellFormed().replaceAll('\0', ' ').split(/\s+/u).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  const phrases = words.filter((word) => wordCharacter.test(word)).map((word) => `"${spread(word).replaceAll('"', '""')}"`);
  return phrases.length === 0 ? null : `${phrases.join(' ')} *`;
}

function spread(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(unspaced, ' $& ')
    .replaceAll(/[ßẞæÆœŒøØłŁđĐı]/gu, (letter) => plainLetters[letter] ?? letter);
}

/** The values, not the keys: what a person would remember of it. */
function leaves(value: JsonValue): string {
  const found: string[] = [];
  const rest: JsonValue[] = [value];
  let length = 0;
  while (rest.length > 0 && length < searchableArguments) {
    const next = rest.pop();
    if (typeof next === 'string' || typeof next === 'number') {
      const text = String(next).slice(0, searchableArguments - length);
      found.push(text);
      length += text.length + 1;
    } else if (typeof next === 'object' && next !== null) {
      for (const child of Object.values<JsonValue>(next).toReversed()) rest.push(child);
    }
  }
  return found.join('\n');
}
