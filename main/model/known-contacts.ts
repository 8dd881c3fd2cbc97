/** Whom something can go to: an email address, the host of an address on the web, somebody who is paid. */
export type ContactKind = 'address' | 'host' | 'payee';

/** Where actions that were done went to, by the record; it answers at once. */
export interface KnownContacts {
  isKnown(kind: ContactKind, name: string): boolean;
  /** A domain of a known contact that this one imitates; null: it is one of them itself, or imitates none. */
  imitatedBy(domain: string): string | null;
}

/** For what is described without a look at the record. */
export const noContacts: KnownContacts = { isKnown: () => false, imitatedBy: () => null };

/** The form in which names of contacts are compared: without regard to case, to spaces, and to how letters are composed. */
export function contactKey(kind: ContactKind, name: string): string {
  const key = name.normalize(kind === 'payee' ? 'NFKC' : 'NFC').trim().toLowerCase();
  return kind === 'payee' ? key.replaceAll(/\s+/g, ' ') : key;
}
