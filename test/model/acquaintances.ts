import type { KnownContacts } from '../../main/model/known-contacts.ts';
import { KnownDomains } from '../../main/model/lookalike.ts';

/** Everybody is known but those; `domains` are the ones that others may imitate. */
export function everybodyBut(strangers: readonly string[], domains: readonly string[] = []): KnownContacts {
  const known = new KnownDomains(domains);
  return { isKnown: (_kind, name) => !strangers.includes(name), imitatedBy: (domain) => known.imitatedBy(domain) };
}
