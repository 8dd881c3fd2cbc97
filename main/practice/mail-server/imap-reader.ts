/** One word of a command, or a parenthesized list of them. Strings hold bytes (latin1). */
export type Token = string | readonly Token[];

export interface ImapCommand {
  readonly tag: string;
  readonly name: string;
  readonly words: readonly Token[];
}

const longestLine = 64 * 1024;
const longestLiteral = 60 * 1024 * 1024;

/** Thrown for input that is no IMAP; the session answers BAD and goes on, or ends when it cannot know where it is. */
export class ImapSyntaxError extends Error {
  override readonly name = 'ImapSyntaxError';
}

interface Cursor {
  readonly text: string;
  at: number;
}

function quoted(cursor: Cursor): string {
  let value = '';
  for (cursor.at += 1; cursor.at < cursor.text.length; cursor.at += 1) {
    const character = cursor.text[cursor.at];
    if (character === '"') {
      cursor.at += 1;
      return value;
    }
    if (character === '\\') cursor.at += 1;
    value += cursor.text[cursor.at] ?? '';
  }
  throw new ImapSyntaxError('A quoted string has no end.');
}

/** An atom; what stands in brackets belongs to it: `BODY.PEEK[HEADER.FIELDS (FROM TO)]<0.100>`. */
function atom(cursor: Cursor): string {
  const match = /(?:\[[^\]]*\]|[^ ()"[\r\n])+/y;
  match.lastIndex = cursor.at;
  const value = match.exec(cursor.text)?.[0];
  if (value === undefined) throw new ImapSyntaxError('Not understood.');
  cursor.at += value.length;
  return value;
}

function tokens(cursor: Cursor, literals: Buffer[], isList: boolean, depth = 0): readonly Token[] {
  if (depth > 20) throw new ImapSyntaxError('Too many parentheses.');
  const found: Token[] = [];
  while (cursor.at < cursor.text.length) {
    const character = cursor.text[cursor.at];
    if (character === ' ') {
      cursor.at += 1;
    } else if (character === ')') {
      if (!isList) throw new ImapSyntaxError('A parenthesis too many.');
      cursor.at += 1;
      return found;
    } else if (character === '(') {
      cursor.at += 1;
      found.push(tokens(cursor, literals, true, depth + 1));
    } else if (character === '"') {
      found.push(quoted(cursor));
    } else if (character === '\0') {
      cursor.at += 1;
      found.push(literals.shift()?.toString('latin1') ?? '');
    } else {
      found.push(atom(cursor));
    }
  }
  if (isList) throw new ImapSyntaxError('A parenthesis is missing.');
  return found;
}

/** Cuts a stream of bytes into commands (RFC 3501, section 2.2), literals included. */
export class ImapReader {
  #buffer: Buffer = Buffer.alloc(0);
  #line = '';
  #literals: Buffer[] = [];
  #literalLeft: number | null = null;
  readonly #onContinue: () => void;

  /** `onContinue` is called when the client waits to be asked for a literal. */
  constructor(onContinue: () => void) {
    this.#onContinue = onContinue;
  }

  /** Takes bytes and returns the raw lines that are complete, each with its literals. Throws an `ImapSyntaxError`. */
  take(chunk: Buffer): readonly { readonly line: string; readonly literals: Buffer[] }[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const complete: { line: string; literals: Buffer[] }[] = [];
    for (;;) {
      if (this.#literalLeft !== null) {
        if (this.#buffer.length < this.#literalLeft) return complete;
        this.#literals.push(this.#buffer.subarray(0, this.#literalLeft));
        this.#buffer = this.#buffer.subarray(this.#literalLeft);
        this.#literalLeft = null;
      }
      const end = this.#buffer.indexOf('\n');
      if (end === -1) {
        if (this.#buffer.length > longestLine) throw new ImapSyntaxError('The line is too long.');
        return complete;
      }
      const part = this.#buffer.subarray(0, end).toString('latin1').replace(/\r$/, '');
      this.#buffer = this.#buffer.subarray(end + 1);
      const literal = /\{(\d{1,10})(\+?)\}$/.exec(part);
      if (part.includes('\0') || this.#line.length + part.length > longestLine) throw new ImapSyntaxError('The line is not understood.');
      if (literal === null) {
        complete.push({ line: this.#line + part, literals: this.#literals });
        this.#line = '';
        this.#literals = [];
      } else {
        this.#literalLeft = Number(literal[1]);
        if (this.#literalLeft > longestLiteral || this.#literals.length > 20) throw new ImapSyntaxError('The literal is too long.');
        // A NUL cannot be in a command, so it can stand for the literal.
        this.#line += `${part.slice(0, literal.index)}\0`;
        if (literal[2] === '') this.#onContinue();
      }
    }
  }
}

export function parseCommand(line: string, literals: Buffer[]): ImapCommand {
  const [tag, name, ...words] = tokens({ text: line, at: 0 }, literals, false);
  if (typeof tag !== 'string' || typeof name !== 'string' || !/^[A-Za-z0-9.]{1,50}$/.test(tag)) throw new ImapSyntaxError('A command is a tag and a name.');
  const isUid = name.toUpperCase() === 'UID' && typeof words[0] === 'string';
  return isUid ? { tag, name: `UID ${String(words[0]).toUpperCase()}`, words: words.slice(1) } : { tag, name: name.toUpperCase(), words };
}

/** The numbers a set like `1,3:5,7:*` names, of those that exist. */
export function inSet(set: string, highest: number): (value: number) => boolean {
  const ranges = set.split(',').map((part) => {
    const [from = '', to = from] = part.split(':');
    const [low, high] = [from, to].map((end) => (end === '*' ? highest : Number(end)));
    if (low === undefined || high === undefined || !Number.isInteger(low) || !Number.isInteger(high)) throw new ImapSyntaxError('Not a set of messages.');
    return [Math.min(low, high), Math.max(low, high)] as const;
  });
  return (value) => ranges.some(([low, high]) => value >= low && value <= high);
}

export function text(token: Token | undefined): string {
  if (typeof token !== 'string') throw new ImapSyntaxError('A word is missing.');
  return token;
}

/** The words of a list, or the one word. */
export function list(token: Token | undefined): readonly string[] {
  if (token === undefined) throw new ImapSyntaxError('A list is missing.');
  return typeof token === 'string' ? [token] : token.map(text);
}
