import type { AgentId, ConnectionId } from '../../preload/contract.ts';
import type { ActionAnswer, FrozenAction } from '../model/action.ts';
import type { JsonObject } from '../model/json.ts';
import { ended } from './ended.ts';
import type { GateParts } from './parts.ts';

const heldBack = 'This was done, but its result is held back: Countersign is paused, or you may no longer use this connection. Do not repeat it.';

/** Paused means nothing passes, and neither does what a service answered before; nor to who may not use it any more. */
export function mayPass(agent: AgentId, connection: ConnectionId, { agents, pause }: Pick<GateParts, 'agents' | 'pause'>): boolean {
  return !pause.isPaused && !agents.isPaused(agent) && agents.mayUse(agent, connection);
}

/** Whether an answer holds anything that a service said. */
export function holdsWords(answer: ActionAnswer): boolean {
  return 'result' in answer || (answer.kind === 'ended' && 'reason' in answer && (answer.reason === 'service_failed' || answer.reason === 'outcome_uncertain'));
}

/** The answer without anything that a service said. */
export function withoutWords(action: Pick<FrozenAction, 'kind' | 'name'>, answer: ActionAnswer): ActionAnswer {
  if (!holdsWords(answer) || answer.kind !== 'ended') return answer;
  return 'result' in answer ? { ...answer, result: resultSaying(action, heldBack) } : ended(answer.action, answer.reason);
}

/** A result of ours in the form that kind of action has: `CallToolResult`, `ReadResourceResult`, `GetPromptResult`. */
export function resultSaying({ kind, name }: Pick<FrozenAction, 'kind' | 'name'>, text: string): JsonObject {
  if (kind === 'readResource') return { contents: [{ uri: name, mimeType: 'text/plain', text }] };
  if (kind === 'getPrompt') return { messages: [{ role: 'user', content: { type: 'text', text } }] };
  if (kind === 'complete') return { completion: { values: [] } };
  return kind === 'watchResource' ? {} : { content: [{ type: 'text', text }] };
}
