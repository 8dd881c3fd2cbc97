import { parseArgs } from 'node:util';

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'connect' | 'token'; readonly agent: string; readonly name: string }
  | { readonly kind: 'status'; readonly isJson: boolean }
  | { readonly kind: 'wrong'; readonly text: string };

export const help = `countersign: how a Claw reaches the Countersign app on this machine

  countersign connect --agent ID [--name NAME]   speak MCP over standard input and output
  countersign token --agent ID [--name NAME]     print a fresh token for the HTTP endpoint, good for 10 minutes
  countersign status [--json]                    say whether the app runs, and where agents connect
  countersign --help

An agent that Countersign does not know yet is put to the person first; the command waits for the answer.`;

/** Whether an installed app that is started with this word is to be the command instead. */
export function isCommandWord(word: string | undefined): boolean {
  return word === 'connect' || word === 'token' || word === 'status';
}

/** What the command line asks for; `wrong` with a sentence for the person otherwise. */
export function parseCommand(args: readonly string[]): Command {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || args.includes('--help') || args.includes('-h')) return { kind: 'help' };
  switch (name) {
    case 'connect':
    case 'token':
      return parseAgentCommand(name, rest);
    case 'status':
      return parseStatus(rest);
    default:
      return wrong(`There is no command "${name}".`);
  }
}

function parseAgentCommand(kind: 'connect' | 'token', args: readonly string[]): Command {
  const values = parse(args, { agent: { type: 'string' }, name: { type: 'string' } });
  if (typeof values === 'string') return wrong(values);
  const { agent, name } = values;
  if (typeof agent !== 'string' || agent === '') return wrong(`"${kind}" needs --agent ID. Copy the id from Countersign, Claws.`);
  return { kind, agent, name: typeof name === 'string' ? name : agent };
}

function parseStatus(args: readonly string[]): Command {
  const values = parse(args, { json: { type: 'boolean' } });
  return typeof values === 'string' ? wrong(values) : { kind: 'status', isJson: values['json'] === true };
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'];

function parse(args: readonly string[], options: NonNullable<Options>): Record<string, unknown> | string {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    return error instanceof Error ? error.message : 'The command could not be read.';
  }
}

function wrong(text: string): Command {
  return { kind: 'wrong', text: `${text}\nSee: countersign --help` };
}
