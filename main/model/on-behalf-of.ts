import { AsyncLocalStorage } from 'node:async_hooks';
import type { AgentId } from '../../preload/contract.ts';

const agents = new AsyncLocalStorage<AgentId>();

/** Does the work, and whatever follows from it, for that agent: what is used meanwhile is used by it. */
export function onBehalfOf<T>(agent: AgentId, work: () => T): T {
  return agents.run(agent, work);
}

/** The agent that the running work is done for; undefined: for nobody but the person or the app itself. */
export function currentAgent(): AgentId | undefined {
  return agents.getStore();
}
