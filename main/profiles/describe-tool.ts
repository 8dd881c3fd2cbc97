import type { Message } from '../../preload/contract.ts';
import type { ActionProfile, CardBody, DescribeContext, Described, Facts } from '../model/action.ts';
import { disarm } from '../model/disarm.ts';
import { doubtfulDomains, type Neighbourhood } from '../model/domain-marks.ts';
import { fileType, isDisguised } from '../model/file-names.ts';
import { genericProfile } from '../model/generic-profile.ts';
import type { JsonObject } from '../model/json.ts';
import { noContacts } from '../model/known-contacts.ts';
import { findLinks } from '../model/links.ts';
import { answersStranger, peopleFacts } from '../model/recipients.ts';
import { say } from '../model/say.ts';
import { editableKind, type Phrase, type ToolProfile, type Word } from '../model/tool-profile.ts';
import { marksOf } from './marks.ts';
import { countOf, type Picture } from './picture.ts';
import { readFields, type Reading } from './read-fields.ts';
import { confirmOf } from './risk.ts';
import { rowsOf } from './rows.ts';
import { valuesOf } from './values.ts';

/** Puts an organization's own words into the person's language. */
export type SayPhrase = (phrase: Phrase, values: Message['values']) => Message;

/**
 * The action profile that a declarative one stands for. Arguments that it cannot read to the last value are described by the
 * careful generic profile.
 */
export function compileProfile(tool: string, profile: ToolProfile, sayPhrase: SayPhrase): ActionProfile {
  const { words } = profile;
  const word = (which: Word, values: Message['values']): Message => {
    if (typeof words === 'string') return say(`profile.${words}.${which}`, values);
    const phrase = words[which];
    return phrase === undefined ? say('card.profile.confirm') : sayPhrase(phrase, values);
  };
  const labelOf = (label: ToolProfile['fields'][number]['label']): Message => (typeof label === 'string' ? say(`profile.label.${label}`) : sayPhrase(label, {}));

  return {
    effect: profile.effect,
    ability: word('ability', {}),
    editable: profile.fields.flatMap((field) => {
      const kind = field.isEditable ? editableKind(field) : null;
      return kind === null ? [] : [{ at: field.at.replace(/\/\*$/, ''), kind, label: labelOf(field.label) }];
    }),
    async describe(args, context): Promise<Described> {
      const readings = readFields(profile.fields, args);
      if (readings === undefined) return describedGenerally(tool, args, context);
      const around: Neighbourhood = { ownDomains: context.ownDomains, sender: null, known: leadsSomewhere(readings) ? await context.contacts() : noContacts };
      const facts = factsOf(profile, readings, around);
      const picture: Picture = { profile, args, readings, facts, context, around, label: ({ field }) => labelOf(field.label) };
      const values = valuesOf(picture);
      let made: CardBody | undefined;
      const makeCard = (): CardBody => {
        const confirm = confirmOf(picture, () => word('confirm', values));
        return { headline: word('headline', values), summary: word('summary', values), unusual: [...marksOf(picture)], rows: rowsOf(picture), risk: confirm === null ? 'normal' : 'high', confirm };
      };
      return {
        grants: profile.grants,
        facts,
        materials: [],
        // Most actions are allowed and need no card.
        get card() {
          return (made ??= makeCard());
        },
        sentence: { did: word('did', values), wanted: word('wanted', values), details: [...detailsOf(facts)] },
      };
    },
  };
}

/** The tool is known and this call of it is not: that is worth a second look. */
async function describedGenerally(tool: string, args: JsonObject, context: DescribeContext): Promise<Described> {
  const described = await genericProfile(tool, disarm, [{ text: say('card.mark.unclearArguments'), tone: 'mind' }]).describe(args, context);
  if (!('facts' in described)) throw new Error('The generic profile describes everything.');
  return described;
}

function detailsOf({ outsideCount = 0, attachments = [] }: Facts): readonly Message[] {
  return [
    ...(outsideCount > 0 ? [say('activity.email.outside', { count: outsideCount })] : []),
    ...(attachments.length > 0 ? [say('activity.email.attached', { count: attachments.length })] : []),
  ];
}

/** Whether whom it goes to can be known: most actions go nowhere, and need no look at the record. */
function leadsSomewhere(readings: readonly Reading[]): boolean {
  return readings.some(({ as }) => as === 'people' || as === 'url' || as === 'payee' || as === 'message');
}

function factsOf(profile: ToolProfile, readings: readonly Reading[], around: Neighbourhood): Facts {
  const people = readings.flatMap((reading) => (reading.as === 'people' ? reading.people : []));
  const unique = [...new Map(people.map((person) => [person.address.toLowerCase(), person])).values()];
  const money = readings.find((reading) => reading.as === 'money')?.money;
  const links = texts(readings, 'message').flatMap((text) => findLinks(text));
  const hosts = [...new Set(readings.flatMap((reading) => (reading.as === 'url' ? reading.urls.map(({ host }) => host) : [])))];
  const resources = texts(readings, 'resource');
  const paths = texts(readings, 'path');
  const files = texts(readings, 'file');
  const [payee] = texts(readings, 'payee');
  const disguised = files.filter(isDisguised);
  const doubtful = doubtfulDomains([...unique.map(({ domain }) => domain), ...hosts, ...links.map(({ host }) => host)], around);
  const starts = readings.flatMap((reading) => (reading.as === 'instant' ? reading.moments.flatMap(({ at, precision }) => (at === null || precision === 'clock' ? [] : [Math.floor(at / 1000)])) : []));
  const single = (as: 'account' | 'subject' | 'query'): Partial<Facts> => {
    const [text] = texts(readings, as);
    return text === undefined ? {} : { [as]: text };
  };
  const peopled: Partial<Facts> = unique.length === 0 ? {} : peopleFacts(unique, around);
  return {
    effect: profile.effect,
    isReversible: profile.isReversible ?? profile.effect === 'read',
    ...single('account'),
    ...single('subject'),
    ...single('query'),
    ...peopled,
    ...(profile.effect === 'send' && unique.length > 0 && isReply(readings) ? { isReplyToStranger: answersStranger(peopled.recipients ?? []) } : {}),
    ...(payee === undefined ? {} : { payee, isFirstTimePayee: !around.known.isKnown('payee', payee) }),
    ...(money === undefined ? {} : { amountMinor: money.minor, currency: money.currency }),
    ...(links.length === 0 ? {} : { links: links.map(({ text, host }) => ({ text, host })) }),
    ...(hosts.length === 0 ? {} : { hosts, firstTimeHosts: hosts.filter((host) => !around.known.isKnown('host', host)) }),
    ...(doubtful.length === 0 ? {} : { doubtfulDomains: doubtful }),
    ...(resources.length === 0 ? {} : { resources: [...new Set(resources)] }),
    ...(paths.length === 0 ? {} : { paths: [...new Set(paths)] }),
    // Where people are, that nothing is attached is something to know.
    ...(files.length === 0 && unique.length === 0 ? {} : { attachments: files.map((name) => ({ name })), attachmentTypes: [...new Set(files.map(fileType))] }),
    ...(disguised.length === 0 ? {} : { disguisedFiles: disguised }),
    ...(starts.length === 0 ? {} : { startsAt: Math.min(...starts) }),
    ...(profile.items === undefined ? {} : { itemCount: countOf(readings, profile.items) }),
  };
}

/** It names what it answers. */
function isReply(readings: readonly Reading[]): boolean {
  return readings.some(({ field }) => field.label === 'thread' || field.label === 'replyTo');
}

function texts(readings: readonly Reading[], as: 'account' | 'subject' | 'payee' | 'query' | 'message' | 'resource' | 'path' | 'file'): readonly string[] {
  return readings.flatMap((reading) => (reading.as === as ? reading.values.map(String) : []));
}
