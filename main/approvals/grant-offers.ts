import type { Effect } from '../../preload/contract.ts';
import type { Facts, FrozenAction, Risk } from '../model/action.ts';
import { disarmLine } from '../model/disarm.ts';
import type { GrantOffer } from '../model/grant.ts';
import { say } from '../model/say.ts';

/** More people than that are not one circle any more. */
const mostRecipients = 10;
/** How often the very same thing may be done again. */
const mostRepeats = 10;
/** Enough for an hour of letters, and a bound for a Claw that runs away. */
const mostMessages = 50;
const mostReadings = 1000;

/** Never for payments, deletions, commands, and what nobody knows. */
const effects: ReadonlySet<Effect> = new Set(['read', 'send', 'change', 'connect']);
/** A program that works with a service asks it often. */
const mostConnections = 10_000;

/**
 * The standing answers that make sense for an action, narrowest first; none where much is at stake or a secret is in it. Each is
 * built from what this action does and nothing else.
 */
export function grantOffers({ kind, name, digest }: Pick<FrozenAction, 'kind' | 'name' | 'digest'>, facts: Facts, risk: Risk): readonly GrantOffer[] {
  if (risk === 'high' || !effects.has(facts.effect) || facts.secrets !== undefined) return [];
  if (kind === 'readResource') return facts.uri === undefined ? [] : [reading({ id: 'uri', scope: { kind: 'uri', uri: facts.uri } }, disarmLine(facts.uri))];
  if (kind === 'connect') return placeOffer(facts);
  if (kind !== 'invokeTool') return [];
  if (facts.effect === 'read') return [reading({ id: 'reading', scope: { kind: 'reading' } }, disarmLine(name))];
  const same: GrantOffer = { id: 'same', scope: { kind: 'same', digest }, sentence: say('grant.same'), lasts: 'today', uses: mostRepeats };
  const recipients = recipientsOffer(facts);
  return recipients === null ? [same] : [same, recipients];
}

function reading(what: Pick<GrantOffer, 'id' | 'scope'>, shown: string): GrantOffer {
  return { ...what, sentence: say(`grant.${what.id}`, { what: shown }), lasts: 'today', uses: mostReadings };
}

function recipientsOffer({ effect, recipientAddresses = [], attachments }: Facts): GrantOffer | null {
  if (effect !== 'send' || recipientAddresses.length === 0 || recipientAddresses.length > mostRecipients || attachments === undefined || attachments.length > 0) return null;
  return {
    id: 'recipients',
    scope: { kind: 'recipients', addresses: recipientAddresses },
    sentence: say('grant.recipients', { people: recipientAddresses.map(disarmLine).join(', ') }),
    lasts: 'hour',
    uses: mostMessages,
  };
}

function placeOffer({ host, port, method }: Facts): readonly GrantOffer[] {
  // A rule that is about single requests was written to be asked.
  if (host === undefined || port === undefined || method !== undefined) return [];
  return [{ id: 'place', scope: { kind: 'place', host, port }, sentence: say('grant.place', { place: `${host}:${port}` }), lasts: 'hour', uses: mostConnections }];
}
