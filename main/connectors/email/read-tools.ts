import type { SearchObject } from 'imapflow';
import type { JsonObject } from '../../model/json.ts';
import type { MailAccess } from './account.ts';
import type { Address } from '../../model/address.ts';
import type { Input } from './inputs.ts';
import { Mailbox, type FoundMessage } from './mailbox.ts';
import { readReference, writeReference } from './message-reference.ts';
import { headersOf, parseHeaders, parseMail, type MessageHeaders } from './original.ts';
import { MailFailure } from './problem.ts';

const longestText = 200 * 1024;
const mostListed = 200;

const person = ({ name, address }: Address): JsonObject => ({ name, address });
const people = (list: readonly Address[]): readonly JsonObject[] => list.slice(0, mostListed).map(person);

function toQuery(input: Input<'search_messages'>): SearchObject {
  const { query, from, to, subject, since, before, isUnread } = input;
  const search: SearchObject = {
    ...(query === undefined ? {} : { text: query }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(subject === undefined ? {} : { subject }),
    ...(since === undefined ? {} : { since }),
    ...(before === undefined ? {} : { before }),
    ...(isUnread === undefined ? {} : { seen: !isUnread }),
  };
  return Object.keys(search).length === 0 ? { all: true } : search;
}

function listed(message: FoundMessage, headers: MessageHeaders): JsonObject {
  return {
    id: writeReference(message.reference),
    folder: message.reference.folder,
    from: people(headers.from),
    to: people(headers.to),
    cc: people(headers.cc),
    subject: headers.subject,
    date: (headers.date ?? message.receivedAt)?.toISOString() ?? null,
    isUnread: message.isUnread,
    bytes: message.bytes,
  };
}

function asResult(structuredContent: JsonObject): JsonObject {
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent, null, 2) }], structuredContent };
}

/** Lists messages, newest first. Throws a `MailFailure`. */
export async function searchMessages(access: MailAccess, input: Input<'search_messages'>, signal: AbortSignal, onSubject: (id: string, subject: string) => void): Promise<JsonObject> {
  const folder = input.folder ?? 'INBOX';
  const { total, messages } = await Mailbox.use(access, signal, async (mailbox) => mailbox.search(folder, toQuery(input), input.limit ?? 20));
  const list: JsonObject[] = [];
  for (const message of messages) {
    const headers = await parseHeaders(message.headers);
    const entry = listed(message, headers);
    onSubject(writeReference(message.reference), headers.subject);
    list.push(entry);
  }
  return asResult({ folder, total, shown: list.length, messages: list });
}

/** One message as plain text, at most 200 KB of it, and what is attached. Throws a `MailFailure`. */
export async function readMessage(access: MailAccess, id: string, signal: AbortSignal): Promise<JsonObject> {
  const reference = readReference(id);
  if (reference === undefined) throw new MailFailure({ kind: 'no-message' });
  const raw = await Mailbox.use(access, signal, async (mailbox) => mailbox.fetch(reference, 'message'));
  const mail = await parseMail(raw);
  const headers = headersOf(mail);
  const text = mail.text ?? '';
  const bytes = Buffer.from(text);
  const isCut = bytes.length > longestText;
  return asResult({
    id,
    folder: reference.folder,
    from: people(headers.from),
    replyTo: people(headers.replyTo),
    to: people(headers.to),
    cc: people(headers.cc),
    subject: headers.subject,
    date: headers.date?.toISOString() ?? null,
    messageId: headers.messageId,
    // A character that the cut went through ends up as U+FFFD, which says that something is missing.
    text: isCut ? bytes.subarray(0, longestText).toString('utf8') : text,
    isCut,
    attachments: mail.attachments.slice(0, mostListed).map(({ filename, contentType, size }) => ({ name: filename ?? null, type: contentType, bytes: size })),
  });
}

/** The headers of the message an id names. Throws a `MailFailure`. */
export async function lookUp(access: MailAccess, id: string, signal: AbortSignal): Promise<MessageHeaders> {
  const reference = readReference(id);
  if (reference === undefined) throw new MailFailure({ kind: 'no-message' });
  return parseHeaders(await Mailbox.use(access, signal, async (mailbox) => mailbox.fetch(reference, 'headers')));
}
