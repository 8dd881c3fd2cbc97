import type { Mark, Message, Row } from '../../../preload/contract.ts';
import type { CardBody, DescribeContext, Described, Facts, Recipient, Sentence } from '../../model/action.ts';
import { disarm, disarmLine, isArmed } from '../../model/disarm.ts';
import { domainMark, linkMarks, type Sender } from '../../model/domain-marks.ts';
import { isDisguised } from '../../model/file-names.ts';
import { findLinks, type Link } from '../../model/links.ts';
import { manyRecipients, peopleRow, recipientFacts } from '../../model/recipients.ts';
import { say } from '../../model/say.ts';
import type { EmailAccount } from './account.ts';
import { everyone, senderOf, type OutgoingMail } from './outgoing.ts';

export type OutgoingKind = 'send' | 'reply' | 'draft';

interface Picture {
  readonly kind: OutgoingKind;
  readonly mail: OutgoingMail;
  readonly account: EmailAccount;
  readonly sender: Sender;
  readonly context: DescribeContext;
  readonly recipients: readonly Recipient[];
  readonly links: readonly Link[];
  readonly outside: number;
  readonly firstTime: number;
}

const mind = (text: Message): Mark => ({ text, tone: 'mind' });
const stop = (text: Message): Mark => ({ text, tone: 'stop' });
const mostLinksShown = 50;

/** The blast radius first, then what looks like a trick. */
function unusualMarks(picture: Picture): readonly Mark[] {
  const { mail, recipients, links, outside, firstTime, sender, context, kind } = picture;
  const count = recipients.length;
  const doubtful = recipients.filter((recipient) => domainMark(recipient.domain, sender, context) !== null);
  const disguised = mail.files.filter((file) => isDisguised(file.name));
  const names = [...everyone(mail).map(({ name }) => name ?? ''), mail.subject, mail.text];
  return [
    ...(count >= manyRecipients && kind !== 'draft' ? [stop(say('mark.manyRecipients', { count }))] : []),
    ...(outside > 0 ? [mind(say('mark.outsideCount', { count: outside }))] : []),
    ...(firstTime > 0 ? [mind(say('mark.firstTimeCount', { count: firstTime }))] : []),
    ...doubtful.slice(0, 3).map((recipient) => stop(say('mark.doubtfulDomain', { domain: disarmLine(recipient.domain) }))),
    ...(mail.answers?.goesElsewhere === true ? [mind(say('mark.replyGoesElsewhere'))] : []),
    ...disguised.map((file) => stop(say('mark.disguisedFile', { name: disarmLine(file.name) }))),
    ...(links.some((link) => linkMarks(link, sender, context).length > 0) ? [stop(say('mark.misleadingLink'))] : links.length > 0 ? [mind(say('mark.links', { count: links.length }))] : []),
    ...(names.some(isArmed) ? [stop(say('mark.hiddenCharacters'))] : []),
  ];
}

function rows(picture: Picture): Row[] {
  const { mail, account, sender, context, recipients, links } = picture;
  const people = (['to', 'cc', 'bcc'] as const).map((label) => peopleRow(say(`card.row.${label}`), mail[label], recipients, sender, context));
  const files = mail.files.map(({ name, folder, material }) => ({
    name: disarmLine(name),
    bytes: material.bytes,
    folder: disarmLine(folder),
    marks: isDisguised(name) ? [stop(say('mark.disguised'))] : [],
  }));
  return [
    ...people.filter((row) => row !== null),
    { kind: 'account', label: say('card.row.from'), address: disarmLine(account.address), connection: disarmLine(context.connectionName) },
    { kind: 'text', label: say('card.row.subject'), text: disarmLine(mail.subject), isStrong: true },
    ...(files.length === 0 ? [] : [{ kind: 'files' as const, label: say('card.row.attached'), files }]),
    {
      kind: 'message',
      label: say('card.row.message'),
      text: disarm(mail.text),
      links: links.slice(0, mostLinksShown).map((link) => ({ text: disarmLine(link.text), host: disarmLine(link.host), marks: [...linkMarks(link, sender, context)] })),
    },
  ];
}

function summary({ kind, recipients, outside, mail, context }: Picture): Message {
  const agent = disarmLine(context.agentName);
  const count = recipients.length;
  if (kind === 'draft') return say('card.email.draft.summary', { agent, connection: disarmLine(context.connectionName), subject: disarmLine(mail.subject) });
  const where = outside === 0 ? 'inside' : outside === count ? 'outside' : 'mixed';
  return say(`card.email.${kind}.summary.${where}`, { agent, count, outside });
}

/** The key fact to tick: the number of people, or the address or file that may be a trick. */
function confirmation({ kind, recipients, mail, sender, context }: Picture): Message | null {
  if (kind === 'draft') return null;
  const count = recipients.length;
  if (count >= manyRecipients) return say('card.email.confirm.count', { count });
  const doubtful = recipients.find((recipient) => domainMark(recipient.domain, sender, context) !== null);
  if (doubtful !== undefined) return say('card.email.confirm.address', { address: disarmLine(doubtful.address) });
  const disguised = mail.files.find((file) => isDisguised(file.name));
  return disguised === undefined ? null : say('card.email.confirm.file', { name: disarmLine(disguised.name) });
}

function sentence({ kind, mail, recipients, outside }: Picture): Sentence {
  const subject = disarmLine(mail.subject);
  const [first] = recipients;
  const values = { subject, count: recipients.length, others: Math.max(0, recipients.length - 1), address: disarmLine(first?.address ?? '') };
  const files = mail.files.length;
  return {
    did: say(`activity.email.${kind}.did`, values),
    wanted: say(`activity.email.${kind}.wanted`, values),
    details: [...(outside > 0 ? [say('activity.email.outside', { count: outside })] : []), ...(files > 0 ? [say('activity.email.attached', { count: files })] : [])],
  };
}

/** What an email, a reply or a draft would do, and how that is put to the person. */
export async function describeOutgoing(kind: OutgoingKind, mail: OutgoingMail, account: EmailAccount, context: DescribeContext): Promise<Described> {
  const sender = senderOf(account);
  const recipients = await recipientFacts(everyone(mail), sender, context);
  const outside = recipients.filter((recipient) => recipient.isOutside).length;
  const firstTime = recipients.filter((recipient) => recipient.isFirstTime).length;
  const links = findLinks(mail.text);
  const picture: Picture = { kind, mail, account, sender, context, recipients, links, outside, firstTime };
  const confirm = confirmation(picture);
  const facts: Facts = {
    effect: kind === 'draft' ? 'change' : 'send',
    isReversible: kind === 'draft',
    account: account.address,
    subject: mail.subject,
    recipients,
    recipientAddresses: [...new Set(recipients.map(({ address }) => address.toLowerCase()))],
    recipientDomains: [...new Set(recipients.map(({ domain }) => domain))],
    recipientCount: recipients.length,
    outsideCount: outside,
    firstTimeCount: firstTime,
    attachments: mail.files.map(({ name, material }) => ({ name, bytes: material.bytes })),
    links: links.map(({ text, host }) => ({ text, host })),
  };
  const card: CardBody = {
    headline: say(`card.email.${kind}.headline`),
    summary: summary(picture),
    unusual: [...unusualMarks(picture)],
    rows: rows(picture),
    risk: confirm === null ? 'normal' : 'high',
    confirm,
  };
  return { facts, materials: mail.materials, card, sentence: sentence(picture) };
}
