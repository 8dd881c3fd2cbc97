import type { Snapshot } from '../../preload/contract.ts';
import type { Handlers } from '../shell/dispatch.ts';
import { activityCalls } from './activity-calls.ts';
import { agentCalls } from './agent-calls.ts';
import { approvalCalls } from './approval-calls.ts';
import { connectionCalls } from './connection-calls.ts';
import type { RecordWatch } from './record-watch.ts';
import { openclawCalls } from './openclaw-calls.ts';
import { ruleCalls } from './rule-calls.ts';
import { signingCalls } from './signing-calls.ts';
import { suggestionCalls } from './suggestion-calls.ts';
import type { Services } from './services.ts';

/** What answers the renderer's calls, a file for each part of the contract. */
export function createHandlers(services: Services, recordWatch: RecordWatch, getSnapshot: () => Promise<Snapshot>): Handlers {
  return {
    getSnapshot,
    ...approvalCalls(services),
    ...agentCalls(services),
    ...connectionCalls(services),
    ...openclawCalls(services),
    ...ruleCalls(services),
    ...signingCalls(services),
    ...suggestionCalls(services),
    ...activityCalls(services, recordWatch),
  };
}
