import type { Decision, Facts } from '../model/action.ts';
import { meansPlace, type HostPattern } from '../model/host-pattern.ts';
import { isSpecial, placeFacts, readPlace, specialNetworks, writePlace, type NetworkPlace } from '../model/network-place.ts';
import { networksWithout } from '../model/networks.ts';
import type { NetworkAttempt, NetworkDecider, NetworkDecision } from '../sandbox/network.ts';

export interface ServerEgressParts {
  /** What the person, or the organization, named for this connection. */
  readonly places: readonly HostPattern[];
  /** What the rules say of a place, for a Claw that no rule names. */
  readonly decide: (name: string, facts: Facts) => Decision;
  /** False while everything is paused. */
  readonly mayPass: () => boolean;
  readonly refusesOpaque: boolean;
  /** Networks (CIDR) that the lists of places allow: names may lead there. */
  readonly allowedNetworks: readonly string[];
}

/**
 * The network of a connection's own program. It works for whichever Claw calls, and between calls too, so nobody is asked: it reaches
 * the places that were named for it, and of these none that a rule of the organization or of the person refuses everybody.
 */
export class ServerEgress implements NetworkDecider {
  /** Requests are seen wherever they can be: rules may be about these. */
  readonly isInspected = true;
  readonly refusesOpaque: boolean;
  readonly refusedNetworks: readonly string[];
  readonly #parts: ServerEgressParts;

  constructor(parts: ServerEgressParts) {
    this.#parts = parts;
    this.refusesOpaque = parts.refusesOpaque;
    const named = parts.places.flatMap(({ target }) => (target.kind === 'network' ? [target.cidr] : []));
    this.refusedNetworks = networksWithout(specialNetworks, [...parts.allowedNetworks, ...named]);
  }

  decide(attempt: NetworkAttempt): Promise<NetworkDecision> {
    const place = readPlace(attempt.host, attempt.port);
    if (place === null) return deny('This is no place on the network.');
    if (!this.#parts.mayPass()) return deny('Countersign is paused.');
    if (!this.#isNamed(place)) return deny(`${writePlace(place)} is none of the places that this service may reach.`);
    const request = attempt.kind === 'request' ? { method: attempt.method, path: attempt.target.split('?')[0] ?? '' } : undefined;
    const { answer, layer, title, reason } = this.#parts.decide(writePlace(place), placeFacts(place, request));
    // Whoever named the place has answered what the built-in rules would ask; the lists of what is refused stand above that.
    return answer === 'deny' && layer !== 'built-in' ? deny(reason ?? title) : Promise.resolve({ effect: 'allow' });
  }

  /** Places of one's own network are meant only by who names them: not by "any place". */
  #isNamed(place: NetworkPlace): boolean {
    return this.#parts.places.some((pattern) => meansPlace(pattern, place) && (pattern.target.kind !== 'any' || !isSpecial(place.host)));
  }
}

function deny(reason: string): Promise<NetworkDecision> {
  return Promise.resolve({ effect: 'deny', reason: reason.replaceAll(/\s+/g, ' ') });
}
