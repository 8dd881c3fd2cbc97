import type { Mark, Row } from '../../preload/contract.ts';
import type { DescribeContext, Recipient } from './action.ts';
import type { Address } from './address.ts';
import { disarmLine } from './disarm.ts';
import { domainMark, type Sender } from './domain-marks.ts';
import { say } from './say.ts';

/** From this many on a person is asked to confirm the number. */
export const manyRecipients = 10;

/** The person's own address is never outside; a subdomain of an own domain is inside. */
function isOutside(address: Address, sender: Sender, ownDomains: readonly string[]): boolean {
  if (address.address.toLowerCase() === sender?.address.toLowerCase()) return false;
  return !ownDomains.some((own) => address.domain === own.toLowerCase() || address.domain.endsWith(`.${own.toLowerCase()}`));
}

export async function recipientFacts(addresses: readonly Address[], sender: Sender, context: DescribeContext): Promise<readonly Recipient[]> {
  return Promise.all(
    addresses.map(async (address) => ({
      address: address.address,
      domain: address.domain,
      isOutside: isOutside(address, sender, context.ownDomains),
      isFirstTime: await context.isFirstTime(address.address),
    })),
  );
}

export type PeopleRow = Extract<Row, { kind: 'people' }>;

export function peopleRow(label: Row['label'], addresses: readonly Address[], facts: readonly Recipient[], sender: Sender, context: DescribeContext): PeopleRow | null {
  if (addresses.length === 0) return null;
  const people = addresses.map(({ name, address, domain }) => {
    const fact = facts.find((recipient) => recipient.address.toLowerCase() === address.toLowerCase());
    const doubt = domainMark(domain, sender, context);
    const marks: Mark[] = [
      ...(doubt === null ? [] : [doubt]),
      ...(fact?.isOutside === true ? [{ text: say('mark.outside'), tone: 'mind' as const }] : []),
      ...(fact?.isFirstTime === true ? [{ text: say('mark.firstTime'), tone: 'mind' as const }] : []),
    ];
    return { address: disarmLine(address), name: name === null ? null : disarmLine(name), marks };
  });
  return { kind: 'people', label, people };
}
