import { commandFacts, commandMarks, commandRows } from '../commands/command-card.ts';
import { describeArguments, describeCommandLine } from '../commands/describe-command.ts';
import type { CommandDescription } from '../commands/description.ts';
import type { ActionProfile } from '../model/action.ts';
import { disarmLine } from '../model/disarm.ts';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import type { UpstreamTool } from '../model/upstream.ts';
import type { ApprovalRequest } from './approval-request.ts';

/** The one thing that OpenClaw asks us about, as a tool that no agent can call by itself: it is in no catalog. */
export const ownCommand: UpstreamTool = {
  name: 'run_own_command',
  inputSchema: {
    type: 'object',
    properties: {
      request: { type: 'string' },
      command: { type: 'string' },
      argv: { type: 'array', items: { type: 'string' } },
      folder: { type: 'string' },
      host: { type: 'string' },
      node: { type: 'string' },
      agent: { type: 'string' },
      variables: { type: 'array', items: { type: 'string' } },
    },
    required: ['request', 'command'],
    additionalProperties: false,
  },
};

/** What is decided about: the request's own id is part of it, so that a yes to one is no yes to the next. */
export function argumentsOf({ id, command, argv, folder, host, node, openclawAgent, variables }: ApprovalRequest): JsonObject {
  return {
    request: id,
    command,
    ...(argv === null ? {} : { argv: [...argv] }),
    ...(folder === null ? {} : { folder }),
    ...(host === null ? {} : { host }),
    ...(node === null ? {} : { node }),
    ...(openclawAgent === null ? {} : { agent: openclawAgent }),
    ...(variables.length === 0 ? {} : { variables: [...variables] }),
  };
}

const longestName = 80;

function textAt(args: JsonObject, key: string): string | null {
  const value = args[key];
  return typeof value === 'string' ? value : null;
}

function textsAt(args: JsonObject, key: string): readonly string[] {
  const value = args[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** OpenClaw may show one line and run other words: where both are there, both are looked at, and the words are what counts. */
function read(args: JsonObject): { readonly command: CommandDescription; readonly differs: boolean } {
  const line = textAt(args, 'command') ?? '';
  const argv = textsAt(args, 'argv');
  const folder = textAt(args, 'folder');
  const where = folder?.startsWith('/') === true ? { folder } : {};
  const shown = describeCommandLine(line, where);
  if (argv.length === 0) return { command: shown, differs: false };
  const run = describeArguments(argv, where);
  const isSame = shown.simple !== null && shown.simple.length === argv.length && shown.simple.every((word, index) => word === argv[index]);
  const isShellOf = argv.length === 3 && argv[2] === line && /(?:^|\/)(?:ba|z|da)?sh$/.test(argv[0] ?? '') && /^-l?c$/.test(argv[1] ?? '');
  return isShellOf ? { command: shown, differs: false } : { command: run, differs: !isSame };
}

export const ownCommandProfile: ActionProfile = {
  kind: 'runCommand',
  effect: 'run',
  ability: say('openclaw.own.ability'),
  describe(args, context) {
    const { command, differs } = read(args);
    const host = textAt(args, 'host');
    const node = textAt(args, 'node');
    const variables = textsAt(args, 'variables');
    const values = { agent: context.agentName, command: clip(command.line) };
    const place = node === null ? say(`openclaw.own.place.${host === 'gateway' || host === 'sandbox' ? host : 'unknown'}`) : say('openclaw.own.place.node', { node: disarmLine(node.slice(0, longestName)) });
    return Promise.resolve({
      facts: { effect: 'run', isReversible: false, ...commandFacts(command), ...(variables.length === 0 ? {} : { isFullyKnown: false }) },
      materials: [],
      card: {
        headline: say('openclaw.own.headline', values),
        summary: say('openclaw.own.summary', values),
        unusual: [...(differs ? [{ text: say('openclaw.own.differs'), tone: 'stop' as const }] : []), ...(variables.length === 0 ? [] : [{ text: say('mark.command.unknown.environment'), tone: 'mind' as const }]), ...commandMarks(command)],
        rows: [
          ...commandRows(command),
          ...(variables.length === 0 ? [] : [{ kind: 'list' as const, label: say('card.row.variables'), items: variables.slice(0, 40).map((text) => ({ text: disarmLine(text), marks: [] })) }]),
          { kind: 'sentences', label: say('card.row.runsOn'), sentences: [place] },
        ],
        risk: 'high',
        confirm: say('openclaw.own.confirm'),
      },
      sentence: { did: say('openclaw.own.did', values), wanted: say('openclaw.own.wanted', values), details: [] },
    });
  },
};

function clip(text: string): string {
  const line = disarmLine(text.slice(0, 400).replaceAll(/\s+/g, ' '));
  return line.length <= 120 ? line : `${line.slice(0, 120).replace(/(?:⟦[U+0-9A-F]*|[\uD800-\uDBFF])$/, '')}…`;
}
