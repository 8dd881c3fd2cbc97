import { z } from 'zod';
import type { AnsweredElsewhere } from '../model/answered-elsewhere.ts';

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
    envKeys: z.array(z.string()).nullish(),
  }),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
});
const named = z.object({ id: z.string().min(1).max(500) });
const resolved = named.extend({ decision: z.string().nullish(), resolvedBy: z.string().nullish() });

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
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** How a request ended, here or elsewhere. */
export interface Resolved {
  readonly id: string;
  readonly answer: AnsweredElsewhere['answer'];
  readonly by: string | null;
}

export function readId(payload: unknown): string | undefined {
  return named.safeParse(payload).data?.id;
}

/** The id alone where there is one, but not what would be run: nobody can be asked about that. Undefined for what is no request at all. */
export function readRequest(payload: unknown): ApprovalRequest | { readonly unreadable: string } | undefined {
  const parsed = requested.safeParse(payload);
  if (!parsed.success) {
    const id = readId(payload);
    return id === undefined ? undefined : { unreadable: id };
  }
  const { id, request, createdAtMs, expiresAtMs } = parsed.data;
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
    createdAt: createdAtMs,
    expiresAt: expiresAtMs,
  };
}

/** That a request was answered or has run out (`exec.approval.resolved`). */
export function readResolved(payload: unknown): Resolved | undefined {
  const { data } = resolved.safeParse(payload);
  if (data === undefined) return undefined;
  return { id: data.id, answer: answers[data.decision ?? ''] ?? 'over', by: data.resolvedBy ?? null };
}

const answers: { readonly [decision: string]: Resolved['answer'] | undefined } = { 'allow-once': 'allowed', 'allow-always': 'allowed', deny: 'denied' };
