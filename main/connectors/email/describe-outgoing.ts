import type { Mark, Message, Row } from '../../../preload/contract.ts';
import type { CardBody, DescribeContext, Described, Facts, Recipient, Sentence } from '../../model/action.ts';
import { disarm, disarmLine, isArmed } from '../../model/disarm.ts';
import { domainMark, doubtfulDomains, linkMarks, type Neighbourhood } from '../../model/domain-marks.ts';
import { contradictsName } from '../../model/file-content.ts';
import { fileType, isDisguised, isProgram } from '../../model/file-names.ts';
import { findLinks, type Link } from '../../model/links.ts';
import { answersStranger, manyRecipients, peopleFacts, peopleRow } from '../../model/recipients.ts';
import { say } from '../../model/say.ts';
import type { EmailAccount } from './account.ts';
import type { AttachedFile } from './attachments.ts';
import { everyone, senderOf, type OutgoingMail } from './outgoing.ts';

export type OutgoingKind = 'send' | 'reply' | 'draft';

interface Picture {
  readonly kind: OutgoingKind;
  readonly mail: OutgoingMail;
  readonly account: EmailAccount;
  readonly around: Neighbourhood;
  readonly context: DescribeContext;
  readonly recipients: readonly Recipient[];
  readonly links: readonly Link[];
  readonly outside: number;
  readonly firstTime: number;
  /** Files that are not what their names say. */
  readonly disguised: readonly AttachedFile[];
}

const mind = (text: Message): Mark => ({ text, tone: 'mind' });
const stop = (text: Message): Mark => ({ text, tone: 'stop' });
const mostLinksShown = 50;

/** The blast radius first, then what looks like a trick. */
function unusualMarks(picture: Picture): readonly Mark[] {
  const { mail, recipients, links, outside, firstTime, around, kind, disguised } = picture;
  const count = recipients.length;
  const doubtful = doubtfulDomains(recipients.map(({ domain }) => domain), around);
  const names = [...everyone(mail).map(({ name }) => name ?? ''), mail.subject, mail.text];
  return [
    ...(count >= manyRecipients && kind !== 'draft' ? [stop(say('mark.manyRecipients', { count }))] : []),
    ...(outside > 0 ? [mind(say('mark.outsideCount', { count: outside }))] : []),
    ...(firstTime > 0 ? [mind(say('mark.firstTimeCount', { count: firstTime }))] : []),
    ...doubtful.slice(0, 3).map((domain) => stop(say('mark.doubtfulDomain', { domain: disarmLine(domain) }))),
    ...(kind === 'reply' && answersStranger(recipients) ? [mind(say('mark.replyToStranger'))] : []),
    ...(mail.answers?.goesElsewhere === true ? [mind(say('mark.replyGoesElsewhere'))] : []),
    ...disguised.map((file) => stop(say('mark.disguisedFile', { name: disarmLine(file.name) }))),
    ...mail.files.filter((file) => !disguised.includes(file) && isProgram(file.name)).map((file) => mind(say('mark.programFile', { name: disarmLine(file.name) }))),
    ...(links.some((link) => linkMarks(link, around).length > 0) ? [stop(say('mark.misleadingLink'))] : links.length > 0 ? [mind(say('mark.links', { count: links.length }))] : []),
    ...(names.some(isArmed) ? [stop(say('mark.hiddenCharacters'))] : []),
  ];
}

function rows(picture: Picture): Row[] {
  const { mail, account, around, context, recipients, links, disguised } = picture;
  const people = (['to', 'cc', 'bcc'] as const).map((label) => peopleRow(say(`card.row.${label}`), mail[label], recipients, around));
  const files = mail.files.map((file) => ({
    name: disarmLine(file.name),
    bytes: file.material.bytes,
    folder: disarmLine(file.folder),
    marks: disguised.includes(file) ? [stop(say('mark.disguised'))] : isProgram(file.name) ? [mind(say('mark.program'))] : [],
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
      links: links.slice(0, mostLinksShown).map((link) => ({ text: disarmLine(link.text), host: disarmLine(link.host), marks: [...linkMarks(link, around)] })),
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
function confirmation({ kind, recipients, around, disguised: [disguised] }: Picture): Message | null {
  if (kind === 'draft') return null;
  const count = recipients.length;
  if (count >= manyRecipients) return say('card.email.confirm.count', { count });
  const doubtful = recipients.find((recipient) => domainMark(recipient.domain, around) !== null);
  if (doubtful !== undefined) return say('card.email.confirm.address', { address: disarmLine(doubtful.address) });
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
  const around: Neighbourhood = { ownDomains: context.ownDomains, sender: senderOf(account), known: await context.contacts() };
  const people = peopleFacts(everyone(mail), around);
  const { recipients, outsideCount: outside, firstTimeCount: firstTime } = people;
  const links = findLinks(mail.text);
  const disguised = mail.files.filter(({ name, content }) => isDisguised(name) || contradictsName(name, content));
  const doubtful = doubtfulDomains([...people.recipientDomains, ...links.map(({ host }) => host)], around);
  const picture: Picture = { kind, mail, account, around, context, recipients, links, outside, firstTime, disguised };
  const confirm = confirmation(picture);
  const facts: Facts = {
    effect: kind === 'draft' ? 'change' : 'send',
    isReversible: kind === 'draft',
    account: account.address,
    subject: mail.subject,
    ...people,
    ...(kind === 'reply' ? { isReplyToStranger: answersStranger(recipients) } : {}),
    attachments: mail.files.map(({ name, material }) => ({ name, bytes: material.bytes })),
    attachmentTypes: [...new Set(mail.files.map(({ name }) => fileType(name)))],
    ...(disguised.length === 0 ? {} : { disguisedFiles: disguised.map(({ name }) => name) }),
    links: links.map(({ text, host }) => ({ text, host })),
    ...(doubtful.length === 0 ? {} : { doubtfulDomains: doubtful }),
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
