import type { AgentId, ChangedFile, Mark, Message, Row } from '../../../preload/contract.ts';
import type { DescribeContext, Described, Material, NotDescribedNow, Undescribable } from '../../model/action.ts';
import { disarm, disarmLine, isArmed } from '../../model/disarm.ts';
import type { FileChange } from '../../model/folder-changes.ts';
import { diffLines, type DiffLine } from '../../model/line-diff.ts';
import { say } from '../../model/say.ts';
import type { UpstreamAnswer } from '../../model/upstream.ts';
import type { Copies } from './workshop.ts';

/** Characters of differences that one card shows; more than that no person reads. */
const mostShown = 200_000;

export interface Keeping {
  readonly agent: AgentId;
  readonly copies: Copies;
  readonly folder: string;
}

/** Those of the agent's changes that it names, or one English sentence on why there are none. */
async function chosen(files: readonly string[], { agent, copies }: Keeping): Promise<readonly FileChange[] | Undescribable | NotDescribedNow> {
  const read = await copies.changes(agent);
  if (!read.ok) return { unavailable: read.text };
  const found = new Map(read.changes.files.map((change) => [change.path, change]));
  const unknown = files.filter((path) => !found.has(path));
  if (unknown.length > 0) return { invalid: `"files": not changed in your copy: ${unknown.slice(0, 20).map(disarmLine).join(', ')}.` };
  return [...new Set(files)].flatMap((path) => found.get(path) ?? []);
}

/** What would be different in the folder, file by file. What is kept must be exactly those bytes, in place of exactly what is there now. */
export async function describeKeeping(files: readonly string[], keeping: Keeping, context: DescribeContext): Promise<Described | Undescribable | NotDescribedNow> {
  const changes = await chosen(files, keeping);
  if ('invalid' in changes || 'unavailable' in changes) return changes;
  const { agent, copies, folder } = keeping;
  const deleted = changes.filter(({ kind }) => kind === 'deleted');
  const values: Message['values'] = { agent: disarmLine(context.agentName), connection: disarmLine(context.connectionName), count: changes.length, path: disarmLine(changes[0]?.path ?? '') };
  let room = mostShown;
  const shown: ChangedFile[] = [];
  let isHiding = false;
  for (const change of changes) {
    const { lines, isArmed } = await differenceOf(change, keeping, room);
    room -= lines === null ? 0 : lengthOf(lines);
    isHiding ||= isArmed;
    shown.push({ path: disarmLine(change.path), change: change.kind, bytes: change.after?.bytes ?? null, marks: marksOf(change), lines: lines === null ? null : [...lines] });
  }
  const unusual: Mark[] = [
    ...(isHiding ? [{ text: say('mark.hiddenCharacters'), tone: 'stop' as const }] : []),
    ...(changes.some(({ isChangedInFolder }) => isChangedInFolder) ? [{ text: say('mark.changedMeanwhile'), tone: 'stop' as const }] : []),
    ...(deleted.length > 0 ? [{ text: say('mark.deletesFiles', { count: deleted.length }), tone: 'mind' as const }] : []),
  ];
  const isHigh = unusual.some(({ tone }) => tone === 'stop');
  const row: Row = { kind: 'changes', label: say('card.row.changes'), files: shown };
  return {
    // It is for looking at each time: no standing answer knows what the next files hold.
    grants: [],
    facts: {
      effect: 'change',
      isReversible: false,
      folder,
      itemCount: changes.length,
      paths: changes.map(({ path }) => path),
      ...(deleted.length > 0 ? { pathsDeleted: deleted.map(({ path }) => path) } : {}),
    },
    materials: materialsOf(changes, agent, copies),
    card: {
      headline: say('card.workbench.keep.headline', values),
      summary: say('card.workbench.keep.summary', values),
      unusual,
      rows: [{ kind: 'text', label: say('card.row.workspace'), text: disarmLine(folder), isStrong: false }, row],
      risk: isHigh ? 'high' : 'normal',
      confirm: isHigh ? say('card.workbench.keep.confirm') : null,
    },
    sentence: { did: say('activity.workbench.keep.did', values), wanted: say('activity.workbench.keep.wanted', values), details: [] },
  };
}

export async function keepChanges(files: readonly string[], keeping: Keeping, materials: readonly Material[], signal: AbortSignal): Promise<UpstreamAnswer> {
  const changes = await chosen(files, keeping);
  if ('unavailable' in changes) return { kind: 'failed', text: `Nothing was kept. ${changes.unavailable}` };
  const { agent, copies } = keeping;
  if ('invalid' in changes || JSON.stringify(materialsOf(changes, agent, copies)) !== JSON.stringify(materials)) return changedSince;
  const kept = await copies.keep(agent, changes, signal);
  if (kept === null) return changedSince;
  const left = await copies.changes(agent);
  const rest = left.ok ? left.changes.files.map(({ path }) => path) : [];
  const text = [
    kept.kept.length === 0 ? 'Nothing was kept.' : `Kept in the folder: ${kept.kept.join(', ')}.`,
    ...(kept.failed.length === 0 ? [] : [`Could not be written, and are as they were: ${kept.failed.join(', ')}.`]),
    ...(rest.length === 0 ? [] : [`Still in your copy alone: ${rest.slice(0, 100).join(', ')}.`]),
  ].join('\n');
  return {
    kind: 'result',
    result: { content: [{ type: 'text', text }], structuredContent: { kept: [...kept.kept], failed: [...kept.failed], notKept: rest }, ...(kept.failed.length > 0 ? { isError: true } : {}) },
  };
}

const changedSince: UpstreamAnswer = { kind: 'failed', text: 'Nothing was kept: a file is not any more what it was when this was asked. Look at it, and ask again.' };

function marksOf({ isChangedInFolder, becomesProgram }: FileChange): Mark[] {
  return [
    ...(isChangedInFolder ? [{ text: say('mark.changedMeanwhile'), tone: 'stop' as const }] : []),
    ...(becomesProgram ? [{ text: say('mark.becomesProgram'), tone: 'mind' as const }] : []),
  ];
}

function materialsOf(changes: readonly FileChange[], agent: AgentId, copies: Copies): readonly Material[] {
  return changes.flatMap(({ path, before, after }) => {
    const { inCopy, inFolder } = copies.pathsOf(agent, path);
    return [...(before === null ? [] : [{ path: inFolder, ...before }]), ...(after === null ? [] : [{ path: inCopy, ...after }])];
  });
}

/** Null lines: it is no text, or too much to be shown. */
async function differenceOf(change: FileChange, { agent, copies }: Keeping, room: number): Promise<{ readonly lines: readonly DiffLine[] | null; readonly isArmed: boolean }> {
  const { before, after } = await copies.texts(agent, change);
  if ((change.before !== null && before === null) || (change.after !== null && after === null)) return { lines: null, isArmed: isArmed(change.path) };
  const lines = diffOf(before === null ? null : shownText(before), after === null ? null : shownText(after));
  return { lines: lengthOf(lines) > room ? null : lines, isArmed: isArmed(change.path) || (after !== null && isArmed(plain(after))) };
}

function whole(kind: 'added' | 'removed', text: string | null): readonly DiffLine[] {
  return text === null || text === '' ? [] : text.replace(/\n$/, '').split('\n').map((line) => ({ kind, text: line }));
}

/** A file that is not there has no line, not an empty one. */
function diffOf(before: string | null, after: string | null): readonly DiffLine[] {
  return before === null || after === null ? [...whole('removed', before), ...whole('added', after)] : diffLines(before, after);
}

function shownText(text: string): string {
  return disarm(plain(text));
}

/** Without a byte order mark and with line feeds alone: nobody reads a difference there. */
function plain(text: string): string {
  return text.replace(/^\u{FEFF}/u, '').replaceAll(/\r\n?/g, '\n');
}

function lengthOf(lines: readonly DiffLine[]): number {
  return lines.reduce((sum, line) => sum + (line.kind === 'skipped' ? 1 : line.text.length + 1), 0);
}
