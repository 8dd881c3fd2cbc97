import type { Status } from '../preload/contract.ts';

export interface StartOptions {
  readonly shell: Status['shell'] | 'auto';
  readonly isHeadless: boolean;
  readonly debugPort: number | null;
  readonly mcpPort: number;
  readonly managedFile: string | null;
}

export type ParsedStart = { readonly ok: true; readonly options: StartOptions } | { readonly ok: false; readonly text: string };

const shells: readonly StartOptions['shell'][] = ['auto', 'electron', 'preview', 'console'];
const defaultMcpPort = 7317;

/**
 * Command line and environment of a start; see docs/running.md. An installed app ignores the environment, and Electron has
 * switches of its own; a plain start knows each of its words, so that a mistyped one does not start something else.
 */
export function parseStart(args: readonly string[], env: NodeJS.ProcessEnv, { isPackaged, isElectron }: { readonly isPackaged: boolean; readonly isElectron: boolean }): ParsedStart {
  const unknown = args.find((arg) => !arg.startsWith('--shell=') && arg !== '--headless');
  if (unknown !== undefined && !isElectron) return { ok: false, text: `"${unknown}" is not known. Use --shell=${shells.join(', --shell=')} and --headless; see docs/running.md.` };
  const word = args.find((arg) => arg.startsWith('--shell='))?.slice('--shell='.length) ?? 'auto';
  const shell = shells.find((known) => known === word);
  if (!shell) return { ok: false, text: `There is no shell "${word}". Use --shell=${shells.join(', --shell=')}.` };
  const given = isPackaged ? {} : env;
  const debugPort = portOf(given['COUNTERSIGN_PREVIEW_DEBUG_PORT']);
  const mcpPort = portOf(given['COUNTERSIGN_MCP_PORT'] ?? String(defaultMcpPort));
  if (debugPort === 'invalid') return { ok: false, text: 'COUNTERSIGN_PREVIEW_DEBUG_PORT must be a port number.' };
  if (mcpPort === 'invalid' || mcpPort === null) return { ok: false, text: 'COUNTERSIGN_MCP_PORT must be a port number; 0 takes any free one.' };
  const managedFile = given['COUNTERSIGN_MANAGED_SETTINGS'] ?? null;
  return { ok: true, options: { shell, isHeadless: args.includes('--headless'), debugPort, mcpPort, managedFile } };
}

function portOf(text: string | undefined): number | null | 'invalid' {
  if (text === undefined || text === '') return null;
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : 'invalid';
}
