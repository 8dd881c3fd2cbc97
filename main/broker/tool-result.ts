import type { ActionAnswer } from '../model/action.ts';
import { assertNever } from '../model/assert-never.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { internalError, invalidParams, refusedByGate, RpcFailure } from './json-rpc.ts';

export const waitToolName = 'countersign_wait';

/**
 * What the agent gets for the gate's answer to a tool call: a `CallToolResult`. A tool that declares an output schema may
 * give other structured content only with an error (MCP, tools: "Output Schema"), so waiting counts as one there.
 * @throws {RpcFailure} for a tool that does not exist, and for what the service itself refused with a JSON-RPC error.
 */
export function toToolResult(answer: ActionAnswer, hasOutputSchema: boolean): JsonObject {
  switch (answer.kind) {
    case 'waiting': {
      const { progress, action, expiresAt } = answer;
      return { content: [{ type: 'text', text: waitingText(progress, action) }], structuredContent: { outcome: 'waiting', progress, action, expiresAt }, isError: hasOutputSchema };
    }
    case 'rejected':
      if (answer.code === 'unknown_tool') throw new RpcFailure({ code: invalidParams, message: answer.text });
      return failure(answer.text, { outcome: 'rejected', reason: answer.code });
    case 'ended':
      if ('result' in answer) return passOn(answer.result, answer.action);
      if (answer.outcome === 'failed' && answer.error !== undefined) throw new RpcFailure(answer.error);
      return failure(answer.text, { outcome: answer.outcome, reason: answer.reason, action: answer.action, contact: answer.contact });
    default:
      return assertNever(answer);
  }
}

/**
 * What the agent gets for the gate's answer to anything but a tool call: the service's result.
 * @throws {RpcFailure} for everything else: these results have no field for an outcome.
 */
export function toPlainResult(answer: ActionAnswer): JsonObject {
  switch (answer.kind) {
    case 'waiting': {
      const { progress, action, expiresAt } = answer;
      throw new RpcFailure({ code: refusedByGate, message: againText(progress), data: { outcome: 'waiting', progress, action, expiresAt } });
    }
    case 'rejected':
      throw new RpcFailure({ code: answer.code === 'unavailable' ? internalError : invalidParams, message: answer.text, data: { outcome: 'rejected', reason: answer.code } });
    case 'ended': {
      if ('result' in answer) return answer.result;
      if (answer.outcome === 'failed' && answer.error !== undefined) throw new RpcFailure(answer.error);
      const { outcome, reason, action, contact, text } = answer;
      throw new RpcFailure({ code: refusedByGate, message: text, data: { outcome, reason, action, contact } });
    }
    default:
      return assertNever(answer);
  }
}

/** A result that says no, with the same in fields for programs. */
export function failure(text: string, details: JsonObject): JsonObject {
  return { content: [{ type: 'text', text }], structuredContent: { ...details }, isError: true };
}

type Progress = 'waiting' | 'held' | 'doing';

const states: { readonly [P in Progress]: string } = {
  waiting: 'Waiting for approval: the person has been asked and has not answered yet. Nothing was done yet.',
  held: 'Approved, and held for a few seconds in which the person can undo it. Nothing was done yet.',
  doing: 'Approved and being done now; it has not finished.',
};

function waitingText(progress: Progress, action: string): string {
  return `${states[progress]} Call ${waitToolName} with action "${action}" to get the result. Do not send the same request again.`;
}

function againText(progress: Progress): string {
  return `${states[progress]} Send the same request again in a while to get the result; it is not done twice.`;
}

/** The service's result as it is. One that is no MCP result is named, never turned into "nothing was done". */
function passOn(result: JsonObject, action: string): JsonObject {
  const { content, structuredContent, isError } = result;
  const isReadable =
    (content === undefined || (Array.isArray(content) && content.every(isContentBlock))) &&
    (isError === undefined || typeof isError === 'boolean') &&
    (content !== undefined || structuredContent !== undefined);
  // Both revisions require `content`; a service that left it out has structured content.
  if (isReadable) return content === undefined ? { ...result, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] } : result;
  return failure('This was done, but the service gave an answer that cannot be read. Do not repeat it.', { outcome: 'done', reason: 'unreadable_result', action });
}

/** MCP's content blocks of a tool result; clients refuse the whole result for any other. */
function isContentBlock(block: JsonValue): boolean {
  if (!isJsonObject(block)) return false;
  const areTexts = (...names: readonly string[]): boolean => names.every((name) => typeof block[name] === 'string');
  const { type } = block;
  switch (typeof type === 'string' ? type : '') {
    case 'text':
      return areTexts('text');
    case 'image':
    case 'audio':
      return areTexts('data', 'mimeType');
    case 'resource_link':
      return areTexts('uri', 'name');
    case 'resource':
      return isJsonObject(block['resource']) && typeof block['resource']['uri'] === 'string';
    default:
      return false;
  }
}
