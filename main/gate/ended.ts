import type { ActionId, Outcome } from '../../preload/contract.ts';
import type { ActionAnswer, EndReason } from '../model/action.ts';

/** The answer for an action that was not done, or whose outcome is not known. */
export type NotDone = Extract<ActionAnswer, { readonly reason: EndReason }>;

interface Ending {
  readonly outcome: Exclude<Outcome, 'done' | 'done_with_changes'>;
  /** What the agent is told. Always says whether anything was done, and what to do next. */
  readonly text: string;
}

/** What an agent reads for each way an action can end without being done. English: models read it. */
const endings: { readonly [R in EndReason]: Ending } = {
  denied_by_person: {
    outcome: 'denied',
    text: 'The person said no. Nothing was done. Do not try the same thing again unless they ask you to.',
  },
  no_answer: {
    outcome: 'timed_out',
    text: 'Nobody answered in time, so it was refused. Nothing was done. You may ask again later, when the person is there.',
  },
  nobody_to_ask: {
    outcome: 'timed_out',
    text: 'This needs a person’s approval and Countersign has no screen to ask on. Nothing was done. Ask the person to open Countersign.',
  },
  withdrawn_by_agent: { outcome: 'undone', text: 'You cancelled this before it was approved. Nothing was done.' },
  allowed_elsewhere: {
    outcome: 'unknown',
    text: 'It was allowed elsewhere, before anybody answered here. Whether it was done is not known here.',
  },
  denied_elsewhere: {
    outcome: 'denied',
    text: 'It was refused elsewhere, before anybody answered here. Nothing was done.',
  },
  over_elsewhere: { outcome: 'timed_out', text: 'Nobody answered before its time ran out elsewhere. It was not allowed here.' },
  unknown_elsewhere: {
    outcome: 'unknown',
    text: 'It no longer waits for an answer here. Whether it was done is not known here.',
  },
  undone_by_person: {
    outcome: 'undone',
    text: 'The person approved this and then undid it before it was done. Nothing was done. Do not try again unless they ask you to.',
  },
  company_policy: {
    outcome: 'blocked',
    text: 'Company policy does not allow this. Nothing was done, and trying again will not help.',
  },
  personal_rule: {
    outcome: 'blocked',
    text: 'The person’s rules do not allow this. Nothing was done, and trying again will not help.',
  },
  rules_changed: {
    outcome: 'blocked',
    text: 'The rules changed before this was done: it needs the person’s approval now. Nothing was done. You may ask again.',
  },
  agent_paused: {
    outcome: 'blocked',
    text: 'The person has paused this Claw. Nothing was done. Wait until they resume it; do not look for another way.',
  },
  access_removed: {
    outcome: 'blocked',
    text: 'This Claw may no longer use this connection. Nothing was done, and trying again will not help.',
  },
  refused_before: {
    outcome: 'denied',
    text: 'The person has refused this very thing twice, so it is refused by itself now. Nothing was done. Do not try it again in the same or another form; ask the person what they want instead.',
  },
  outside_token: {
    outcome: 'blocked',
    text: 'This is outside the scope of your token. Nothing was done. Do not look for another way; sign in again for a wider scope if the person wants that.',
  },
  paused: {
    outcome: 'blocked',
    text: 'The person has paused all Claws. Nothing was done. Wait until they resume; do not look for another way.',
  },
  not_recorded: {
    outcome: 'failed',
    text: 'Countersign could not write its record, so it refused. Nothing was done. The person must mend Countersign first.',
  },
  service_failed: { outcome: 'failed', text: 'The service could not be reached or refused. Nothing was done.' },
  changed_since_approval: {
    outcome: 'failed',
    text: 'What would have been done is no longer what was approved. Nothing was done. Ask again.',
  },
  interrupted: {
    outcome: 'failed',
    text: 'Countersign stopped before this began. Nothing was done. You may ask again.',
  },
  outcome_uncertain: {
    outcome: 'unknown',
    text: 'It is not known whether this was done. Do not repeat it. Tell the person to check before anything else is tried.',
  },
};

/**
 * The answer for an action that was not done, or whose outcome is not known.
 *
 * @param detail one more sentence: a policy's own words, a service's reason. Already scrubbed.
 */
export function ended(action: ActionId, reason: EndReason, detail: string | null = null, contact: string | null = null): NotDone {
  const { outcome, text } = endings[reason];
  const contactText = contact === null ? null : `Questions: ${contact}`;
  const whole = [text, detail, contactText].filter((part) => part !== null && part !== '').join(' ');
  return { kind: 'ended', action, outcome, reason, text: whole, contact };
}
