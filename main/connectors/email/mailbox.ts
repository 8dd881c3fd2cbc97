import { ImapFlow, type FetchMessageObject, type SearchObject } from 'imapflow';
import { mayBePlain, tlsOptions, type MailAccess } from './account.ts';
import type { MessageReference } from './message-reference.ts';
import { MailFailure, problemOf, type MailProblem } from './problem.ts';

/** More of a message than this is not fetched. */
const longestMessage = 40 * 1024 * 1024;
const listedHeaders = ['from', 'to', 'cc', 'subject', 'date'];

export interface FoundMessage {
  readonly reference: MessageReference;
  readonly headers: Buffer;
  readonly isUnread: boolean;
  readonly bytes: number;
  readonly receivedAt: Date | null;
}

/** Why an APPEND did not work; `uncertain` when the server may have kept the message all the same. */
export type Appended =
  | { readonly kind: 'kept'; readonly reference: MessageReference | null }
  | { readonly kind: 'refused'; readonly problem: MailProblem }
  | { readonly kind: 'uncertain'; readonly problem: MailProblem };

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'responseStatus' in error && (error.responseStatus === 'NO' || error.responseStatus === 'BAD');
}

/** One signed-in IMAP session. */
export class Mailbox {
  readonly #client: ImapFlow;

  private constructor(client: ImapFlow) {
    this.#client = client;
  }

  /** Signs in, works, signs out. Throws a `MailFailure`. */
  static async use<T>(access: MailAccess, signal: AbortSignal, work: (mailbox: Mailbox) => Promise<T>): Promise<T> {
    const { host, port, security } = access.account.imap;
    if (security === 'loopback' && !mayBePlain(access.account.imap)) throw new MailFailure({ kind: 'plain-text-refused' });
    if (signal.aborted) throw new MailFailure({ kind: 'cancelled' });
    const open = async (password: string): Promise<ImapFlow> => {
      const client = new ImapFlow({
        host,
        port,
        secure: security === 'tls',
        doSTARTTLS: security === 'starttls',
        tls: tlsOptions(host, access.trustedCertificates),
        auth: access.account.signsInWith === 'token' ? { user: access.account.user, accessToken: password } : { user: access.account.user, pass: password },
        clientInfo: { name: 'Countersign' },
        logger: false,
        disableAutoIdle: true,
        disableCompression: true,
        connectionTimeout: 30_000,
        greetingTimeout: 30_000,
        socketTimeout: 120_000,
        maxLiteralSize: longestMessage + 1_024,
        maxResponseSize: longestMessage + 1_048_576,
      });
      client.on('error', () => undefined);
      const onAbort = (): void => client.close();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await client.connect();
        return client;
      } catch (error) {
        client.close();
        throw signInFailure(error);
      } finally {
        signal.removeEventListener('abort', onAbort);
        // The client would keep the borrowed password for as long as it lives.
        client.options.auth = { user: access.account.user };
      }
    };
    const client = await access.withPassword(open).catch((error: unknown) => {
      throw error instanceof MailFailure ? error : new MailFailure({ kind: 'no-password' });
    });
    const onAbort = (): void => client.close();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await work(new Mailbox(client));
    } catch (error) {
      throw signal.aborted ? new MailFailure({ kind: 'cancelled' }) : new MailFailure(problemOf(error, 'imap'));
    } finally {
      signal.removeEventListener('abort', onAbort);
      // Saying goodbye must not keep the answer waiting.
      void client
        .logout()
        .catch(() => undefined)
        .finally(() => client.close());
    }
  }

  /** Newest first, at most `limit`; `total` counts all that matched. */
  async search(folder: string, query: SearchObject, limit: number): Promise<{ readonly total: number; readonly messages: readonly FoundMessage[] }> {
    return this.#within(folder, async (validity) => {
      const found = await this.#client.search(query, { uid: true });
      const uids = (found || []).toSorted((a, b) => b - a);
      const wanted = uids.slice(0, limit);
      if (wanted.length === 0) return { total: uids.length, messages: [] };
      const fetched = await this.#client.fetchAll(wanted.join(','), { uid: true, flags: true, size: true, internalDate: true, headers: listedHeaders }, { uid: true });
      const messages = fetched.map((message) => toFound(folder, validity, message)).toSorted((a, b) => b.reference.uid - a.reference.uid);
      return { total: uids.length, messages };
    });
  }

  /** The raw message, or its headers alone. Reading does not mark it as read. */
  async fetch(reference: MessageReference, what: 'message' | 'headers'): Promise<Buffer> {
    return this.#within(reference.folder, async (validity) => {
      if (validity !== reference.validity) throw new MailFailure({ kind: 'no-message' });
      const query = what === 'headers' ? { headers: true } : { source: { maxLength: longestMessage } };
      const message = await this.#client.fetchOne(String(reference.uid), { uid: true, ...query }, { uid: true });
      const bytes = message === false ? undefined : what === 'headers' ? message.headers : message.source;
      if (bytes === undefined) throw new MailFailure({ kind: 'no-message' });
      return bytes;
    });
  }

  /** The folder the server keeps for this use (RFC 6154). */
  async folderFor(use: '\\Drafts' | '\\Sent'): Promise<string | undefined> {
    const folders = await this.#client.list();
    return folders.find((folder) => folder.specialUse === use)?.path;
  }

  async append(folder: string, message: Buffer, flags: string[], at: Date): Promise<Appended> {
    try {
      const appended = await this.#client.append(folder, message, flags, at);
      if (appended === false) return { kind: 'refused', problem: { kind: 'no-folder' } };
      const { uid, uidValidity } = appended;
      const reference = uid === undefined || uidValidity === undefined ? null : { folder, validity: String(uidValidity), uid };
      return { kind: 'kept', reference };
    } catch (error) {
      if (isRefusal(error)) return { kind: 'refused', problem: { kind: 'message-refused', code: 'NO' } };
      return { kind: 'uncertain', problem: problemOf(error, 'imap') };
    }
  }

  async #within<T>(folder: string, work: (validity: string) => Promise<T>): Promise<T> {
    const lock = await this.#client.getMailboxLock(folder, { readOnly: true }).catch((error: unknown) => {
      throw isRefusal(error) || (error instanceof Error && 'mailboxMissing' in error) ? new MailFailure({ kind: 'no-folder' }) : error;
    });
    try {
      const { mailbox } = this.#client;
      if (mailbox === false) throw new MailFailure({ kind: 'no-folder' });
      return await work(String(mailbox.uidValidity));
    } finally {
      lock.release();
    }
  }
}

function signInFailure(error: unknown): MailFailure {
  if (error instanceof Error && 'authenticationFailed' in error) return new MailFailure({ kind: 'sign-in-refused', server: 'imap' });
  // The client marks a STARTTLS that was not offered this way; what failed within TLS has a code of its own.
  if (error instanceof Error && 'tlsFailed' in error && !('code' in error)) return new MailFailure({ kind: 'no-encryption', server: 'imap' });
  return new MailFailure(problemOf(error, 'imap'));
}

function toFound(folder: string, validity: string, message: FetchMessageObject): FoundMessage {
  const { uid, headers, flags, size, internalDate } = message;
  return {
    reference: { folder, validity, uid },
    headers: headers ?? Buffer.alloc(0),
    isUnread: flags !== undefined && !flags.has('\\Seen'),
    bytes: size ?? 0,
    receivedAt: internalDate === undefined ? null : new Date(internalDate),
  };
}

/** Signs in and out again; null when that works. */
export async function checkImap(access: MailAccess, signal: AbortSignal): Promise<MailProblem | null> {
  try {
    await Mailbox.use(access, signal, async () => undefined);
    return null;
  } catch (error) {
    if (error instanceof MailFailure) return error.problem;
    throw error;
  }
}
