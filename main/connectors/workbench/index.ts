import type { AgentId } from '../../../preload/contract.ts';
import type { LentKey } from '../../../preload/contract.ts';
import type { ActionProfile, DescribeContext, Described, NotDescribedNow, Undescribable } from '../../model/action.ts';
import type { Clock } from '../../model/clock.ts';
import { disarmLine } from '../../model/disarm.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { currentAgent } from '../../model/on-behalf-of.ts';
import { say } from '../../model/say.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall } from '../../model/upstream.ts';
import { describeDiscarding, describeReading, describeRun, describeWriting } from './describe.ts';
import { isCopyTool, isToolName, parseInput, type Input, type RunName, type ToolName } from './inputs.ts';
import { describeKeeping, keepChanges, type Keeping } from './keeping.ts';
import { fileAnswer, runAnswer, toldUnkept } from './result.ts';
import { toolsOf } from './tools.ts';
import type { Code, CodeReport, Job, Workshop } from './workshop.ts';

export type { Captured, Code, CodeReport, Copies, Job, JobEnd, Workshop } from './workshop.ts';

export interface WorkbenchOptions {
  readonly name: string;
  /** The workspace, as the person chose it. */
  readonly folder: string;
  /** The system holds runs less tightly than it could; the card says so. */
  readonly isReduced: boolean;
  /** What runs may use and never see. */
  readonly keys: readonly LentKey[];
  /** Milliseconds that a run may take at most. */
  readonly longestRun: number;
  readonly workshop: Workshop;
  readonly clock: Clock;
  /** What code would do in that folder, by its text. */
  readonly look: (code: Code, folder: string) => CodeReport;
}

const isRun = (name: ToolName): name is RunName => name === 'run_command' || name === 'run_python' || name === 'run_node';
const effects = { run_command: 'run', run_python: 'run', run_node: 'run', read_file: 'read', write_file: 'change', list_files: 'read', keep_changes: 'change', discard_changes: 'read' } as const;

/** Milliseconds that reading, writing or listing may take. */
const fileTime = 60_000;
/** Milliseconds between two pieces of progress, and the most characters of one. */
const progressPause = 200;
const longestProgress = 2_000;

const writeScript = 'mkdir -p -- "$(dirname -- "$1")" && cat > "$1"';
/** Devices are what the sandbox puts in the place of names that nobody may write. */
const listScript = `cd -- "$1" && find . -mindepth 1 -maxdepth 4 -not -path './.git/*' -exec sh -c '
for path; do
  if [ -c "$path" ]; then continue; fi
  if [ -L "$path" ]; then kind=l size=0; elif [ -d "$path" ]; then kind=d size=0; else kind=f size=$(wc -c < "$path"); fi
  printf "%s %s %s\\n" $kind $((size)) "\${path#./}"
done' list {} + | sort -k3 | head -n 2000`;

/** A folder of the person's in which Claws may run code, each time in a fresh sandbox. */
export function createWorkbenchConnector(options: WorkbenchOptions): Upstream {
  const closing = new AbortController();
  const { copies } = options.workshop;
  const isOnCopy = copies !== undefined;
  const tools = toolsOf(isOnCopy, options.keys);
  const keepingOf = (agent: AgentId | undefined): Keeping | undefined => (copies === undefined || agent === undefined ? undefined : { agent, copies, folder: options.folder });

  const describe = async (name: ToolName, args: JsonObject, context: DescribeContext): Promise<Described | Undescribable | NotDescribedNow> => {
    const parsed = parseInput(name, args);
    if (!parsed.ok) return { invalid: parsed.invalid };
    if (isRun(name)) {
      const code = codeOf(name, args);
      return describeRun(code, wordsOf(args), options.look(code, options.folder), { ...options, isOnCopy }, context);
    }
    if (isCopyTool(name)) {
      const keeping = keepingOf(currentAgent());
      if (keeping === undefined) return { invalid: 'There is no such tool.' };
      return name === 'keep_changes' ? describeKeeping(filesOf(args), keeping, context) : describeDiscarding(options.folder, context);
    }
    // Parsed: each of these has its path, or may be without.
    const path = normal(textOf(args['path']));
    if (name === 'write_file') return describeWriting(path, textOf(args['content']), { ...options, isOnCopy }, context);
    return describeReading(name === 'read_file' ? 'read' : 'list', path, options.folder, context);
  };

  const call = async (name: ToolName, args: JsonObject, { action, agent, materials, signal, conversation }: UpstreamCall): Promise<UpstreamAnswer> => {
    const parsed = parseInput(name, args);
    if (!parsed.ok) return { kind: 'failed', text: `Nothing was done. ${parsed.invalid}` };
    const ends = AbortSignal.any([signal, closing.signal]);
    const run = (argv: Job['argv'], input: string, time: number, program: string | null = null, onOutput: Job['onOutput'] = () => undefined) =>
      options.workshop.run({ argv, input, agent, action, program, isReading: name === 'read_file' || name === 'list_files', time, signal: ends, onOutput });
    switch (name) {
      case 'run_command':
      case 'run_python':
      case 'run_node': {
        // Each of the three has it.
        const { timeoutSeconds } = parsed.input as Input<RunName>;
        const time = Math.min((timeoutSeconds ?? Infinity) * 1000, options.longestRun);
        const code = codeOf(name, args);
        const [argv, input] = startOf(code, wordsOf(args));
        return runAnswer(await run(argv, input, time, programOf(code, wordsOf(args)), conversation.wantsProgress ? tellProgress(conversation, options.clock) : undefined));
      }
      case 'read_file':
        return fileAnswer(await run(['/bin/cat', '--', pathOf(args)], '', fileTime), (text) => text);
      case 'write_file':
        return fileAnswer(await run(['/bin/sh', '-c', writeScript, 'write', pathOf(args)], textOf(args['content']), fileTime), () => `Written: ${pathOf(args)}`, toldUnkept);
      case 'list_files':
        return fileAnswer(await run(['/bin/sh', '-c', listScript, 'list', pathOf(args)], '', fileTime), listed);
      case 'keep_changes':
      case 'discard_changes': {
        const keeping = keepingOf(agent);
        if (keeping === undefined) return { kind: 'failed', text: 'There is no such tool.' };
        return name === 'keep_changes' ? keepChanges(filesOf(args), keeping, materials, ends) : discard(keeping);
      }
    }
  };

  return {
    listTools: async () => tools,
    async callTool(given) {
      return isToolName(given.name) ? call(given.name, given.arguments, given) : { kind: 'failed', text: 'There is no such tool.' };
    },
    profile(name) {
      if (!isToolName(name) || (isCopyTool(name) && !isOnCopy)) return undefined;
      const profile: ActionProfile = {
        ...(isRun(name) ? { kind: 'runCommand' as const } : {}),
        effect: effects[name],
        ability: say(`ability.workbench.${name}`, { connection: disarmLine(options.name) }),
        ...(name === 'keep_changes' ? { editable: [{ at: '/files', kind: 'choice' as const, label: say('card.row.changes') }] } : {}),
        describe: (args, context) => describe(name, args, context),
      };
      return profile;
    },
    async close() {
      closing.abort();
    },
  };
}

async function discard({ agent, copies }: Keeping): Promise<UpstreamAnswer> {
  if (!(await copies.discard(agent))) return { kind: 'failed', text: 'Nothing was dropped: a run of yours is still going on there.' };
  return { kind: 'result', result: { content: [{ type: 'text', text: 'Everything that was not kept is dropped.' }] } };
}

function filesOf({ files }: JsonObject): readonly string[] {
  return Array.isArray(files) ? files.map((file) => normal(textOf(file))) : [];
}

/** What was parsed is a text, or was left out. */
function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function codeOf(name: RunName, args: JsonObject): Code {
  if (name === 'run_command') return { kind: 'command', text: textOf(args['command']) };
  return { kind: name === 'run_python' ? 'python' : 'node', text: textOf(args['code']) };
}

function wordsOf({ arguments: words }: JsonObject): readonly string[] {
  return Array.isArray(words) ? words.map(textOf) : [];
}

/** The program with its words, and what it reads. Code comes on the standard input, so that its length is no matter. */
function startOf({ kind, text }: Code, words: readonly string[]): readonly [argv: Job['argv'], input: string] {
  switch (kind) {
    case 'command':
      return [['/bin/bash', '-c', text], ''];
    case 'python':
      return [['python3', '-', ...words], text];
    case 'node':
      return [['node', '-', ...words], text];
  }
}

/** As a person would write what runs. */
function programOf({ kind, text }: Code, words: readonly string[]): string {
  return kind === 'command' ? text.trim() : [kind === 'python' ? 'python3' : 'node', ...words].join(' ');
}

/** `./a//b/` is `a/b`. */
function normal(path: string): string {
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/');
}

/** Never taken for an option. */
function pathOf(args: JsonObject): string {
  return `./${normal(textOf(args['path']))}`;
}

function listed(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length === 0) return 'The folder is empty.';
  return lines
    .map((line) => {
      const [kind = '', size = '', ...name] = line.split(' ');
      return kind === 'd' ? `${name.join(' ')}/` : `${name.join(' ')}  (${kind === 'l' ? 'link' : `${size} bytes`})`;
    })
    .join('\n');
}

/** Passes on what a run writes while it writes it, as MCP's progress: bytes so far, and the newest text. */
function tellProgress(conversation: UpstreamCall['conversation'], clock: Clock): (text: string) => void {
  let bytes = 0;
  let waiting = '';
  let toldAt = -Infinity;
  return (text) => {
    bytes += Buffer.byteLength(text);
    waiting = (waiting + text).slice(-longestProgress);
    if (clock.now() - toldAt < progressPause) return;
    toldAt = clock.now();
    conversation.progress({ progress: bytes, message: waiting.toWellFormed() });
    waiting = '';
  };
}
