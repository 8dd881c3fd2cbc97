import type { ActivityDetail, ActivityEntry, Message } from '../../preload/contract.ts';
import type { Decision, EndReason } from '../model/action.ts';
import { assertNever } from '../model/assert-never.ts';
import { toFieldChange } from '../model/field-change.ts';
import { disarmLine } from '../model/disarm.ts';
import { ownName } from '../model/own-connections.ts';
import { say } from '../model/say.ts';
import type { ActionStory } from './action-story.ts';
import type { ActionEvent, AnsweredEvent, IntentEvent } from './event.ts';
import { asEdited, beginState, isDone, nextState, signersOf, type ActionState } from './fold.ts';

/** The parts of an intent that its line in the timeline is made from. */
export type TimelineIntent = Pick<IntentEvent, 'action' | 'at' | 'agent' | 'connection' | 'effect' | 'sentence' | 'decision'>;

/** One line of the timeline: what was done (or wanted), who decided, where. */
export function toEntry(intent: TimelineIntent, state: ActionState): ActivityEntry {
  const { action, at, agent, connection, effect, sentence, decision } = intent;
  return {
    action,
    at,
    agent: { id: agent.id, name: agent.name },
    connection: { id: connection.id, name: connection.name },
    effect,
    sentence: isDone(state.progress) ? sentence.did : sentence.wanted,
    details: [whoDecided(decision, state), whereOf(connection), ...sentence.details],
    progress: state.progress,
  };
}

function whereOf({ id, name }: TimelineIntent['connection']): Message {
  return ownName(id) ?? say('activity.connection', { name });
}

/** Ends that say more than the answer, or the rules, did. */
const byEnd: { readonly [R in EndReason]?: string } = {
  paused: 'activity.ended.paused',
  agent_paused: 'activity.ended.agentPaused',
  access_removed: 'activity.ended.accessRemoved',
  outside_token: 'activity.ended.outsideToken',
  refused_before: 'activity.ended.refusedBefore',
  rules_changed: 'activity.ended.rulesChanged',
  not_recorded: 'activity.ended.notRecorded',
  interrupted: 'activity.ended.interrupted',
  changed_since_approval: 'activity.ended.changed',
  nobody_to_ask: 'activity.ended.nobodyToAsk',
  allowed_elsewhere: 'activity.ended.allowedElsewhere',
  denied_elsewhere: 'activity.ended.deniedElsewhere',
  over_elsewhere: 'activity.ended.overElsewhere',
  unknown_elsewhere: 'activity.ended.unknownElsewhere',
};

function whoDecided(decision: Decision, state: ActionState): Message {
  const end = state.endReason === null ? undefined : byEnd[state.endReason];
  if (end !== undefined) return say(end);
  const isByRule = state.endReason === 'company_policy' || state.endReason === 'personal_rule';
  if (isByRule && decision.answer !== 'deny') return say(state.endReason === 'company_policy' ? 'activity.ended.companyChanged' : 'activity.ended.rulesForbid');
  if (state.progress === 'undone' && state.answer !== 'withdrawn') return say('activity.undone');
  if (state.progress === 'blocked' && state.answer === 'withdrawn') return say('activity.stopped');
  return state.answer === null ? byRules(decision, state) : answerText(state.answer, state.answeredBy, state.answerReason, state.signedBy);
}

function byRules(decision: Decision, state: ActionState): Message {
  switch (decision.answer) {
    case 'allow':
      if (decision.wouldAsk === true) return say('activity.watched', { rule: decision.title });
      return say(decision.layer === 'organization' ? 'activity.allowedByOrganization' : 'activity.allowed');
    case 'ask':
      return say(state.isEnded ? 'activity.neverAnswered' : 'activity.waiting');
    case 'deny':
      return decision.title === '' ? say('activity.blocked') : say('activity.blockedBy', { rule: decision.title });
    default:
      return assertNever(decision.answer);
  }
}

/** The newest changes that the rules did not allow; the steps tell of all of them. */
const mostRefused = 10;

/** Everything about one action, told from its events alone. */
export function toDetail({ intent, rest }: ActionStory): ActivityDetail {
  const { tool, digest, decision, arguments: args } = intent.event;
  const { answer, layer, title, reason, wouldAsk } = decision;
  const events = rest.map(({ event }) => event);
  const edited = events.findLast((event) => event.kind === 'edited');
  const refused = events.filter((event) => event.kind === 'edit_refused').slice(-mostRefused);
  const state = rest.reduce((before, { event }) => nextState(before, event), beginState(intent.event));
  return {
    entry: toEntry(asEdited(intent.event, events), state),
    tool,
    digest,
    arguments: visible(JSON.stringify(args, null, 2)),
    ...(edited === undefined ? {} : { edit: { at: edited.at, by: edited.by, digest: edited.to, changes: edited.changes.map(toFieldChange) } }),
    ...(refused.length === 0 ? {} : { refusedEdits: refused.map(({ at, changes, decision: by }) => ({ at, changes: changes.map(toFieldChange), decision: { answer: by.answer, layer: by.layer, title: by.title, reason: by.reason } })) }),
    decision: { answer, layer, title, reason, ...(wouldAsk === true ? { wouldAsk } : {}) },
    steps: [intent, ...rest].map(({ event, hash }) => ({ at: event.at, text: stepText(event), hash })),
  };
}

/** Invisible and direction-changing characters as JSON escapes: the same JSON, and nothing in it can hide. */
function visible(json: string): string {
  return json.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''),
  );
}

function stepText(event: ActionEvent): Message {
  switch (event.kind) {
    case 'intent':
      return say(`activity.step.intent.${event.decision.wouldAsk === true ? 'watched' : event.decision.answer}`, { agent: event.agent.name, rule: event.decision.title });
    case 'asked':
      return say('activity.step.asked', { minutes: Math.max(1, Math.round((event.expiresAt - event.at) / 60_000)) });
    case 'answered':
      if (event.together !== undefined && event.by !== null) return say('activity.step.together', { answer: event.answer, count: event.together });
      if (event.signatures?.length === 1) return say('activity.approvedShown', { how: event.signatures[0]?.how ?? 'passcode' });
      return answerText(event.answer, event.by, event.reason, signersOf(event));
    case 'signed':
      return say('activity.step.signed', { name: event.approver.name });
    case 'requested':
      return say('activity.step.requested', { request: disarmLine(`${event.method} ${event.path}`) });
    case 'refused':
      return say('activity.step.refused', { line: disarmLine(event.line) });
    case 'key_misused':
      return say(`activity.step.keyMisused.${event.how}`, { key: event.variable ?? '', host: disarmLine(event.host) });
    case 'held':
      return say('activity.step.held', { seconds: Math.max(0, Math.round((event.until - event.at) / 1000)) });
    case 'edited':
      return say('activity.step.edited', { count: event.changes.length });
    case 'edit_refused':
      return say('activity.step.editRefused', { count: event.changes.length, layer: event.decision.layer, rule: event.decision.title });
    case 'own_secret_sent':
      return say('activity.step.ownSecret', { connections: event.connections.map(({ name }) => name).join(', ') });
    case 'undone':
      return say('activity.step.undone');
    case 'started':
      return say('activity.step.started');
    case 'ended':
      return event.text === null || event.text === ''
        ? say('activity.step.ended', { outcome: event.outcome })
        : say('activity.step.endedTold', { outcome: event.outcome, text: event.text });
    default:
      return assertNever(event);
  }
}

function answerText(answer: AnsweredEvent['answer'], by: string | null, reason: string | null, signers: readonly string[]): Message {
  switch (answer) {
    case 'approved':
      if (signers.length === 2) return say('activity.approvedByTwo', { first: signers[0] ?? '', second: signers[1] ?? '' });
      return say(by === null ? 'activity.approvedBefore' : 'activity.approved');
    case 'denied':
      if (by === null) return say('activity.deniedBefore');
      return reason === null ? say('activity.denied') : say('activity.deniedReason', { reason });
    case 'timed_out':
      return say('activity.timedOut');
    case 'withdrawn':
      return say('activity.withdrawn');
    default:
      return assertNever(answer);
  }
}
