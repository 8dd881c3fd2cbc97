import type { Mark } from '../../preload/contract.ts';
import type { DescribeContext } from './action.ts';
import type { Address } from './address.ts';
import { disarmLine } from './disarm.ts';
import type { Link } from './links.ts';
import { doubtDomain } from './lookalike.ts';
import { say } from './say.ts';

/** What an account sends as; null: not known. */
export type Sender = Pick<Address, 'address' | 'domain'> | null;

/** Domains one should not be mistaken for: the company's and the account's own. */
function knownDomains(sender: Sender, context: Pick<DescribeContext, 'ownDomains'>): readonly string[] {
  return [...context.ownDomains.map((domain) => domain.toLowerCase()), ...(sender === null ? [] : [sender.domain])];
}

/** A `stop` mark for a domain that may not be what it seems. */
export function domainMark(domain: string, sender: Sender, context: Pick<DescribeContext, 'ownDomains'>): Mark | null {
  const doubt = doubtDomain(domain, knownDomains(sender, context));
  if (doubt === null) return null;
  if (doubt.kind === 'like-yours') return { text: say('mark.lookalike', { domain: disarmLine(doubt.domain) }), tone: 'stop' };
  return { text: say('mark.foreignLetters'), tone: 'stop' };
}

/** What speaks against a link in a text. */
export function linkMarks(link: Link, sender: Sender, context: Pick<DescribeContext, 'ownDomains'>): readonly Mark[] {
  const doubt = domainMark(link.host, sender, context);
  return [...(link.isMisleading ? [{ text: say('mark.linkElsewhere'), tone: 'stop' as const }] : []), ...(doubt === null ? [] : [doubt])];
}
