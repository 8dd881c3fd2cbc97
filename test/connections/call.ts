import { randomUUID } from 'node:crypto';
import { actionId, agentId, type AgentId } from '../../preload/contract.ts';
import { silence } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { UpstreamAnswer, UpstreamCall } from '../../main/model/upstream.ts';

const callingAgent: AgentId = agentId.parse('marketing');

export function callOf(name: string, args: JsonObject = {}, signal: AbortSignal = new AbortController().signal): UpstreamCall {
  return { action: actionId.parse(randomUUID()), agent: callingAgent, name, arguments: args, materials: [], signal, conversation: silence };
}

/** The first text of a result; throws when there is none. */
export function textOf(answer: UpstreamAnswer): string {
  if (answer.kind !== 'result') throw new Error(`No result: ${answer.kind}, ${answer.text}`);
  const { content } = answer.result;
  const [first] = Array.isArray(content) ? content : [];
  const text: unknown = first?.['text'];
  if (typeof text !== 'string') throw new Error('No text in the result.');
  return text;
}
