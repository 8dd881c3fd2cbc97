import type { Mark, Row } from '../../preload/contract.ts';
import type { Facts, Recipient } from './action.ts';
import type { Address } from './address.ts';
import { disarmLine } from './disarm.ts';
import { domainMark, type Neighbourhood } from './domain-marks.ts';
import { say } from './say.ts';

/** From this many on a person is asked to confirm the number. */
export const manyRecipients = 10;

/** The person's own address is never outside; a subdomain of an own domain is inside. */
function isOutside(address: Address, { sender, ownDomains }: Neighbourhood): boolean {
  if (address.address.toLowerCase() === sender?.address.toLowerCase()) return false;
  return !ownDomains.some((own) => address.domain === own.toLowerCase() || address.domain.endsWith(`.${own.toLowerCase()}`));
}

/** What can be said of those something goes to. */
export function peopleFacts(addresses: readonly Address[], around: Neighbourhood): PeopleFacts {
  const recipients = addresses.map((address) => ({
    address: address.address,
    domain: address.domain,
    isOutside: isOutside(address, around),
    isFirstTime: !around.known.isKnown('address', address.address),
  }));
  return {
    recipients,
    recipientAddresses: [...new Set(recipients.map(({ address }) => address.toLowerCase()))],
    recipientDomains: [...new Set(recipients.map(({ domain }) => domain))],
    recipientCount: recipients.length,
    outsideCount: recipients.filter(({ isOutside }) => isOutside).length,
    firstTimeCount: recipients.filter(({ isFirstTime }) => isFirstTime).length,
  };
}

type PeopleFacts = Required<Pick<Facts, 'recipients' | 'recipientAddresses' | 'recipientDomains' | 'recipientCount' | 'outsideCount' | 'firstTimeCount'>>;

/** Whether an answer goes to somebody outside whom nothing was sent to before. */
export function answersStranger(recipients: readonly Recipient[]): boolean {
  return recipients.some(({ isOutside, isFirstTime }) => isOutside && isFirstTime);
}

export type PeopleRow = Extract<Row, { kind: 'people' }>;

export function peopleRow(label: Row['label'], addresses: readonly Address[], facts: readonly Recipient[], around: Neighbourhood): PeopleRow | null {
  if (addresses.length === 0) return null;
  const byAddress = new Map(facts.map((recipient) => [recipient.address.toLowerCase(), recipient]));
  const people = addresses.map(({ name, address, domain }) => {
    const fact = byAddress.get(address.toLowerCase());
    const doubt = domainMark(domain, around);
    const marks: Mark[] = [
      ...(doubt === null ? [] : [doubt]),
      ...(fact?.isOutside === true ? [{ text: say('mark.outside'), tone: 'mind' as const }] : []),
      ...(fact?.isFirstTime === true ? [{ text: say('mark.firstTime'), tone: 'mind' as const }] : []),
    ];
    return { address: disarmLine(address), name: name === null ? null : disarmLine(name), marks };
  });
  return { kind: 'people', label, people };
}
