import type { Decision } from '../model/action.ts';
import { covers } from '../model/signing.ts';
import { decideAt } from './decide.ts';
import type { LiveAction, Refusal } from './live-actions.ts';
import type { GateParts } from './parts.ts';

/**
 * What stands in the way of an action at this moment; undefined when nothing does. Asked when an action arrives, and again
 * right before it is done: between the two, somebody may have paused, taken a connection away or changed the rules.
 */
export function obstacleTo(live: LiveAction, parts: GateParts): Refusal | undefined {
  if (live.stopped) return live.stopped;
  const { agents, pause, clock, target } = parts;
  const { agent, connection } = live.action;
  if (pause.isPaused) return { reason: 'paused', detail: null };
  if (!agents.isKnown(agent)) return { reason: 'access_removed', detail: null };
  if (agents.isPaused(agent)) return { reason: 'agent_paused', detail: null };
  if (!agents.mayUse(agent, connection)) return { reason: 'access_removed', detail: null };
  if (target(connection) !== live.target) return { reason: 'changed_since_approval', detail: null };
  const decision = decideAt(live, parts, clock.now());
  if (decision.answer === 'deny') return refusalOf(decision);
  // A card that asked for less than what has to be signed now is no answer to it.
  if (live.isAsked && !covers(live.signing, decision.signing ?? null)) return { reason: 'rules_changed', detail: null };
  if (decision.answer !== 'ask' || live.isAsked || isStillGranted(live, decision, parts)) return undefined;
  return { reason: 'rules_changed', detail: null };
}

/** A standing answer that let an action through and is used up or has run out since still counts for it; one that was taken back does not. */
function isStillGranted({ grant }: LiveAction, { layer, signing }: Decision, { grants }: GateParts): boolean {
  return grant !== undefined && layer !== 'organization' && signing === undefined && !grants.isRevoked(grant);
}

/** How a decision to deny is told. */
export function refusalOf({ layer, reason, title }: Decision): Refusal {
  return { reason: layer === 'organization' ? 'company_policy' : 'personal_rule', detail: reason ?? title };
}
