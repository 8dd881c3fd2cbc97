import type { FolderChanges } from '../../model/folder-changes.ts';
import type { JsonObject } from '../../model/json.ts';
import type { UpstreamAnswer } from '../../model/upstream.ts';
import type { Captured, JobEnd } from './workshop.ts';

type Ended = JobEnd & { readonly kind: 'ended' };

const mostRefusals = 20;
/** Files that are named one by one. */
const mostUnkept = 500;

const limits: Readonly<Record<NonNullable<Ended['limit']>, string>> = {
  time: 'It was ended because it took too long.',
  memory: 'It was ended because it used too much memory.',
  processes: 'It was ended because it started too many processes.',
  disk: 'It was ended because it wrote too much to disk.',
  output: 'It was ended because it wrote too much output.',
};

/** What the agent is told of a run: how it ended, what it wrote, and what it was refused. */
export function runAnswer(end: JobEnd): UpstreamAnswer {
  if (end.kind === 'not_started') return { kind: 'failed', text: `Nothing was run. ${end.text}` };
  if (end.isCutOff) return { kind: 'unknown', text: 'The run was ended before it was done. What it had changed in the workspace until then stays. Look before you run it again.' };
  const { code, signal, limit, output, error, refused, unkept } = end;
  const parts = [
    howItEnded(end),
    ...block('Output', output),
    ...block('Errors', error),
    ...(refused.length === 0 ? [] : [`The sandbox refused:\n${refused.slice(0, mostRefusals).join('\n')}${refused.length > mostRefusals ? `\nand ${refused.length - mostRefusals} more` : ''}`]),
    ...toldUnkept(unkept),
  ];
  const structured: JsonObject = {
    exitCode: code,
    signal,
    endedFor: limit,
    output: output.text,
    errors: error.text,
    omittedBytes: output.omitted + error.omitted,
    refused: refused.slice(0, mostRefusals),
    ...(unkept === null ? {} : { notKept: unkept.files.slice(0, mostUnkept).map(({ path, kind }) => ({ path, change: kind })) }),
  };
  return { kind: 'result', result: { content: [{ type: 'text', text: parts.join('\n\n') }], structuredContent: structured, ...(code === 0 && limit === null ? {} : { isError: true }) } };
}

function howItEnded({ code, signal, limit }: Ended): string {
  if (limit !== null) return limits[limit];
  return signal === null ? `Exit code ${code ?? 'unknown'}.` : `It was ended by ${signal}.`;
}

function block(title: string, { text, omitted }: Captured): readonly string[] {
  if (text === '') return [];
  const note = omitted === 0 ? '' : ` (${omitted} bytes in the middle were left out)`;
  return [`${title}${note}:\n${text}`];
}

/** That nothing is in the folder yet, and how it gets there. */
export function toldUnkept(unkept: FolderChanges | null): readonly string[] {
  if (unkept === null) return [];
  const { files, left } = unkept;
  const lines = files.slice(0, mostUnkept).map(({ path, kind }) => `${kind}: ${path}`);
  const more = files.length > mostUnkept ? [`and ${files.length - mostUnkept} more`] : [];
  return [
    ...(files.length === 0 ? [] : [`In your copy, and not in the folder yet (keep_changes puts it there):\n${[...lines, ...more].join('\n')}`]),
    ...(left.length === 0 ? [] : [`${left.length} of what you changed cannot be kept (links, sockets, names with line breaks, and names that other programs run by themselves, such as .git/hooks).`]),
  ];
}

/** What the agent is told of reading, writing or listing, all of which are small programs. */
export function fileAnswer(end: JobEnd, told: (text: string) => string, unkept: (changes: FolderChanges | null) => readonly string[] = () => []): UpstreamAnswer {
  if (end.kind === 'not_started') return { kind: 'failed', text: `Nothing was done. ${end.text}` };
  if (end.isCutOff || end.limit !== null) return { kind: 'unknown', text: 'It was ended before it was done.' };
  if (end.code === 0) {
    const note = end.output.omitted === 0 ? '' : `\n\n(${end.output.omitted} bytes in the middle were left out.)`;
    return { kind: 'result', result: { content: [{ type: 'text', text: [`${told(end.output.text)}${note}`, ...unkept(end.unkept)].join('\n\n') }] } };
  }
  return { kind: 'result', result: { content: [{ type: 'text', text: end.error.text.trim() || 'It did not work.' }], isError: true } };
}
