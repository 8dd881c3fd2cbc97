import type { Assignment, Word, WordPart } from 'unbash';
import type { CommandWord } from './description.ts';

/** A `~` that the shell may replace with a home folder: at the beginning, or after `=` or `:` (bash, Tilde Expansion). */
const tilde = /(?:^|[=:])~/;
/** What every shell that we know of hands on as it is written. */
const alikeEverywhere = /^(?:[A-Za-z0-9_./:@+-]+|"[A-Za-z0-9_ ./:@+-]+")$/;

/** What the shell makes of a word, as the person who reads it would have to know to say what runs. */
export function resolveWord(word: Word, shell: 'bash' | 'unknown'): CommandWord {
  const value = shell === 'unknown' && !alikeEverywhere.test(word.text) ? null : valueOf(word);
  return { text: word.text, value, hint: value ?? word.value };
}

/** `NAME=value` as a word of its own, as `export` and `env` are given it. */
export function resolveAssignment(assignment: Assignment, shell: 'bash' | 'unknown'): CommandWord {
  const { value, name, append, index } = assignment;
  const known = value.type === 'Word' && append !== true && index === undefined && shell === 'bash' && !value.text.startsWith('~') ? valueOf(value) : null;
  return { text: assignment.text, value: known === null ? null : `${name}=${known}`, hint: known === null ? assignment.text : `${name}=${known}` };
}

/** A word that is handed to a program as it is, or to a shell that nobody knows. */
export function givenWord(word: string, shell: 'bash' | 'unknown'): CommandWord {
  return { text: word, value: shell === 'unknown' && !alikeEverywhere.test(word) ? null : word, hint: word };
}

/** Braces that bash may expand; it reads some that the parser takes for letters. */
function mayExpandBraces(text: string): boolean {
  const [open, close] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (open === -1 || close < open) return false;
  const inside = text.slice(open, close);
  return inside.includes(',') || inside.includes('..');
}

/** Whether what stands outside of quotes is handed on as it is; a sign that ends words, in the midst of one, was read otherwise than bash does. */
function isPlain(text: string): boolean {
  return !tilde.test(text) && !/[<>()|&;]/.test(text.replaceAll(/\\[^]/g, ''));
}

function valueOf(word: Word): string | null {
  const { parts } = word;
  if (mayExpandBraces(parts === undefined ? word.text : parts.map((part) => (part.type === 'Literal' ? part.text : '_')).join(''))) return null;
  if (parts === undefined) return isPlain(word.text) ? word.value : null;
  let value = '';
  for (const part of parts) {
    const known = partValue(part);
    if (known === null) return null;
    value += known;
  }
  return value;
}

function partValue(part: WordPart): string | null {
  switch (part.type) {
    case 'Literal':
      return isPlain(part.text) ? part.value : null;
    case 'SingleQuoted':
      return part.value;
    case 'AnsiCQuoted':
      // Bash ends it at a NUL; nothing honest has one.
      return part.value.includes('\0') ? null : part.value;
    case 'DoubleQuoted': {
      let value = '';
      for (const child of part.parts) {
        if (child.type !== 'Literal') return null;
        value += child.value;
      }
      return value;
    }
    // Translated by whatever catalog the environment names.
    case 'LocaleString':
    case 'Glob':
    case 'ExtendedGlob':
    case 'BraceExpansion':
    case 'SimpleExpansion':
    case 'ParameterExpansion':
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
    case 'ProcessSubstitution':
      return null;
  }
}

/** The words as a shell would read them again, each exactly: safe words bare, others in single quotes. */
export function quoteWords(words: readonly string[]): string {
  return words.map((word) => (/^[A-Za-z0-9_./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
