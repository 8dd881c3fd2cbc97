import type { Message } from '../../preload/contract.ts';
import type { ActionProfile, CardBody, DescribeContext, Described, Facts, Recipient } from '../model/action.ts';
import { disarm } from '../model/disarm.ts';
import { fileType } from '../model/file-names.ts';
import { genericProfile } from '../model/generic-profile.ts';
import type { JsonObject } from '../model/json.ts';
import { findLinks } from '../model/links.ts';
import { recipientFacts } from '../model/recipients.ts';
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
    grants: profile.grants,
    async describe(args, context): Promise<Described> {
      const readings = readFields(profile.fields, args);
      if (readings === undefined) return describedGenerally(tool, args, context);
      const facts = await factsOf(profile, readings, context);
      const picture: Picture = { profile, args, readings, facts, context, label: ({ field }) => labelOf(field.label) };
      const values = valuesOf(picture);
      let made: CardBody | undefined;
      const makeCard = (): CardBody => {
        const confirm = confirmOf(picture, () => word('confirm', values));
        return { headline: word('headline', values), summary: word('summary', values), unusual: [...marksOf(picture)], rows: rowsOf(picture), risk: confirm === null ? 'normal' : 'high', confirm };
      };
      return {
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

async function factsOf(profile: ToolProfile, readings: readonly Reading[], context: DescribeContext): Promise<Facts> {
  const people = readings.flatMap((reading) => (reading.as === 'people' ? reading.people : []));
  const unique = [...new Map(people.map((person) => [person.address.toLowerCase(), person])).values()];
  const money = readings.find((reading) => reading.as === 'money')?.money;
  const links = texts(readings, 'message').flatMap((text) => findLinks(text));
  const hosts = readings.flatMap((reading) => (reading.as === 'url' ? reading.urls.map(({ host }) => host) : []));
  const resources = texts(readings, 'resource');
  const paths = texts(readings, 'path');
  const files = texts(readings, 'file');
  const starts = readings.flatMap((reading) => (reading.as === 'instant' ? reading.moments.flatMap(({ at, precision }) => (at === null || precision === 'clock' ? [] : [Math.floor(at / 1000)])) : []));
  const single = (as: 'account' | 'subject' | 'payee' | 'query'): Partial<Facts> => {
    const [text] = texts(readings, as);
    return text === undefined ? {} : { [as]: text };
  };
  return {
    effect: profile.effect,
    isReversible: profile.isReversible ?? profile.effect === 'read',
    ...single('account'),
    ...single('subject'),
    ...single('payee'),
    ...single('query'),
    ...(unique.length === 0 ? {} : peopleFacts(await recipientFacts(unique, null, context))),
    ...(money === undefined ? {} : { amountMinor: money.minor, currency: money.currency }),
    ...(links.length === 0 ? {} : { links: links.map(({ text, host }) => ({ text, host })) }),
    ...(hosts.length === 0 ? {} : { hosts: [...new Set(hosts)] }),
    ...(resources.length === 0 ? {} : { resources: [...new Set(resources)] }),
    ...(paths.length === 0 ? {} : { paths: [...new Set(paths)] }),
    ...(files.length === 0 ? {} : { attachments: files.map((name) => ({ name })), attachmentTypes: [...new Set(files.map(fileType))] }),
    ...(starts.length === 0 ? {} : { startsAt: Math.min(...starts) }),
    ...(profile.items === undefined ? {} : { itemCount: countOf(readings, profile.items) }),
  };
}

function peopleFacts(recipients: readonly Recipient[]): Partial<Facts> {
  return {
    recipients,
    recipientDomains: [...new Set(recipients.map(({ domain }) => domain))],
    recipientCount: recipients.length,
    outsideCount: recipients.filter(({ isOutside }) => isOutside).length,
    firstTimeCount: recipients.filter(({ isFirstTime }) => isFirstTime).length,
  };
}

function texts(readings: readonly Reading[], as: 'account' | 'subject' | 'payee' | 'query' | 'message' | 'resource' | 'path' | 'file'): readonly string[] {
  return readings.flatMap((reading) => (reading.as === as ? reading.values.map(String) : []));
}
