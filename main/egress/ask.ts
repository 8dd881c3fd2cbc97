import type { ActionAnswer, ActionRequest } from '../model/action.ts';
import { silence } from '../model/conversation.ts';
import type { Gate } from '../gate/gate.ts';

export type Passed = { readonly isAllowed: true; readonly answer: Extract<ActionAnswer, { readonly kind: 'ended' }> } | { readonly isAllowed: false; readonly reason: string };

/** Brings something to the gate and waits for as long as it takes, or until nobody waits any more. */
export async function ask(gate: Pick<Gate, 'perform' | 'wait'>, request: Omit<ActionRequest, 'reach' | 'conversation'>): Promise<Passed> {
  const { agent, signal } = request;
  let answer: ActionAnswer | undefined = await gate.perform({ ...request, reach: null, conversation: silence });
  while (answer?.kind === 'waiting' && !signal.aborted) answer = await gate.wait(agent, answer.action, signal);
  if (answer?.kind === 'ended' && (answer.outcome === 'done' || answer.outcome === 'done_with_changes')) return { isAllowed: true, answer };
  if (answer?.kind === 'ended' && 'text' in answer) return { isAllowed: false, reason: answer.text };
  return { isAllowed: false, reason: answer?.kind === 'rejected' ? answer.text : 'Nobody allowed this.' };
}
