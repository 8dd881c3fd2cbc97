import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock } from '../../model/clock.ts';
import { fetchLine } from './imap-fetch.ts';
import { ImapReader, ImapSyntaxError, inSet, list, parseCommand, text, type ImapCommand, type Token } from './imap-reader.ts';
import { search } from './imap-search.ts';
import type { Folder, MailStore, StoredMessage } from './mail-store.ts';

export interface ImapAccess {
  readonly store: MailStore;
  readonly user: string;
  readonly password: string;
  readonly clock: Clock;
  /** One number for the life of the server. */
  readonly validity: number;
}

const capabilities = 'IMAP4rev1 LITERAL+ ID ENABLE UIDPLUS SPECIAL-USE AUTH=PLAIN SASL-IR';
const flagNames = '\\Seen \\Answered \\Flagged \\Deleted \\Draft';

/** A tagged NO. */
class ImapRefusal extends Error {
  override readonly name = 'ImapRefusal';
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * The server's side of an IMAP4rev1 session (RFC 3501), as much of it as reading, searching, appending and flagging need.
 * No part of it reaches the disk or another machine.
 */
export class ImapSession {
  readonly #access: ImapAccess;
  readonly #socket: Socket;
  readonly #reader: ImapReader;
  #queue: Promise<void> = Promise.resolve();
  #isSignedIn = false;
  #selected: { readonly folder: Folder; readonly isReadOnly: boolean } | undefined;
  /** The tag of an AUTHENTICATE that waits for its credentials. */
  #authenticating: string | undefined;

  constructor(socket: Socket, access: ImapAccess) {
    this.#access = access;
    this.#socket = socket;
    this.#reader = new ImapReader(() => this.#write('+ go on\r\n'));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#write(`* OK [CAPABILITY ${capabilities}] Practice mailbox ready\r\n`);
  }

  #take(chunk: Buffer): void {
    try {
      for (const { line, literals } of this.#reader.take(chunk)) this.#queue = this.#queue.then(() => this.#answer(line, literals));
    } catch (error) {
      if (!(error instanceof ImapSyntaxError)) throw error;
      this.#socket.end(`* BYE ${error.message}\r\n`);
    }
  }

  #write(line: string | Buffer): void {
    if (this.#socket.writable) this.#socket.write(line);
  }

  async #answer(line: string, literals: Buffer[]): Promise<void> {
    if (this.#authenticating !== undefined) {
      const tag = this.#authenticating;
      this.#authenticating = undefined;
      return this.#write(`${tag} ${this.#signInPlain(line) ? 'OK signed in' : 'NO [AUTHENTICATIONFAILED] refused'}\r\n`);
    }
    let tag = '*';
    try {
      const command = parseCommand(line, literals);
      ({ tag } = command);
      const answer = await this.#perform(command);
      if (answer !== null) this.#write(`${tag} OK ${answer}\r\n`);
    } catch (error) {
      if (error instanceof ImapRefusal) this.#write(`${tag} NO ${error.message}\r\n`);
      else if (error instanceof ImapSyntaxError) this.#write(`${tag} BAD ${error.message}\r\n`);
      // A bug of ours ends this session, not the app.
      else this.#socket.destroy();
    }
  }

  /** Writes the untagged part and returns the tagged one; null when it comes later. */
  async #perform(command: ImapCommand): Promise<string | null> {
    const { name, words } = command;
    switch (name) {
      case 'CAPABILITY':
        this.#write(`* CAPABILITY ${capabilities}\r\n`);
        return 'done';
      case 'NOOP':
        return 'done';
      case 'ID':
        this.#write('* ID ("name" "Countersign practice mailbox")\r\n');
        return 'done';
      case 'LOGOUT':
        this.#write('* BYE goodbye\r\n');
        this.#socket.end(`${command.tag} OK done\r\n`);
        return null;
      case 'LOGIN':
        if (!this.#signIn(text(words[0]), text(words[1]))) throw new ImapRefusal('[AUTHENTICATIONFAILED] refused');
        return 'signed in';
      case 'AUTHENTICATE':
        return this.#authenticate(command);
      default:
        if (!this.#isSignedIn) throw new ImapRefusal('sign in first');
        return this.#performSignedIn(command);
    }
  }

  #authenticate({ tag, words }: ImapCommand): string | null {
    if (text(words[0]).toUpperCase() !== 'PLAIN') throw new ImapRefusal('only PLAIN is known here');
    if (words[1] === undefined) {
      this.#authenticating = tag;
      this.#write('+ \r\n');
      return null;
    }
    if (!this.#signInPlain(text(words[1]))) throw new ImapRefusal('[AUTHENTICATIONFAILED] refused');
    return 'signed in';
  }

  #signInPlain(encoded: string): boolean {
    const [, user = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split('\0');
    return this.#signIn(user, password);
  }

  #signIn(user: string, password: string): boolean {
    this.#isSignedIn = isSame(user, this.#access.user) && isSame(password, this.#access.password);
    return this.#isSignedIn;
  }

  async #performSignedIn({ name, words }: ImapCommand): Promise<string> {
    switch (name) {
      case 'ENABLE':
        this.#write('* ENABLED\r\n');
        return 'done';
      case 'LIST':
      case 'LSUB':
        return this.#list(name, words);
      case 'STATUS':
        return this.#status(words);
      case 'SELECT':
      case 'EXAMINE':
        return this.#select(text(words[0]), name === 'EXAMINE');
      case 'CLOSE':
      case 'UNSELECT':
        this.#selected = undefined;
        return 'done';
      case 'APPEND':
        return this.#append(words);
      case 'UID SEARCH':
      case 'SEARCH': {
        const found = search(words, this.#current().folder).map(({ message, sequence }) => (name === 'SEARCH' ? sequence : message.uid));
        this.#write(`* SEARCH${found.map((number) => ` ${number}`).join('')}\r\n`);
        return 'done';
      }
      case 'UID FETCH':
        return this.#fetch(words);
      case 'UID STORE':
        return this.#store(words);
      default:
        throw new ImapSyntaxError('This command is not known here.');
    }
  }

  #current(): { readonly folder: Folder; readonly isReadOnly: boolean } {
    if (this.#selected === undefined) throw new ImapRefusal('select a folder first');
    return this.#selected;
  }

  #folder(name: string): Folder {
    const folder = this.#access.store.folder(this.#access.user, name);
    if (folder === undefined) throw new ImapRefusal('[NONEXISTENT] there is no such folder');
    return folder;
  }

  #list(name: 'LIST' | 'LSUB', words: readonly Token[]): string {
    const pattern = text(words[1]);
    if (pattern === '') this.#write(`* ${name} (\\Noselect) "/" ""\r\n`);
    const isNamed = new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/[*%]+/g, '.*')}$`, 'i');
    for (const folder of this.#access.store.foldersOf(this.#access.user)) {
      if (isNamed.test(folder.name)) this.#write(`* ${name} (\\HasNoChildren${folder.use === null ? '' : ` ${folder.use}`}) "/" "${folder.name}"\r\n`);
    }
    return 'done';
  }

  #status(words: readonly Token[]): string {
    const folder = this.#folder(text(words[0]));
    const unseen = folder.messages.filter((message) => !message.flags.has('\\Seen')).length;
    const values: Readonly<Record<string, number>> = { MESSAGES: folder.messages.length, RECENT: 0, UIDNEXT: folder.nextUid, UIDVALIDITY: this.#access.validity, UNSEEN: unseen };
    const items = list(words[1]).map((item) => `${item.toUpperCase()} ${values[item.toUpperCase()] ?? 0}`);
    this.#write(`* STATUS "${folder.name}" (${items.join(' ')})\r\n`);
    return 'done';
  }

  #select(name: string, isReadOnly: boolean): string {
    this.#selected = undefined;
    const folder = this.#folder(name);
    this.#selected = { folder, isReadOnly };
    this.#write(`* FLAGS (${flagNames})\r\n* OK [PERMANENTFLAGS (${isReadOnly ? '' : flagNames})] flags\r\n* ${folder.messages.length} EXISTS\r\n* 0 RECENT\r\n`);
    this.#write(`* OK [UIDVALIDITY ${this.#access.validity}] valid\r\n* OK [UIDNEXT ${folder.nextUid}] next\r\n`);
    return isReadOnly ? '[READ-ONLY] selected' : '[READ-WRITE] selected';
  }

  async #append(words: readonly Token[]): Promise<string> {
    const [name, ...rest] = words;
    const folder = this.#folder(text(name));
    const flags = Array.isArray(rest[0]) ? list(rest[0]) : [];
    const raw = Buffer.from(text(rest.at(-1)), 'latin1');
    const message = await this.#access.store.add(this.#access.user, folder.name, raw, new Date(this.#access.clock.now()), flags);
    return `[APPENDUID ${this.#access.validity} ${message?.uid ?? 0}] kept`;
  }

  #named(set: string): readonly { readonly message: StoredMessage; readonly sequence: number }[] {
    const { folder } = this.#current();
    const isIn = inSet(set, folder.messages.at(-1)?.uid ?? 0);
    return folder.messages.map((message, index) => ({ message, sequence: index + 1 })).filter(({ message }) => isIn(message.uid));
  }

  #fetch(words: readonly Token[]): string {
    const { isReadOnly } = this.#current();
    const items = list(words[1]);
    const withUid = items.some((item) => item.toUpperCase() === 'UID') ? items : ['UID', ...items];
    for (const { message, sequence } of this.#named(text(words[0]))) this.#write(fetchLine(message, sequence, withUid, isReadOnly));
    return 'done';
  }

  #store(words: readonly Token[]): string {
    if (this.#current().isReadOnly) throw new ImapRefusal('[READ-ONLY] this folder is open for reading');
    const [, sign = '', silent] = /^([+-]?)FLAGS(\.SILENT)?$/i.exec(text(words[1])) ?? [];
    const flags = list(words[2]);
    for (const { message, sequence } of this.#named(text(words[0]))) {
      if (sign === '') message.flags.clear();
      for (const flag of flags) {
        if (sign === '-') message.flags.delete(flag);
        else message.flags.add(flag);
      }
      if (silent === undefined) this.#write(fetchLine(message, sequence, ['UID', 'FLAGS'], true));
    }
    return 'done';
  }
}
