import type { ActionId, AgentId } from '../../preload/contract.ts';
import type { ActionAnswer, ActionRequest } from '../model/action.ts';
import type { Conversation } from '../model/conversation.ts';
import type { Reach } from '../model/reach.ts';

/** The one way through. */
export interface Gate {
  /**
   * Takes an action through the eight steps. Resolves when it ended, or with `waiting` once the agent's waiting time has
   * passed; the same call again by the same agent (same digest) or `wait` then picks the answer up, once.
   */
  perform(request: ActionRequest): Promise<ActionAnswer>;
  /**
   * Waits for an action of this agent; resolves with `undefined` when the agent has no such action. With a conversation,
   * the service's progress and questions come here from now on. What is beyond the reach is none of the agent's here.
   */
  wait(agent: AgentId, action: ActionId, signal: AbortSignal, conversation?: Conversation, reach?: Reach): Promise<ActionAnswer | undefined>;
}
