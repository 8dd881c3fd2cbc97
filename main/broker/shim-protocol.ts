/**
 * What `countersign` commands and the app say to each other: one JSON line each way, then, after `ready`, the raw lines
 * of MCP's stdio transport. Imports nothing: the command must start fast.
 */

export type Hello =
  | { readonly purpose: 'connect' | 'token'; readonly agent: string; readonly name: string }
  | { readonly purpose: 'status' };

export type Reply =
  /** The person is being asked; another reply follows. */
  | { readonly kind: 'waiting'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'token'; readonly token: string; readonly expiresAt: number }
  | { readonly kind: 'status'; readonly status: AppStatus };

/** What `countersign status` tells. No secret, no path. */
export interface AppStatus {
  readonly version: string;
  readonly mcpUrl: string;
  readonly isPaused: boolean;
  /** Questions waiting for the person. */
  readonly waiting: number;
  /** How the person is asked; `canAsk` is false when there is no way to. */
  readonly shell: 'electron' | 'preview' | 'console';
  readonly canAsk: boolean;
  readonly agents: readonly { readonly id: string; readonly name: string; readonly isPaused: boolean }[];
}

/** The longest line of either side before MCP begins, in bytes. */
export const longestLine = 64 * 1024;

/** The first line of a command; undefined for anything else. */
export function parseHello(line: string): Hello | undefined {
  const value = parseObject(line);
  if (value?.['purpose'] === 'status') return { purpose: 'status' };
  const { purpose, agent, name } = value ?? {};
  if ((purpose !== 'connect' && purpose !== 'token') || typeof agent !== 'string') return undefined;
  if (name !== undefined && typeof name !== 'string') return undefined;
  return { purpose, agent, name: name ?? agent };
}

/** A line of the app, as a command reads it; undefined for anything else. */
export function parseReply(line: string): Reply | undefined {
  const value = parseObject(line);
  switch (value?.['kind']) {
    case 'ready':
      return { kind: 'ready' };
    case 'waiting':
    case 'refused':
      return { kind: value['kind'], text: String(value['text']) };
    case 'token':
      return { kind: 'token', token: String(value['token']), expiresAt: Number(value['expiresAt']) };
    case 'status':
      // The app behind the socket is this person's own; a command only prints what it says.
      return { kind: 'status', status: value['status'] as AppStatus };
    default:
      return undefined;
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    // Narrowed to an object that is no array: its fields are unknown.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
