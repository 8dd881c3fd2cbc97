import type { Mark } from '../../preload/contract.ts';
import type { Address } from './address.ts';
import { disarmLine } from './disarm.ts';
import type { KnownContacts } from './known-contacts.ts';
import type { Link } from './links.ts';
import { doubtDomain, KnownDomains } from './lookalike.ts';
import { say } from './say.ts';

/** What an account sends as; null: not known. */
export type Sender = Pick<Address, 'address' | 'domain'> | null;

/** Whom an action is described for: who they are, and whom they know. */
export interface Neighbourhood {
  readonly ownDomains: readonly string[];
  readonly sender: Sender;
  readonly known: KnownContacts;
}

const ownOf = new WeakMap<Neighbourhood, KnownDomains>();

/** Domains one should not be mistaken for: the company's and the account's own. */
function ownDomainsOf(around: Neighbourhood): KnownDomains {
  const { ownDomains, sender } = around;
  const own = ownOf.get(around) ?? new KnownDomains([...ownDomains, ...(sender === null ? [] : [sender.domain])]);
  ownOf.set(around, own);
  return own;
}

/** A `stop` mark for a domain that may not be what it seems. */
export function domainMark(domain: string, around: Neighbourhood): Mark | null {
  const doubt = doubtDomain(domain, ownDomainsOf(around), around.known);
  switch (doubt?.kind) {
    case undefined:
      return null;
    case 'like-yours':
      return { text: say('mark.lookalike', { domain: disarmLine(doubt.domain) }), tone: 'stop' };
    case 'like-known':
      return { text: say('mark.lookalikeKnown', { domain: disarmLine(doubt.domain) }), tone: 'stop' };
    case 'foreign-letters':
      return { text: say('mark.foreignLetters'), tone: 'stop' };
  }
}

/** Those of some domains that may not be what they seem, each once. */
export function doubtfulDomains(domains: readonly string[], around: Neighbourhood): readonly string[] {
  return [...new Set(domains)].filter((domain) => domainMark(domain, around) !== null);
}

/** What speaks against a link in a text. */
export function linkMarks(link: Link, around: Neighbourhood): readonly Mark[] {
  const doubt = domainMark(link.host, around);
  return [...(link.isMisleading ? [{ text: say('mark.linkElsewhere'), tone: 'stop' as const }] : []), ...(doubt === null ? [] : [doubt])];
}
