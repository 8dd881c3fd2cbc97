import type { ActionAnswer } from '../model/action.ts';
import { assertNever } from '../model/assert-never.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { internalError, invalidParams, refusedByGate, RpcFailure } from './json-rpc.ts';

export const waitToolName = 'countersign_wait';

/** The key in a result's `_meta` under which programs find how an action ended, whatever the tool promised of its content. */
export const outcomeKey = 'countersign/outcome';

/**
 * What the agent gets for the gate's answer to a tool call: a `CallToolResult`. Where a tool declares an output schema, clients
 * refuse other structured content, some even in an error: how it ended is then in the text and in `_meta` alone, and waiting
 * counts as an error, because the promised content is not there (MCP, tools: "Output Schema").
 * @throws {RpcFailure} for a tool that does not exist, and for what the service itself refused with a JSON-RPC error.
 */
export function toToolResult(answer: ActionAnswer, hasOutputSchema: boolean): JsonObject {
  switch (answer.kind) {
    case 'waiting':
      return outcomeResult(waitingText(answer), waitingDetails(answer), hasOutputSchema, hasOutputSchema);
    case 'rejected':
      if (answer.code === 'unknown_tool') throw new RpcFailure({ code: invalidParams, message: answer.text });
      return outcomeResult(answer.text, { outcome: 'rejected', reason: answer.code }, true, hasOutputSchema);
    case 'ended':
      if ('result' in answer) return withChanges(passOn(answer.result, answer.action, hasOutputSchema), answer, hasOutputSchema);
      if (answer.outcome === 'failed' && answer.error !== undefined) throw new RpcFailure(answer.error);
      return outcomeResult(toldText(answer), endDetails(answer), true, hasOutputSchema);
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
    case 'waiting':
      throw new RpcFailure({ code: refusedByGate, message: againText(answer), data: waitingDetails(answer) });
    case 'rejected':
      throw new RpcFailure({ code: answer.code === 'unavailable' ? internalError : invalidParams, message: answer.text, data: { outcome: 'rejected', reason: answer.code } });
    case 'ended': {
      if ('result' in answer) return answer.result;
      if (answer.outcome === 'failed' && answer.error !== undefined) throw new RpcFailure(answer.error);
      throw new RpcFailure({ code: refusedByGate, message: toldText(answer), data: endDetails(answer) });
    }
    default:
      return assertNever(answer);
  }
}

/** A result that says no, with the same in fields for programs. */
export function failure(text: string, details: JsonObject): JsonObject {
  return outcomeResult(text, details, true, false);
}

function outcomeResult(text: string, details: JsonObject, isError: boolean, hasOutputSchema: boolean): JsonObject {
  return { content: [{ type: 'text', text }], ...(hasOutputSchema ? {} : { structuredContent: details }), isError, _meta: { [outcomeKey]: details } };
}

type Ended = Extract<ActionAnswer, { readonly kind: 'ended' }>;

function endDetails({ outcome, reason, action, contact, changedFields }: Exclude<Ended, { readonly result: JsonObject }>): JsonObject {
  return { outcome, reason, action, contact, ...(changedFields === undefined ? {} : { changedFields }) };
}

/** Whether or not it was done: it was not quite what the agent asked for. */
function toldText({ text, changedFields }: Exclude<Ended, { readonly result: JsonObject }>): string {
  return changedFields === undefined ? text : `${text} ${changesText(changedFields)}`;
}

function changesText(fields: readonly string[]): string {
  return `The person changed this before approving it: ${fields.join(', ')}. Go by the changed version; do not send your own again.`;
}

/** A result with what the person changed: which arguments, not what they wrote into them. */
function withChanges(result: JsonObject, { outcome, action, changedFields }: Ended, hasOutputSchema: boolean): JsonObject {
  if (changedFields === undefined) return result;
  const details: JsonObject = { outcome, changedFields, action };
  const { content, structuredContent, _meta } = result;
  // What the service itself says there stays; ours is in `_meta` all the same.
  const structured = isJsonObject(structuredContent) ? { ...details, ...structuredContent } : (structuredContent ?? details);
  return {
    ...result,
    content: [...(Array.isArray(content) ? content : []), { type: 'text', text: changesText(changedFields) }],
    ...(hasOutputSchema ? {} : { structuredContent: structured }),
    _meta: { ...(isJsonObject(_meta) ? _meta : {}), [outcomeKey]: details },
  };
}

type Waiting = Extract<ActionAnswer, { readonly kind: 'waiting' }>;

const states: { readonly [P in Waiting['progress']]: string } = {
  waiting: 'Waiting for approval: the person has been asked and has not answered yet. Nothing was done yet.',
  held: 'Approved, and held for a few seconds in which the person can undo it. Nothing was done yet.',
  doing: 'Approved and being done now; it has not finished.',
};
const signedOnce = 'Waiting for a second approval: one person has approved this, and a second one has to approve it, too. Nothing was done yet.';

function stateOf({ progress, isSignedOnce }: Waiting): string {
  return isSignedOnce === true ? signedOnce : states[progress];
}

function waitingDetails({ progress, action, expiresAt, isSignedOnce }: Waiting): JsonObject {
  return { outcome: 'waiting', progress, action, expiresAt, ...(isSignedOnce === true ? { waitsFor: 'second_approval' } : {}) };
}

function waitingText(answer: Waiting): string {
  return `${stateOf(answer)} Call ${waitToolName} with action "${answer.action}" to get the result. Do not send the same request again.`;
}

function againText(answer: Waiting): string {
  return `${stateOf(answer)} Send the same request again in a while to get the result; it is not done twice.`;
}

/** The service's result as it is. One that is no MCP result is named, never turned into "nothing was done". */
function passOn(result: JsonObject, action: string, hasOutputSchema: boolean): JsonObject {
  const { content, structuredContent, isError } = result;
  const isReadable =
    (content === undefined || (Array.isArray(content) && content.every(isContentBlock))) &&
    (isError === undefined || typeof isError === 'boolean') &&
    (content !== undefined || structuredContent !== undefined);
  // Both revisions require `content`; a service that left it out has structured content.
  if (isReadable) return content === undefined ? { ...result, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] } : result;
  return outcomeResult('This was done, but the service gave an answer that cannot be read. Do not repeat it.', { outcome: 'done', reason: 'unreadable_result', action }, true, hasOutputSchema);
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
