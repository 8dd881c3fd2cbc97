import type { Card } from '../../preload/contract.ts';
import type { CardBody, Decision } from '../model/action.ts';
import type { GrantOffer } from '../model/grant.ts';
import { say } from '../model/say.ts';

/** A card with why it is asked, what comes after a yes, and what may be allowed for a while. */
export function wholeCard(body: CardBody, { reason, title }: Decision, holdSeconds: number, offers: readonly GrantOffer[]): Card {
  const grants = offers.length === 0 ? {} : { grants: offers.map(({ id, sentence }) => ({ id, sentence })) };
  return { ...body, why: say('card.why', { reason: reason ?? title }), holdSeconds, ...grants };
}
