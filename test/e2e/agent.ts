import type { RunningApp } from './running-app.ts';

type Client = Awaited<ReturnType<RunningApp['client']>>;

export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly outcome: string;
  readonly reason: string | undefined;
  readonly structured: unknown;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Calls a tool once; a "waiting" answer comes back as it is. */
export async function callOnce(client: Client, name: string, args: Record<string, unknown>): Promise<ToolAnswer & { readonly action: string | undefined }> {
  const result = await client.callTool({ name, arguments: args }, { timeout: 120_000 });
  // An object by the protocol, when it is there.
  const told = { ...(result.structuredContent as Record<string, unknown> | undefined) };
  return {
    isError: result.isError === true,
    text: JSON.stringify(result.content),
    outcome: text(told['outcome']) ?? 'done',
    reason: text(told['reason']),
    action: text(told['action']),
    structured: result.structuredContent,
  };
}

/** Calls a tool as a patient agent does: waits on while the answer is "waiting". */
export async function use(client: Client, name: string, args: Record<string, unknown>): Promise<ToolAnswer> {
  let answer = await callOnce(client, name, args);
  while (answer.outcome === 'waiting') answer = await callOnce(client, 'countersign_wait', { action: answer.action });
  return answer;
}
