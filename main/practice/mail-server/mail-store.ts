import { simpleParser } from 'mailparser';

/** Words of a message as people look for them. */
interface Words {
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly subject: string;
  readonly body: string;
  readonly date: Date | null;
}

export interface StoredMessage {
  readonly uid: number;
  readonly raw: Buffer;
  readonly receivedAt: Date;
  readonly flags: Set<string>;
  readonly words: Words;
}

export interface Folder {
  readonly name: string;
  /** RFC 6154. */
  readonly use: '\\Drafts' | '\\Sent' | null;
  readonly messages: StoredMessage[];
  nextUid: number;
}

/** An address's folders, in memory. */
export class MailStore {
  readonly #accounts = new Map<string, readonly Folder[]>();

  /** Every address has a mailbox; it comes into being when it is first named. */
  foldersOf(address: string): readonly Folder[] {
    const key = address.toLowerCase();
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const folder = (name: string, use: Folder['use']): Folder => ({ name, use, messages: [], nextUid: 1 });
    const folders = [folder('INBOX', null), folder('Drafts', '\\Drafts'), folder('Sent', '\\Sent')];
    this.#accounts.set(key, folders);
    return folders;
  }

  folder(address: string, name: string): Folder | undefined {
    return this.foldersOf(address).find((folder) => folder.name === name || (folder.name === 'INBOX' && name.toUpperCase() === 'INBOX'));
  }

  /** Keeps a raw message and returns it with its UID. */
  async add(address: string, folderName: string, raw: Buffer, receivedAt: Date, flags: readonly string[] = []): Promise<StoredMessage | undefined> {
    const folder = this.folder(address, folderName);
    if (folder === undefined) return undefined;
    const mail = await simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true });
    const addresses = (list: typeof mail.to): string => (list === undefined ? '' : [list].flat().map((entry) => entry.text).join(', '));
    const words = { from: mail.from?.text ?? '', to: addresses(mail.to), cc: addresses(mail.cc), subject: mail.subject ?? '', body: mail.text ?? '', date: mail.date ?? null };
    const message = { uid: folder.nextUid, raw, receivedAt, flags: new Set(flags), words };
    folder.nextUid += 1;
    folder.messages.push(message);
    return message;
  }
}
