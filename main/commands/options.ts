import type { CommandWord } from './description.ts';

/** The options of a program that take a value of their own: letters, and long names without dashes. */
export interface ValuedOptions {
  readonly short: string;
  readonly long: readonly string[];
}

export const noOptions: ValuedOptions = { short: '', long: [] };

/** How many words after this one belong to it. */
function following(option: string, { short, long }: ValuedOptions): number {
  if (option.startsWith('--')) {
    const name = option.slice(2);
    // Programs take a long name that is cut short, too.
    return !name.includes('=') && name !== '' && long.some((one) => one.startsWith(name)) ? 1 : 0;
  }
  const at = option.split('').findIndex((letter, index) => index > 0 && short.includes(letter));
  return at === option.length - 1 ? 1 : 0;
}

/** Where the first word stands that is no option and no value of one. */
export function firstOperand(words: readonly CommandWord[], valued: ValuedOptions): number {
  let at = 0;
  while (at < words.length) {
    const word = words[at]?.hint ?? '';
    if (word === '--') return at + 1;
    if (!word.startsWith('-') || word === '-') return at;
    at += 1 + following(word, valued);
  }
  return at;
}

/** All words that are no option and no value of one, wherever they stand. */
export function operandsOf(words: readonly CommandWord[], valued: ValuedOptions = noOptions): readonly CommandWord[] {
  const operands: CommandWord[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at];
    if (word === undefined) break;
    if (word.hint === '--') return [...operands, ...words.slice(at + 1)];
    if (word.hint.startsWith('-') && word.hint !== '-') at += following(word.hint, valued);
    else operands.push(word);
    at += 1;
  }
  return operands;
}

/** Whether an option is there: a letter, in a cluster too, or one of the long names, cut short or not. */
export function hasOption(words: readonly CommandWord[], short: string, long: readonly string[] = []): boolean {
  for (const { hint } of words) {
    if (hint === '--') return false;
    if (hint.startsWith('--')) {
      const [name = ''] = hint.slice(2).split('=');
      if (name.length > 1 && long.some((one) => one.startsWith(name))) return true;
    } else if (hint.startsWith('-') && short.split('').some((letter) => hint.includes(letter, 1))) return true;
  }
  return false;
}

/** The values of an option, written `-o x`, `-ox`, `--output x` or `--output=x`. */
export function optionValues(words: readonly CommandWord[], short: string, long: readonly string[]): readonly CommandWord[] {
  const values: CommandWord[] = [];
  for (const [at, word] of words.entries()) {
    const { hint } = word;
    const next = words[at + 1];
    if (hint.startsWith('--')) {
      const equals = hint.indexOf('=');
      const name = hint.slice(2, equals === -1 ? undefined : equals);
      if (name.length < 2 || !long.some((one) => one.startsWith(name))) continue;
      if (equals !== -1) values.push(cut(word, equals + 1));
      else if (next) values.push(next);
    } else if (/^-[^-]/.test(hint)) {
      const found = hint.split('').findIndex((letter, index) => index > 0 && short.includes(letter));
      if (found === -1) continue;
      if (found < hint.length - 1) values.push(cut(word, found + 1));
      else if (next) values.push(next);
    }
  }
  return values;
}

/** The rest of a word. */
export function cut(word: CommandWord, from: number): CommandWord {
  return { text: word.hint.slice(from), value: word.value === null ? null : word.value.slice(from), hint: word.hint.slice(from) };
}
