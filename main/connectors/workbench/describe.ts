import type { LentKey, Message, Row } from '../../../preload/contract.ts';
import type { DescribeContext, Described } from '../../model/action.ts';
import { disarm, disarmLine, isArmed } from '../../model/disarm.ts';
import { say } from '../../model/say.ts';
import type { Code, CodeReport } from './workshop.ts';

/** Where it is done. */
interface Bench {
  readonly folder: string;
  /** On the agent's own copy of the folder, which changes nothing in it. */
  readonly isOnCopy: boolean;
}

const longestHeadline = 120;

/** What a run would do, for the person: its exact text, what stands out in it, and where it runs. */
export function describeRun(code: Code, args: readonly string[], report: CodeReport, { folder, isReduced, isOnCopy, keys }: Bench & { readonly isReduced: boolean; readonly keys: readonly LentKey[] }, context: DescribeContext): Described {
  const values = valuesOf(context, { line: firstLine(code.text) });
  const key = code.kind;
  return {
    facts: { effect: 'run', isReversible: isOnCopy, ...report.facts, ...onCopy(isOnCopy) },
    materials: [],
    card: {
      headline: say(`card.workbench.${key}.headline`),
      summary: say(`card.workbench.${key}.summary`, values),
      unusual: [...report.marks],
      rows: [...report.rows, ...argumentRows(args), ...(code.kind === 'command' ? [] : [workspaceRow(folder)]), { kind: 'sentences', label: say('card.row.sandbox'), sentences: [say(isOnCopy ? 'card.workbench.reach.copy' : 'card.workbench.reach'), ...(keys.length === 0 ? [] : [keysSentence(keys)]), ...(isReduced ? [say('card.workbench.reduced')] : [])] }],
      risk: isOnCopy && !report.isAlarming ? 'normal' : 'high',
      confirm: isOnCopy && !report.isAlarming ? null : say(report.isAlarming ? 'card.workbench.confirm.alarming' : 'card.workbench.confirm'),
    },
    sentence: { did: say(`activity.workbench.${key}.did`, values), wanted: say(`activity.workbench.${key}.wanted`, values), details: [] },
  };
}

/** Reading a file or listing a folder. */
export function describeReading(kind: 'read' | 'list', path: string, folder: string, context: DescribeContext): Described {
  const values = valuesOf(context, { path: disarmLine(path), isAll: path === '' ? 'yes' : 'no' });
  return {
    facts: { effect: 'read', isReversible: true, ...(path === '' ? {} : { paths: [path] }) },
    materials: [],
    card: {
      headline: say(`card.workbench.${kind}.headline`),
      summary: say(`card.workbench.${kind}.summary`, values),
      unusual: [],
      rows: [...(path === '' ? [] : [pathRow(path)]), workspaceRow(folder)],
      risk: 'normal',
      confirm: null,
    },
    sentence: { did: say(`activity.workbench.${kind}.did`, values), wanted: say(`activity.workbench.${kind}.wanted`, values), details: [] },
  };
}

export function describeWriting(path: string, content: string, { folder, isOnCopy }: Bench, context: DescribeContext): Described {
  const values = valuesOf(context, { path: disarmLine(path) });
  return {
    facts: { effect: 'change', isReversible: isOnCopy, paths: [path], ...onCopy(isOnCopy) },
    materials: [],
    card: {
      headline: say('card.workbench.write.headline'),
      summary: say('card.workbench.write.summary', values),
      unusual: isArmed(content) || isArmed(path) ? [{ text: say('mark.hiddenCharacters'), tone: 'stop' }] : [],
      rows: [pathRow(path), workspaceRow(folder), ...(isOnCopy ? [copyRow] : []), { kind: 'message', label: say('card.row.newText'), text: disarm(content), links: [] }],
      risk: 'normal',
      confirm: null,
    },
    sentence: { did: say('activity.workbench.write.did', values), wanted: say('activity.workbench.write.wanted', values), details: [] },
  };
}

/** Everything that waits in an agent's own copy; nobody else has it, and nothing was kept of it. */
export function describeDiscarding(folder: string, context: DescribeContext): Described {
  const values = valuesOf(context, {});
  return {
    facts: { effect: 'read', isReversible: false, folder, ...onCopy(true) },
    materials: [],
    card: {
      headline: say('card.workbench.discard.headline'),
      summary: say('card.workbench.discard.summary', values),
      unusual: [],
      rows: [workspaceRow(folder), copyRow],
      risk: 'normal',
      confirm: null,
    },
    sentence: { did: say('activity.workbench.discard.did', values), wanted: say('activity.workbench.discard.wanted', values), details: [] },
  };
}

const copyRow: Row = { kind: 'sentences', label: say('card.row.sandbox'), sentences: [say('card.workbench.copy')] };

function onCopy(isOnCopy: boolean): Pick<Described['facts'], 'isOnCopy'> {
  return isOnCopy ? { isOnCopy } : {};
}

function valuesOf(context: DescribeContext, more: Readonly<Record<string, string>>): Message['values'] {
  return { agent: disarmLine(context.agentName), connection: disarmLine(context.connectionName), ...more };
}

function keysSentence(keys: readonly LentKey[]): Message {
  return say('card.workbench.keys', { keys: keys.map(({ variable, hosts }) => `${variable} (${hosts.join(', ')})`).join(', ') });
}

function argumentRows(args: readonly string[]): readonly Row[] {
  return args.length === 0 ? [] : [{ kind: 'list', label: say('card.row.arguments'), items: args.map((text) => ({ text: disarmLine(text), marks: [] })) }];
}

function pathRow(path: string): Row {
  return { kind: 'text', label: say('card.row.file'), text: disarmLine(path), isStrong: true };
}

function workspaceRow(folder: string): Row {
  return { kind: 'text', label: say('card.row.workspace'), text: disarmLine(folder), isStrong: false };
}

function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return disarmLine(line.length > longestHeadline ? `${line.slice(0, longestHeadline).toWellFormed()}…` : line);
}
