import type { Decision } from '../model/action.ts';
import type { LiveAction } from './live-actions.ts';
import type { GateParts } from './parts.ts';

/** A decision with what it depends on beside the action itself. */
export interface Decided {
  readonly decision: Decision;
  readonly revision: number;
  /** Seconds since the Unix epoch: rules may look at the time, and at nothing finer. */
  readonly second: number;
}

/** Step 3, for an instant. The same rules in the same second say the same of the same action: they are asked once. */
export function decideAt(live: LiveAction, { policy }: Pick<GateParts, 'policy'>, at: number): Decision {
  const { revision } = policy;
  const second = Math.floor(at / 1000);
  const known = live.decided;
  if (known?.revision === revision && known.second === second) return known.decision;
  const { kind, agent, connection, name, arguments: args } = live.action;
  const { facts } = live;
  const decision = policy.decide({
    kind,
    agent,
    connection,
    name,
    effect: facts.effect,
    arguments: args,
    facts,
    at,
    digest: live.digest,
    // Few rules look at it, and most actions never need a card.
    get risk() {
      return live.risk;
    },
  });
  live.decided = { decision, revision, second };
  return decision;
}
