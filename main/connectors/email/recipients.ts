import type { Mark, Row } from '../../../preload/contract.ts';
import type { DescribeContext, Recipient } from '../../model/action.ts';
import { disarmLine } from '../../model/disarm.ts';
import { doubtDomain } from '../../model/lookalike.ts';
import { say } from '../../model/say.ts';
import type { EmailAccount } from './account.ts';
import { senderOf } from './outgoing.ts';
import type { Address } from './address.ts';

/** From this many on a person is asked to confirm the number. */
export const manyRecipients = 10;

/** The person's own address is never outside; a subdomain of an own domain is inside. */
function isOutside(address: Address, account: EmailAccount, ownDomains: readonly string[]): boolean {
  if (address.address.toLowerCase() === senderOf(account)?.address.toLowerCase()) return false;
  return !ownDomains.some((own) => address.domain === own.toLowerCase() || address.domain.endsWith(`.${own.toLowerCase()}`));
}

export async function recipientFacts(addresses: readonly Address[], account: EmailAccount, context: DescribeContext): Promise<readonly Recipient[]> {
  return Promise.all(
    addresses.map(async (address) => ({
      address: address.address,
      domain: address.domain,
      isOutside: isOutside(address, account, context.ownDomains),
      isFirstTime: await context.isFirstTime(address.address),
    })),
  );
}

/** Domains one should not be mistaken for: the company's and the account's own. */
function knownDomains(account: EmailAccount, context: DescribeContext): readonly string[] {
  const own = senderOf(account)?.domain;
  return [...context.ownDomains.map((domain) => domain.toLowerCase()), ...(own === undefined ? [] : [own])];
}

/** A `stop` mark for a domain that may not be what it seems. */
export function domainMark(domain: string, account: EmailAccount, context: DescribeContext): Mark | null {
  const doubt = doubtDomain(domain, knownDomains(account, context));
  if (doubt === null) return null;
  if (doubt.kind === 'like-yours') return { text: say('mark.lookalike', { domain: disarmLine(doubt.domain) }), tone: 'stop' };
  return { text: say('mark.foreignLetters'), tone: 'stop' };
}

export type PeopleRow = Extract<Row, { kind: 'people' }>;

export function peopleRow(label: 'to' | 'cc' | 'bcc', addresses: readonly Address[], facts: readonly Recipient[], account: EmailAccount, context: DescribeContext): PeopleRow | null {
  if (addresses.length === 0) return null;
  const people = addresses.map(({ name, address, domain }) => {
    const fact = facts.find((recipient) => recipient.address === address);
    const doubt = domainMark(domain, account, context);
    const marks: Mark[] = [
      ...(doubt === null ? [] : [doubt]),
      ...(fact?.isOutside === true ? [{ text: say('mark.outside'), tone: 'mind' as const }] : []),
      ...(fact?.isFirstTime === true ? [{ text: say('mark.firstTime'), tone: 'mind' as const }] : []),
    ];
    return { address: disarmLine(address), name: name === null ? null : disarmLine(name), marks };
  });
  return { kind: 'people', label: say(`card.row.${label}`), people };
}
