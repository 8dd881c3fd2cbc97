import type { Mark, Message, Row } from '../../preload/contract.ts';
import type { Facts } from '../model/action.ts';
import { disarm, disarmLine } from '../model/disarm.ts';
import { say } from '../model/say.ts';
import type { CommandDescription, Danger } from './description.ts';
import { commandGrantScope } from './grant-scope.ts';
import { quoteWords } from './words.ts';

type CommandRow = Extract<Row, { readonly kind: 'command' }>;

const mostSegments = 3000;
const mostNamed = 40;
const longestName = 80;

/** What would change much, or much that is not the Claw's. The rest is worth a look, and no alarm. */
const alarming: ReadonlySet<Danger> = new Set(['run_download', 'disk', 'delete', 'database', 'cloud', 'traces', 'startup_files', 'discard_work', 'force_push', 'send_files', 'privilege', 'accounts', 'firewall', 'fork_bomb', 'power']);
/** Programs that read and show. */
const calm = new Set('ls cat head tail wc sort uniq cut diff cmp file stat pwd echo printf date whoami id uname hostname grep egrep fgrep rg tree du df which type true false basename dirname realpath readlink md5sum sha1sum sha256sum sha512sum jq tr nl tac column git'.split(' '));
const calmGit = /^(?:status|log|diff|show|rev-parse|ls-files|blame|describe|shortlog|rev-list)$/;

/** What rules may look at. */
export function commandFacts(description: CommandDescription): Partial<Facts> {
  const { line, programs, isFullyKnown, dangers, pathsRead, pathsWritten, hosts, simple, folder } = description;
  const scope = commandGrantScope(description);
  return {
    commandLine: line,
    programs: [...new Set(programs.map(({ name }) => name))],
    isFullyKnown,
    destructive: dangers.map(({ kind }) => kind),
    hosts,
    pathsRead,
    pathsWritten,
    ...(simple === null ? {} : { argv: simple }),
    ...(scope === null ? {} : { exactCommand: quoteWords(scope.argv) }),
    ...(folder === null ? {} : { folder }),
  };
}

/** What is unusual about it, for the top of a card. */
export function commandMarks({ dangers, unknowns }: CommandDescription): readonly Mark[] {
  const hidden = unknowns.includes('hidden_characters');
  return [
    ...dangers.map(({ kind }): Mark => ({ text: say(`mark.command.${kind}`), tone: alarming.has(kind) ? 'stop' : 'mind' })),
    ...(hidden ? [{ text: say('mark.hiddenCharacters'), tone: 'stop' as const }] : []),
    ...(unknowns.length > (hidden ? 1 : 0) ? [{ text: say(`mark.command.unknown.${unknowns.find((one) => one !== 'hidden_characters') ?? 'text'}`), tone: 'mind' as const }] : []),
  ];
}

/** The line in its colours, what it could change, and what it would start and reach. All of it disarmed. */
export function commandRows(description: CommandDescription): readonly Row[] {
  const { programs, hosts, pathsWritten, folder } = description;
  return [
    { kind: 'sentences', label: say('card.row.couldChange'), sentences: [changeSentence(description)] },
    ...listRow('card.row.programs', [...new Set(programs.map(({ name, via }) => [...via, name].join(' › ')))]),
    ...listRow('card.row.hosts', hosts),
    ...listRow('card.row.filesWritten', pathsWritten),
    ...(folder === null ? [] : [{ kind: 'text' as const, label: say('card.row.folder'), text: disarmLine(folder), isStrong: false }]),
    lineRow(description),
  ];
}

function listRow(label: string, texts: readonly string[]): readonly Row[] {
  return texts.length === 0 ? [] : [{ kind: 'list', label: say(label), items: texts.slice(0, mostNamed).map((text) => ({ text: disarmLine(text), marks: [] })) }];
}

function lineRow({ line, tokens }: CommandDescription): CommandRow {
  const shown = tokens.slice(0, mostSegments);
  const rest = line.slice(shown.at(-1)?.end ?? 0);
  return {
    kind: 'command',
    label: say('card.row.command'),
    segments: [...shown.map(({ kind, start, end }) => ({ kind, text: disarm(line.slice(start, end)) })), ...(rest === '' ? [] : [{ kind: 'plain' as const, text: disarm(rest) }])],
  };
}

/** The one thing that a person should know of it. Nothing is ever called harmless. */
export function changeSentence({ dangers, unknowns, isFullyKnown, pathsWritten, hosts, programs }: CommandDescription): Message {
  const [gravest, ...others] = dangers;
  if (gravest !== undefined) return say(`command.change.${gravest.kind}`, { what: clip(gravest.what), isNamed: gravest.what === '' ? 'no' : 'yes', others: others.length });
  if (!isFullyKnown) return say(unknowns.includes('code') || unknowns.includes('text') ? 'command.change.code' : 'command.change.unknown');
  const [file] = pathsWritten;
  if (file !== undefined) return say('command.change.writes', { file: clip(file), count: pathsWritten.length });
  const [host] = hosts;
  if (host !== undefined) return say('command.change.reaches', { host: clip(host), count: hosts.length });
  const isCalm = programs.every(({ name, argv }) => calm.has(name) && (name !== 'git' || calmGit.test(argv[1]?.value ?? '')));
  return isCalm ? say('command.change.reads') : say('command.change.program', { program: clip(programs.at(-1)?.name ?? ''), count: programs.length });
}

function clip(text: string): string {
  const shown = disarmLine(text.slice(0, 4 * longestName));
  return shown.length <= longestName ? shown : `${shown.slice(0, longestName).replace(/(?:⟦[U+0-9A-F]*|[\uD800-\uDBFF])$/, '')}…`;
}
