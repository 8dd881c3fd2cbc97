import { isCallToolResult, ProtocolError, ProtocolErrorCode, type CallToolResult } from '@modelcontextprotocol/server';
import type { ActionAnswer } from '../model/action.ts';
import { assertNever } from '../model/assert-never.ts';
import type { JsonObject } from '../model/json.ts';

export const waitToolName = 'countersign_wait';

/**
 * What the agent gets for the gate's answer. A tool that declares an output schema may give other structured content
 * only with an error (MCP, tools: "Output Schema"), so waiting counts as one there.
 * @throws {ProtocolError} -32602 for a tool that does not exist.
 */
export function toToolResult(answer: ActionAnswer, hasOutputSchema: boolean): CallToolResult {
  switch (answer.kind) {
    case 'waiting':
      return {
        content: [{ type: 'text', text: waitingText(answer.progress, answer.action) }],
        structuredContent: { outcome: 'waiting', progress: answer.progress, action: answer.action, expiresAt: answer.expiresAt },
        isError: hasOutputSchema,
      };
    case 'rejected':
      if (answer.code === 'unknown_tool') throw new ProtocolError(ProtocolErrorCode.InvalidParams, answer.text);
      return failure(answer.text, { outcome: 'rejected', reason: answer.code });
    case 'ended':
      if ('result' in answer) return passOn(answer.result, answer.action);
      return failure(answer.text, { outcome: answer.outcome, reason: answer.reason, action: answer.action, contact: answer.contact });
    default:
      return assertNever(answer);
  }
}

/** A result that says no, with the same in fields for programs. */
export function failure(text: string, details: JsonObject): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent: { ...details }, isError: true };
}

function waitingText(progress: 'waiting' | 'held' | 'doing', action: string): string {
  const next = `Call ${waitToolName} with action "${action}" to get the result. Do not send the same request again.`;
  switch (progress) {
    case 'waiting':
      return `Waiting for approval: the person has been asked and has not answered yet. Nothing was done yet. ${next}`;
    case 'held':
      return `Approved, and held for a few seconds in which the person can undo it. Nothing was done yet. ${next}`;
    case 'doing':
      return `Approved and being done now; it has not finished. ${next}`;
    default:
      return assertNever(progress);
  }
}

/** The service's result as it is. One that is no MCP result is named, never turned into "nothing was done". */
function passOn(result: JsonObject, action: string): CallToolResult {
  const asked: unknown = 'resultType' in result ? { ...result, resultType: 'complete' } : result;
  if (isCallToolResult(asked)) return asked;
  return failure('This was done, but the service gave an answer that cannot be read. Do not repeat it.', { outcome: 'done', reason: 'unreadable_result', action });
}
