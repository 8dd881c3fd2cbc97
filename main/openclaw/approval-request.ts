import { z } from 'zod';

/** What OpenClaw's gateway tells of a command that waits for an answer (`exec.approval.requested`, `exec.approval.list`). */
const requested = z.object({
  id: z.string().min(1).max(500),
  request: z.object({
    command: z.string().min(1),
    commandArgv: z.array(z.string()).nullish(),
    cwd: z.string().nullish(),
    host: z.string().nullish(),
    nodeId: z.string().nullish(),
    agentId: z.string().nullish(),
    sessionKey: z.string().nullish(),
    envKeys: z.array(z.string()).nullish(),
    resolvedPath: z.string().nullish(),
    warningText: z.string().nullish(),
  }),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
});
const resolved = z.object({ id: z.string().min(1) });

/** A command of OpenClaw's own that waits for an answer. Instants: milliseconds since the Unix epoch, by the gateway's clock. */
export interface ApprovalRequest {
  readonly id: string;
  readonly command: string;
  /** The words, where OpenClaw starts the program without a shell. */
  readonly argv: readonly string[] | null;
  readonly folder: string | null;
  /** Where it would run: `gateway`, `node`, `sandbox`. */
  readonly host: string | null;
  readonly node: string | null;
  readonly openclawAgent: string | null;
  /** Names of the variables that it would be given. */
  readonly variables: readonly string[];
  readonly expiresAt: number;
}

/** Undefined for what is no such request: then nobody is asked, and OpenClaw refuses the command by itself. */
export function readRequest(payload: unknown): ApprovalRequest | undefined {
  const parsed = requested.safeParse(payload);
  if (!parsed.success) return undefined;
  const { id, request, expiresAtMs } = parsed.data;
  const { command, commandArgv, cwd, host, nodeId, agentId, envKeys } = request;
  return {
    id,
    command,
    argv: commandArgv ?? null,
    folder: cwd ?? null,
    host: host ?? null,
    node: nodeId ?? null,
    openclawAgent: agentId ?? null,
    variables: envKeys ?? [],
    expiresAt: expiresAtMs,
  };
}

/** The id of a request that was answered or has run out (`exec.approval.resolved`). */
export function readResolved(payload: unknown): string | undefined {
  const parsed = resolved.safeParse(payload);
  return parsed.success ? parsed.data.id : undefined;
}

export function readList(payload: unknown): readonly ApprovalRequest[] {
  const list = Array.isArray(payload) ? payload : [];
  return list.map(readRequest).filter((request) => request !== undefined);
}
