import { ImapSyntaxError, inSet, text, type Token } from './imap-reader.ts';
import type { Folder, StoredMessage } from './mail-store.ts';

type Test = (message: StoredMessage, sequence: number) => boolean;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayMilliseconds = 86_400_000;

/** `6-Jul-2026` as the UTC day it names. */
function day(word: string): number {
  const [, date = '', month = '', year = ''] = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(word) ?? [];
  const index = months.indexOf(month.toLowerCase());
  if (index === -1) throw new ImapSyntaxError('Not a date.');
  return Date.UTC(Number(year), index, Number(date));
}

const utf8 = (word: string): string => Buffer.from(word, 'latin1').toString('utf8').toLowerCase();
const flags: Readonly<Record<string, string>> = { SEEN: '\\Seen', ANSWERED: '\\Answered', DELETED: '\\Deleted', DRAFT: '\\Draft', FLAGGED: '\\Flagged' };

function contains(pick: (message: StoredMessage) => string, word: string): Test {
  const sought = utf8(word);
  return (message) => pick(message).toLowerCase().includes(sought);
}

function onDay(pick: (message: StoredMessage) => Date | null, word: string, compare: (time: number, from: number) => boolean): Test {
  const from = day(word);
  return (message) => {
    const at = pick(message)?.getTime();
    return at !== undefined && compare(at, from);
  };
}

const received = (message: StoredMessage): Date => message.receivedAt;
const sent = (message: StoredMessage): Date | null => message.words.date;
const isSince = (time: number, from: number): boolean => time >= from;
const isBefore = (time: number, from: number): boolean => time < from;
const isOn = (time: number, from: number): boolean => time >= from && time < from + dayMilliseconds;
const everything = ({ words, raw }: StoredMessage): string => [words.from, words.to, words.cc, words.subject, words.body, raw.subarray(0, 65_536).toString('utf8')].join('\n');

/** Reads one search key (RFC 3501, 6.4.4) off the front of the words. */
function key(words: Token[], folder: Folder): Test {
  const word = words.shift();
  if (word === undefined) throw new ImapSyntaxError('A search key is missing.');
  if (typeof word !== 'string') return all([...word], folder);
  const name = word.toUpperCase();
  const next = (): string => text(words.shift());
  const positive = flags[name];
  if (positive !== undefined) return (message) => message.flags.has(positive);
  const negative = name.startsWith('UN') ? flags[name.slice(2)] : undefined;
  if (negative !== undefined) return (message) => !message.flags.has(negative);
  switch (name) {
    case 'ALL':
      return () => true;
    case 'FROM':
      return contains((message) => message.words.from, next());
    case 'TO':
      return contains((message) => message.words.to, next());
    case 'CC':
      return contains((message) => message.words.cc, next());
    case 'SUBJECT':
      return contains((message) => message.words.subject, next());
    case 'BODY':
      return contains((message) => message.words.body, next());
    case 'TEXT':
      return contains(everything, next());
    case 'SINCE':
      return onDay(received, next(), isSince);
    case 'BEFORE':
      return onDay(received, next(), isBefore);
    case 'ON':
      return onDay(received, next(), isOn);
    case 'SENTSINCE':
      return onDay(sent, next(), isSince);
    case 'SENTBEFORE':
      return onDay(sent, next(), isBefore);
    case 'SENTON':
      return onDay(sent, next(), isOn);
    case 'UID': {
      const isIn = inSet(next(), folder.nextUid - 1);
      return (message) => isIn(message.uid);
    }
    case 'NOT': {
      const test = key(words, folder);
      return (message, sequence) => !test(message, sequence);
    }
    case 'OR': {
      const [first, second] = [key(words, folder), key(words, folder)];
      return (message, sequence) => first(message, sequence) || second(message, sequence);
    }
    default: {
      if (!/^[\d*]/.test(name)) throw new ImapSyntaxError('This search key is not known here.');
      const isIn = inSet(name, folder.messages.length);
      return (_message, sequence) => isIn(sequence);
    }
  }
}

function all(words: Token[], folder: Folder): Test {
  const tests: Test[] = [];
  while (words.length > 0) tests.push(key(words, folder));
  return (message, sequence) => tests.every((test) => test(message, sequence));
}

/** The messages that match, with their sequence numbers. */
export function search(words: readonly Token[], folder: Folder): readonly { readonly message: StoredMessage; readonly sequence: number }[] {
  const hasCharset = typeof words[0] === 'string' && words[0].toUpperCase() === 'CHARSET';
  const test = all(hasCharset ? words.slice(2) : [...words], folder);
  return folder.messages.map((message, index) => ({ message, sequence: index + 1 })).filter(({ message, sequence }) => test(message, sequence));
}
