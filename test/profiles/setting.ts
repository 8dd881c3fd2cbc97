import { join } from 'node:path';
import type { Card } from '../../preload/contract.ts';
import type { ActionProfile, DescribeContext, Described } from '../../main/model/action.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { toolProfile, type ToolProfile } from '../../main/model/tool-profile.ts';
import { compileProfile } from '../../main/profiles/describe-tool.ts';
import { readShippedProfiles } from '../../main/profiles/shipped.ts';
import { sayPhrase } from '../../main/text/phrases.ts';
import { inEnglish } from '../../main/text/text.ts';
import { everybodyBut } from '../model/acquaintances.ts';

export const shipped = readShippedProfiles(join(import.meta.dirname, '../../assets'));
export const text = inEnglish;

export function context(changes: Partial<DescribeContext> = {}): DescribeContext {
  return {
    agentName: 'Finance Claw',
    connectionName: 'Ledger',
    ownDomains: ['acme.example'],
    attachmentFolders: [],
    contacts: () => Promise.resolve(everybodyBut(['ana@northwind.example'])),
    ...changes,
  };
}

export function compiled(tool: string, profile: ToolProfile): ActionProfile {
  return compileProfile(tool, profile, sayPhrase);
}

export async function describeWith(profile: ActionProfile, args: JsonObject, changes: Partial<DescribeContext> = {}): Promise<Described> {
  const described = await profile.describe(args, context(changes));
  if (!('facts' in described)) throw new Error('It was refused.');
  return described;
}

/** What a profile that comes with the app says of a call. */
export function describeShipped(tool: string, args: JsonObject, changes: Partial<DescribeContext> = {}): Promise<Described> {
  const profile = shipped.find(({ tools }) => tools.includes(tool));
  if (profile === undefined) throw new Error(`${tool} has no profile.`);
  return describeWith(compiled(tool, profile), args, changes);
}

/** A profile of a payment, in an organization's own words. */
export const payment = {
  tools: ['ledger_pay'],
  shapes: [{ supplier: 'string', amount: 'number', currency: 'string', memo: 'string?', due: 'string?' }],
  effect: 'pay',
  fields: [
    { name: 'supplier', as: 'payee', at: '/supplier', label: { en: 'Supplier' }, isRequired: true, isStrong: true },
    { name: 'amount', as: 'money', at: '/amount', label: 'amount', units: 'minor', currency: '/currency', isRequired: true, isEditable: true },
    { name: 'memo', as: 'message', at: '/memo', label: 'notes', isEditable: true },
    { name: 'due', as: 'instant', at: '/due', label: { en: 'Due' } },
  ],
  words: {
    ability: { en: 'Pay suppliers' },
    headline: { en: 'Pay {supplier}?' },
    summary: { en: '{agent} wants to pay {amount, number, ::.00} {currency} to “{supplier}”' },
    did: { en: 'paid {amount, number, ::.00} {currency} to “{supplier}”' },
    wanted: { en: 'wanted to pay {amount, number, ::.00} {currency} to “{supplier}”' },
    confirm: { en: '{amount, number, ::.00} {currency} to “{supplier}” is right' },
  },
};

export const paymentProfile = toolProfile.parse(payment);

/** Everything that the rows of a card show, as one text. */
export function shownIn(rows: Card['rows']): string {
  return rows
    .map((row) => {
      switch (row.kind) {
        case 'people':
          return row.people.map(({ address, name }) => `${address}\n${name ?? ''}`).join('\n');
        case 'text':
        case 'message':
        case 'instant':
          return row.text;
        case 'account':
          return row.address;
        case 'changes':
          return row.files.map(({ path, lines }) => `${path}\n${JSON.stringify(lines)}`).join('\n');
        case 'command':
          return row.segments.map(({ text }) => text).join('');
        case 'files':
          return row.files.map(({ name, folder }) => folder + name).join('\n');
        case 'list':
          return row.items.map((item) => item.text).join('\n');
        case 'money':
          return `${row.amount} ${row.currency}`;
        case 'sentences':
          return row.sentences.map(({ id }) => id).join('\n');
        case 'arguments':
          return row.json;
      }
    })
    .join('\n');
}
