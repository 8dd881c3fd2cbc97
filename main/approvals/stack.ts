import type { Approval, Card } from '../../preload/contract.ts';
import type { Facts, FrozenAction } from '../model/action.ts';
import type { SigningNeed } from '../model/signing.ts';

/**
 * Which stack a question lies on: those of one Claw about one kind of thing may be answered together. Undefined where each has
 * to be looked at by itself, because much is at stake or the answer takes more than a button.
 */
export function stackOf({ kind, agent, connection, name }: Pick<FrozenAction, 'kind' | 'agent' | 'connection' | 'name'>, { effect }: Facts, { risk, confirm, asksNumber }: Card, signing: SigningNeed | null): Approval['stack'] {
  if (risk !== 'normal' || confirm !== null || asksNumber !== undefined || signing !== null) return undefined;
  if (effect === 'pay' || effect === 'delete' || effect === 'run' || effect === 'unknown') return undefined;
  // A place is in the name of its action; a run that reaches several asks about one kind of thing.
  return { key: JSON.stringify([kind, agent, connection, kind === 'connect' ? '' : name]), effect };
}
