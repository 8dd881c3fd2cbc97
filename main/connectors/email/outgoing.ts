import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { ActionId } from '../../../preload/contract.ts';
import type { Material } from '../../model/action.ts';
import type { EmailAccount } from './account.ts';
import { parseAddress, parseAddresses, type Address } from '../../model/address.ts';
import { readAttachments, type AttachedFile } from './attachments.ts';
import { mostRecipients, type Input } from './inputs.ts';
import type { MessageHeaders } from './original.ts';

/** A message with everything that decides what is sent, and to whom. */
export interface OutgoingMail {
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly subject: string;
  readonly text: string;
  readonly files: readonly AttachedFile[];
  /** What it answers. */
  readonly answers: { readonly messageId: string | null; readonly references: readonly string[]; readonly goesElsewhere: boolean } | null;
  /** What must still be the same when it is sent. */
  readonly materials: readonly Material[];
}

export type Prepared = { readonly ok: true; readonly mail: OutgoingMail } | { readonly ok: false; readonly invalid: string };

const refuse = (invalid: string): Prepared => ({ ok: false, invalid });
const keyOf = (address: Address): string => address.address.toLowerCase();
const oneLineEnd = (text: string): string => text.replaceAll(/\r\n?/g, '\n');

/** Every recipient once, in the first line that names it. */
export function everyone(mail: Pick<OutgoingMail, 'to' | 'cc' | 'bcc'>): readonly Address[] {
  return [...mail.to, ...mail.cc, ...mail.bcc];
}

export async function prepareSend(input: Input<'send_email'> | Input<'create_draft'>, folders: readonly string[]): Promise<Prepared> {
  const lists: Address[][] = [];
  const seen = new Set<string>();
  for (const texts of [input.to, input.cc ?? [], input.bcc ?? []]) {
    const parsed = parseAddresses(texts);
    if (!parsed.ok) return parsed;
    const fresh = parsed.value.filter((address) => !seen.has(keyOf(address)));
    for (const address of fresh) seen.add(keyOf(address));
    lists.push(fresh);
  }
  if (seen.size > mostRecipients) return refuse(`There are more than ${mostRecipients} recipients.`);
  const [to = [], cc = [], bcc = []] = lists;
  const attached = await readAttachments((input.attachments ?? []).map((file) => file.path), folders);
  if (!attached.ok) return attached;
  const { files } = attached;
  return { ok: true, mail: { to, cc, bcc, subject: input.subject, text: oneLineEnd(input.text), files, answers: null, materials: files.map((file) => file.material) } };
}

/** The recipients and subject of a reply follow from the original message, which never changes under its id. */
export async function prepareReply(input: Input<'reply'>, original: MessageHeaders, account: EmailAccount, folders: readonly string[]): Promise<Prepared> {
  const own = account.address.toLowerCase();
  const wasOwn = original.from.some((address) => keyOf(address) === own);
  const answerTo = wasOwn ? original.to : original.replyTo.length > 0 ? original.replyTo : original.from;
  const to = unique(answerTo, new Set());
  if (to.length === 0) return refuse('The message names nobody to reply to.');
  const others = input.replyAll === true ? [...(wasOwn ? [] : original.to), ...original.cc] : [];
  const cc = unique(others, new Set([own, ...to.map(keyOf)]));
  if (to.length + cc.length > mostRecipients) return refuse(`There are more than ${mostRecipients} recipients.`);
  const attached = await readAttachments((input.attachments ?? []).map((file) => file.path), folders);
  if (!attached.ok) return attached;
  const { files } = attached;
  const subject = /^re:/i.test(original.subject) ? original.subject : `Re: ${original.subject}`.trim();
  const goesElsewhere = !wasOwn && to.some((address) => !original.from.some((from) => from.domain === address.domain));
  const references = [...original.references, ...(original.messageId === null ? [] : [original.messageId])].slice(-50);
  const answers = { messageId: original.messageId, references, goesElsewhere };
  const mail = { to, cc, bcc: [], subject: subject.slice(0, 900), text: oneLineEnd(input.text), files, answers };
  return { ok: true, mail: { ...mail, materials: [resolved(mail), ...files.map((file) => file.material)] } };
}

function unique(addresses: readonly Address[], without: Set<string>): readonly Address[] {
  return addresses.filter((address) => {
    const isFresh = !without.has(keyOf(address));
    without.add(keyOf(address));
    return isFresh;
  });
}

const asPair = ({ name, address }: Address): readonly [string | null, string] => [name, address];
const asHeader = ({ name, address }: Address): { name: string; address: string } => ({ name: name ?? '', address });

/** What the card showed of a reply beyond its arguments, as a material: another resolution later is another action. */
function resolved({ to, cc, subject, answers }: Omit<OutgoingMail, 'materials'>): Material {
  const text = JSON.stringify({ to: to.map(asPair), cc: cc.map(asPair), subject, answers });
  return { path: `reply:${text}`, bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

export function areSameMaterials(now: readonly Material[], described: readonly Material[]): boolean {
  return now.length === described.length && now.every((material, index) => {
    const other = described[index];
    return other !== undefined && other.path === material.path && other.bytes === material.bytes && other.sha256 === material.sha256;
  });
}

/** The same action always carries the same Message-ID, so that a copy that arrived can be told from one that did not. */
export function messageIdOf(action: ActionId, sender: Address): string {
  return `<${action}@${sender.domain}>`;
}

/** The MIME message (RFC 5322, 7-bit). Bcc recipients are in the envelope alone, except in a draft, where they are kept. */
export async function composeMail(mail: OutgoingMail, sender: Address, messageId: string, at: Date, keepBcc: boolean): Promise<Buffer> {
  const answered = mail.answers?.messageId ?? null;
  const composer = new MailComposer({
    from: asHeader(sender),
    to: mail.to.map(asHeader),
    cc: mail.cc.map(asHeader),
    bcc: mail.bcc.map(asHeader),
    subject: mail.subject,
    text: mail.text,
    messageId,
    date: at,
    ...(answered === null ? {} : { inReplyTo: answered, references: [...(mail.answers?.references ?? [])] }),
    attachments: mail.files.map(({ name, content }) => ({ filename: name, content })),
    // Nothing but the bytes given here may get into a message.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const node = composer.compile();
  node.keepBcc = keepBcc;
  return node.build();
}

/** The address mail is sent from, or null when the account's own address is none. */
export function senderOf(account: EmailAccount): Address | null {
  const parsed = parseAddress(account.address);
  return parsed.ok ? parsed.value : null;
}
