import { grantOffers } from '../approvals/grant-offers.ts';
import type { Decision, Described, FrozenAction } from '../model/action.ts';
import type { GrantOffer } from '../model/grant.ts';

/** What a card offers to allow for a while. What the organization wants to be asked about, and what has to be signed, no standing answer changes. */
export function offersOf(action: FrozenAction, { facts, card, grants }: Described, { layer, signing }: Decision): readonly GrantOffer[] {
  return layer === 'organization' || signing !== undefined ? [] : grantOffers(action, facts, card.risk, grants);
}
