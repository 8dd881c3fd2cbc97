import type { Effect } from '../../preload/contract.ts';
import type { Facts, FrozenAction, GrantKind, Risk } from '../model/action.ts';
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
/** More than a person reads on one line. */
const mostResources = 5;

/** A program that works with a service asks it often. */
const mostConnections = 10_000;

/** Never for payments, deletions, commands, and what nobody knows; places on the network have an offer of their own. */
type GrantableEffect = 'read' | 'send' | 'change';
const effects: ReadonlySet<Effect> = new Set<GrantableEffect>(['read', 'send', 'change']);

const offersOfKind: Readonly<Record<GrantKind, GrantOffer['id']>> = { same_action: 'same', same_recipients: 'recipients', same_resource: 'resources' };

/**
 * The standing answers that a card offers, narrowest first: of those that are possible the ones that the tool's profile names.
 *
 * @param kinds undefined: no profile says.
 */
export function grantOffers(action: Pick<FrozenAction, 'kind' | 'name' | 'digest'>, facts: Facts, risk: Risk, kinds?: readonly GrantKind[]): readonly GrantOffer[] {
  const unsaid: readonly GrantOffer['id'][] = facts.effect === 'read' ? ['reading', 'uri'] : ['same', 'recipients', 'place'];
  const wanted = new Set(kinds === undefined ? unsaid : kinds.map((kind) => offersOfKind[kind]));
  return possibleOffers(action, facts, risk).filter(({ id }) => wanted.has(id));
}

/**
 * All standing answers that could be given for an action; none where much is at stake or a secret is in it. Each is built from
 * what this action does and nothing else.
 */
export function possibleOffers({ kind, name, digest }: Pick<FrozenAction, 'kind' | 'name' | 'digest'>, facts: Facts, risk: Risk): readonly GrantOffer[] {
  const { effect } = facts;
  if (risk === 'high' || facts.secrets !== undefined) return [];
  if (kind === 'connect') return placeOffer(facts);
  if (!isGrantable(effect)) return [];
  if (kind === 'readResource') return effect !== 'read' || facts.uri === undefined ? [] : [reading({ id: 'uri', scope: { kind: 'uri', uri: facts.uri } }, disarmLine(facts.uri))];
  if (kind !== 'invokeTool') return [];
  const same: GrantOffer = { id: 'same', scope: { kind: 'same', digest }, sentence: say('grant.same'), lasts: 'today', uses: effect === 'read' ? mostReadings : mostRepeats };
  const atLarge = effect === 'read' ? reading({ id: 'reading', scope: { kind: 'reading' } }, disarmLine(name)) : null;
  return [same, recipientsOffer(facts), resourcesOffer(facts, effect), atLarge].filter((offer) => offer !== null);
}

function isGrantable(effect: Effect): effect is GrantableEffect {
  return effects.has(effect);
}

function reading(what: Pick<GrantOffer, 'id' | 'scope'>, shown: string): GrantOffer {
  return { ...what, sentence: say(`grant.${what.id}`, { what: shown }), lasts: 'today', uses: mostReadings };
}

function resourcesOffer({ resources = [], paths = [], recipients, recipientAddresses, attachments = [] }: Facts, effect: GrantableEffect): GrantOffer | null {
  const names = [...resources, ...paths];
  if (names.length === 0 || names.length > mostResources || recipients !== undefined || recipientAddresses !== undefined || attachments.length > 0) return null;
  const isRead = effect === 'read';
  return {
    id: 'resources',
    scope: { kind: 'resources', effect, resources, paths },
    sentence: say('grant.resources', { effect, what: names.map(disarmLine).join(', ') }),
    lasts: isRead ? 'today' : 'hour',
    uses: isRead ? mostReadings : mostMessages,
  };
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
