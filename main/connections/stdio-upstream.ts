import { homedir } from 'node:os';
import { z } from 'zod';
import { disarmLine } from '../model/disarm.ts';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import { ConnectionProblem, problemIn } from './connection.ts';
import { startOutside, type CommandProcess, type StdioCommand } from './command-process.ts';
import { defaultMcpOptions, type McpUpstreamOptions } from './mcp-options.ts';
import { minimalEnvironment } from '../processes/minimal-environment.ts';
import { openMcpUpstream, type ClosableUpstream } from './mcp-upstream.ts';
import { StdioTransport } from './stdio-transport.ts';

const commandConfig = z.object({
  command: z.string().min(1).max(4096),
  args: z.array(z.string().max(4096)).max(100),
});

export interface StdioUpstreamOptions extends McpUpstreamOptions {
  /** Where the inherited variables are taken from. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where it runs. May reject with a `ConnectionProblem`. */
  readonly start: (command: StdioCommand) => Promise<CommandProcess>;
}

/**
 * Starts a local command, with the person's own rights unless `start` says otherwise, and speaks MCP with it over stdio.
 * @throws {ConnectionProblem} when it cannot be started, ends at once, or does not speak MCP.
 */
export async function openStdioUpstream(config: JsonObject, options: Partial<StdioUpstreamOptions> = {}): Promise<ClosableUpstream> {
  const parsed = commandConfig.safeParse(config);
  if (!parsed.success) {
    throw new ConnectionProblem('failing', say('connection.health.badSettings'), 'The settings of this connection are not complete.');
  }
  const environment = minimalEnvironment(options.environment ?? process.env);
  const start = options.start ?? ((command) => startOutside(command, environment, environment['HOME'] ?? homedir()));
  let last: StdioTransport | undefined;
  try {
    return await openMcpUpstream(
      {
        createTransport: () => (last = new StdioTransport(() => start(parsed.data))),
        logLines: () => last?.log() ?? [],
      },
      { ...defaultMcpOptions, ...options },
    );
  } catch (error) {
    throw problemIn(error) ?? explain(error, parsed.data, last);
  }
}

export function commandNotFound(command: string): ConnectionProblem {
  const name = shortName(command);
  return new ConnectionProblem('failing', say('connection.health.commandNotFound', { command: name }), `The command "${name}" was not found.`);
}

function shortName(command: string): string {
  return disarmLine(command.split(/[/\\]/).at(-1) ?? command).slice(0, 80);
}

function explain(error: unknown, { command }: StdioCommand, transport: StdioTransport | undefined): ConnectionProblem {
  const name = shortName(command);
  const log = transport?.log() ?? [];
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return commandNotFound(command);
  if (code === 'EACCES') {
    return new ConnectionProblem('failing', say('connection.health.commandNotAllowed', { command: name }), `The command "${name}" may not be run.`);
  }
  const complaint = disarmLine(log.at(-1) ?? '').trim().slice(0, 200);
  const exitCode = transport?.exitCode ?? null;
  if (exitCode !== null && exitCode !== 0) {
    const text = `The command "${name}" stopped at once (exit code ${exitCode}).`;
    return complaint === ''
      ? new ConnectionProblem('failing', say('connection.health.commandStopped', { command: name, code: exitCode }), text, log)
      : new ConnectionProblem('failing', say('connection.health.commandStoppedSaying', { command: name, code: exitCode, said: complaint }), text, log);
  }
  return new ConnectionProblem('failing', say('connection.health.commandSilent', { command: name }), `The command "${name}" runs but does not speak MCP.`, log);
}
