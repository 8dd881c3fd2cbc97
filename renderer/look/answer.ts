import type { DecisionView, Tone } from '../../preload/contract.ts';

/** What colour and icon a rule's answer gets beside its word. */
export const answerTones: Record<DecisionView['answer'], Tone> = { allow: 'good', ask: 'mind', deny: 'stop' };
