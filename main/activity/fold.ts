import type { Progress } from '../../preload/contract.ts';
import type { EndReason } from '../model/action.ts';
import { assertNever } from '../model/assert-never.ts';
import type { ActionEvent, AnsweredEvent, IntentEvent } from './event.ts';

/** What changes about an action while it goes on; the rest stands in its intent. */
export interface ActionState {
  readonly progress: Progress;
  /** When it was first put to the person. */
  readonly askedAt: number | null;
  readonly answer: AnsweredEvent['answer'] | null;
  readonly answeredBy: string | null;
  /** The names of those who signed, where two had to. */
  readonly signedBy: readonly string[];
  readonly answerReason: string | null;
  readonly isEnded: boolean;
  /** Why it ended as it did; null while it is open, when it was done, and where the record does not say. */
  readonly endReason: EndReason | null;
}

/** Where an action stands when no more than its intent is known. */
export function beginState(intent: IntentEvent): ActionState {
  const progress = { allow: 'doing', ask: 'waiting', deny: 'blocked' } as const;
  return { progress: progress[intent.decision.answer], askedAt: null, answer: null, answeredBy: null, signedBy: [], answerReason: null, isEnded: false, endReason: null };
}

/** Where it stands after one more event. The first end is the last word. */
export function nextState(state: ActionState, event: Exclude<ActionEvent, IntentEvent>): ActionState {
  if (state.isEnded) return state;
  switch (event.kind) {
    case 'asked':
      return { ...state, progress: 'waiting', askedAt: state.askedAt ?? event.at };
    case 'answered':
      return { ...state, progress: afterAnswer[event.answer], answer: event.answer, answeredBy: event.by, signedBy: signersOf(event), answerReason: event.reason };
    case 'held':
      return { ...state, progress: 'held' };
    case 'own_secret_sent':
    case 'signed':
    case 'edited':
    case 'edit_refused':
    case 'requested':
    case 'refused':
    case 'key_misused':
      return state;
    case 'undone':
      return { ...state, progress: 'undone' };
    case 'started':
      return { ...state, progress: 'doing' };
    case 'ended':
      return { ...state, progress: event.outcome, isEnded: true, endReason: event.reason ?? null };
    default:
      return assertNever(event);
  }
}

/** The names of those who signed; none where it was whoever the account belongs to. */
export function signersOf({ signatures = [] }: AnsweredEvent): readonly string[] {
  return signatures.map(({ name }) => name).filter((name) => name !== null);
}

/** A question that was taken back is refused; how it ended is told by its end. */
const afterAnswer = { approved: 'doing', denied: 'denied', timed_out: 'timed_out', withdrawn: 'blocked' } as const;

/** What an action is since a person changed it; the same intent when nobody did. */
export function asEdited(intent: IntentEvent, events: readonly ActionEvent[]): IntentEvent {
  const edited = events.findLast((event) => event.kind === 'edited');
  return edited === undefined ? intent : { ...intent, facts: edited.facts, sentence: edited.sentence };
}

/** True when what the intent announced did happen. */
export function isDone(progress: Progress): boolean {
  return progress === 'done' || progress === 'done_with_changes';
}
