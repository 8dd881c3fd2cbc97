import { z } from 'zod';
import { effect } from '../../preload/contract.ts';
import { problemOfPhrase } from './phrase.ts';

/**
 * The declarative description of a tool of somebody else's MCP server, as JSON: what it does, what in its arguments a person
 * has to see, and in which words. `docs/profiles.md` describes every key; `main/profiles` reads arguments by it.
 */

/** Values that every phrase may use, whatever its fields are. */
export const commonValues = ['agent', 'connection', 'count', 'people', 'outside', 'firstTime'] as const;
/** Beside the amount itself, which is in whole units. `digits`: after the point. */
export const moneyValues = ['currency', 'digits'] as const;

/** The words beside a fact that Countersign has in every language. */
export const labels = [
  'account', 'amount', 'attached', 'bcc', 'body', 'branch', 'calendar', 'cc', 'channel', 'comment', 'content', 'currency', 'customer', 'days', 'description',
  'details', 'ends', 'exclude', 'fields', 'file', 'files', 'filter', 'firstLines', 'folder', 'from', 'fromBranch', 'guests', 'invoice', 'issue', 'items',
  'kind', 'labels', 'lastLines', 'limit', 'link', 'location', 'lookingFor', 'mailbox', 'message', 'name', 'names', 'newText', 'notes', 'notify', 'number',
  'object', 'oldText', 'onlyPreview', 'order', 'organization', 'owner', 'page', 'parent', 'payee', 'payment', 'people', 'position', 'price', 'private',
  'product', 'project', 'properties', 'pullRequest', 'quantity', 'reaction', 'reason', 'refundAmount', 'relation', 'repeats', 'replyTo', 'repository',
  'sendsNow', 'since', 'starts', 'status', 'subject', 'subscription', 'target', 'thread', 'timeZone', 'title', 'to', 'unitAmount', 'until', 'user',
  'version',
] as const; // prettier-ignore

const name = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,30}$/, 'should be a word of letters and digits that begins with a small letter')
  .refine((text) => !text.endsWith('Count') && ![...commonValues, ...moneyValues].includes(text as never), 'is a name that Countersign uses itself');

/** JSON Pointer (RFC 6901), where `*` stands for every item of a list. */
const pointer = z.string().max(300).regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'should be the way to an argument, as "/to" or "/items/*/name"');

const phrase = z
  .record(z.string().regex(/^[a-z]{2}$/), z.string().min(1).max(500))
  .refine((texts) => texts['en'] !== undefined, 'should have a text for "en"');
export type Phrase = z.infer<typeof phrase>;

const label = z.union([z.enum(labels), phrase], 'should be one of the words in docs/profiles.md, or a text for each language, as {"en": "Supplier"}');
export type Label = z.infer<typeof label>;

const words = ['ability', 'headline', 'summary', 'did', 'wanted'] as const;
export type Word = (typeof words)[number] | 'confirm';
const wording = z.union(
  [z.string().regex(/^[a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)+$/), z.strictObject({ ability: phrase, headline: phrase, summary: phrase, did: phrase, wanted: phrase, confirm: phrase.optional() })],
  'should have a text for each language under "ability", "headline", "summary", "did" and "wanted"',
);

const common = {
  /** What phrases and conditions call it. */
  name,
  at: pointer,
  label,
  /** Without it the tool cannot be described. */
  isRequired: z.boolean().default(false),
  isEditable: z.boolean().default(false),
  isStrong: z.boolean().default(false),
};

const plainKinds = ['account', 'subject', 'payee', 'query', 'resource', 'text', 'message', 'path', 'url', 'file', 'option', 'json'] as const;

const field = z.discriminatedUnion('as', [
  z.strictObject({ ...common, as: z.enum(plainKinds) }),
  /** Email addresses, each with or without a name. `separator`: several of them in one text. */
  z.strictObject({ ...common, as: z.literal('people'), separator: z.enum([',', ';']).optional() }),
  z.strictObject({
    ...common,
    as: z.literal('money'),
    /** `minor`: cents and the like. */
    units: z.enum(['minor', 'major']),
    /** Where the currency stands in the arguments, or which it always is (ISO 4217). */
    currency: z.union([pointer, z.string().regex(/^[A-Z]{3}$/)], 'should be the way to an argument, or a currency as "EUR"'),
    /** Currencies whose smallest unit is another one for this service. */
    digits: z.record(z.string().regex(/^[A-Z]{3}$/), z.number().int().min(0).max(4)).default({}),
  }),
  z.strictObject({
    ...common,
    as: z.literal('instant'),
    /** What a number counts from 1970 on. */
    epoch: z.enum(['seconds', 'milliseconds']).default('seconds'),
  }),
]);
export type ProfileField = z.infer<typeof field>;

/** When an action of the tool is a high risk; payments, deletions and commands always are. */
const risk = z.discriminatedUnion('when', [
  z.strictObject({ when: z.literal('always') }),
  z.strictObject({ when: z.literal('outside') }),
  z.strictObject({ when: z.literal('firstTime') }),
  z.strictObject({ when: z.literal('people'), over: z.number().int().min(0) }),
  z.strictObject({ when: z.literal('items'), over: z.number().int().min(0) }),
  /** In the smallest unit of that currency. An amount in any other currency is over it. */
  z.strictObject({ when: z.literal('amount'), over: z.number().int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) }),
  z.strictObject({ when: z.literal('field'), name, is: z.union([z.string(), z.number(), z.boolean()]) }),
]);
export type Risk = z.infer<typeof risk>;

/** What a property must be, `?` where it may be missing: `string`, `number?`, `string[]`, `any`. Whole numbers are numbers. */
const shape = z.record(z.string(), z.string().regex(/^(?:string|number|boolean|object|array|string\[\]|number\[\]|object\[\]|any)\??$/, 'should be a type, as "string", "number?" or "string[]"'));
export type Shape = z.infer<typeof shape>;

/** Effects that a person must confirm each time; no standing answer may cover them. */
export const gravest: ReadonlySet<string> = new Set(['pay', 'delete', 'run']);

export const toolProfile = z
  .strictObject({
    tools: z.array(z.string().min(1).max(128)).min(1).max(50),
    /** Ids of the connections it is for; absent: every one. */
    connections: z.array(z.string()).min(1).max(50).optional(),
    /** SHA-256 of the input schema's names, types and required properties, lower-case hex. */
    fingerprints: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(50).default([]),
    shapes: z.array(shape).max(20).default([]),
    effect: effect.exclude(['unknown']),
    isReversible: z.boolean().optional(),
    fields: z.array(field).max(60).default([]),
    /** The field whose values are the things that it acts on. */
    items: name.optional(),
    words: wording,
    highRisk: z.array(risk).max(20).default([]),
    grants: z.array(z.enum(['same_action', 'same_recipients', 'same_resource'])).max(3).default([]),
  })
  .superRefine((profile, context) => {
    const report = (path: readonly (string | number)[], message: string): void => context.addIssue({ code: 'custom', path: [...path], message });
    const names = profile.fields.map((one) => one.name);
    if (profile.fingerprints.length + profile.shapes.length === 0) report(['shapes'], 'is needed, or "fingerprints": a tool is not known by its name alone');
    names.forEach((one, index) => names.indexOf(one) !== index && report(['fields', index, 'name'], 'is used twice'));
    profile.fields.forEach((one, index) => {
      if (one.isEditable && editableKind(one) === null) report(['fields', index, 'isEditable'], 'is not possible for a field of this kind');
    });
    if (profile.items !== undefined && !names.includes(profile.items)) report(['items'], 'names no field');
    profile.highRisk.forEach((one, index) => one.when === 'field' && !names.includes(one.name) && report(['highRisk', index, 'name'], 'names no field'));
    if (gravest.has(profile.effect) && profile.grants.length > 0) report(['grants'], `must be empty where the effect is "${profile.effect}"`);
    if (typeof profile.words === 'string') return;
    if (profile.words.confirm === undefined && (gravest.has(profile.effect) || profile.highRisk.length > 0)) report(['words', 'confirm'], 'is needed where something is a high risk');
    const values = [...commonValues, ...names.flatMap((one) => [one, `${one}Count`]), ...(profile.fields.some((one) => one.as === 'money') ? moneyValues : [])];
    for (const [word, texts] of Object.entries(profile.words)) {
      for (const [language, text] of Object.entries(texts ?? {})) {
        const problem = problemOfPhrase(text, word === 'ability' ? [] : values);
        if (problem !== null) report(['words', word, language], problem);
      }
    }
    profile.fields.forEach((one, index) => {
      if (typeof one.label === 'string') return;
      for (const [language, text] of Object.entries(one.label)) {
        const problem = problemOfPhrase(text, []);
        if (problem !== null) report(['fields', index, 'label', language], problem);
      }
    });
  });
export type ToolProfile = z.infer<typeof toolProfile>;

/** A profile that an organization wrote: with its own words, because ours have ids that may change. */
export const organizationProfile = toolProfile.refine(({ words }) => typeof words !== 'string', { path: ['words'], message: 'should hold a text for each language' });

export const profileFile = z.strictObject({ format: z.literal(1), profiles: z.array(toolProfile) });

/** How a field is edited; null: it is not. What stands in many places of the arguments has no one place to edit. */
export function editableKind({ as, at }: Pick<ProfileField, 'as' | 'at'>): 'line' | 'text' | 'people' | 'amount' | 'instant' | null {
  if (as === 'people') return /^(?:\/[^/*]+)+(?:\/\*)?$/.test(at) ? 'people' : null;
  if (at.includes('*')) return null;
  if (as === 'subject' || as === 'text' || as === 'query') return 'line';
  if (as === 'message') return 'text';
  if (as === 'money') return 'amount';
  return as === 'instant' ? 'instant' : null;
}
