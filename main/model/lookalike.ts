import { domainToASCII, domainToUnicode } from 'node:url';

/** Letters of other scripts that a reader takes for these Latin ones, and the usual digit swaps. */
const twins: Readonly<Record<string, string>> = {
  а: 'a', ɑ: 'a', α: 'a', ь: 'b', с: 'c', ϲ: 'c', ԁ: 'd', е: 'e', ё: 'e', ε: 'e', ɡ: 'g', һ: 'h', і: 'i', ι: 'i', ı: 'i', ї: 'i',
  ј: 'j', к: 'k', κ: 'k', ӏ: 'l', м: 'm', п: 'n', ո: 'n', о: 'o', ο: 'o', օ: 'o', σ: 'o', р: 'p', ρ: 'p', ԛ: 'q', г: 'r', ѕ: 's',
  т: 't', τ: 't', υ: 'u', ս: 'u', ν: 'v', ѵ: 'v', ԝ: 'w', ω: 'w', х: 'x', χ: 'x', у: 'y', γ: 'y', '0': 'o', '1': 'l', '3': 'e', '5': 's',
}; // prettier-ignore

/** What a hurried reader sees: two domains with the same skeleton look alike. */
function skeleton(domain: string): string {
  const plain = domainToUnicode(domain).normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const twinned = Array.from(plain, (letter) => twins[letter] ?? letter).join('');
  return twinned.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('cl', 'd').replaceAll('i', 'l').replaceAll('-', '');
}

/** Why a domain may not be what it seems; null when nothing speaks against it. */
export type DomainDoubt = { readonly kind: 'foreign-letters' } | { readonly kind: 'like-yours'; readonly domain: string };

/**
 * Doubts about a domain name: it imitates one of the given domains, or it is written with letters beyond ASCII (`xn--`,
 * RFC 5890), which a reader cannot tell from look-alikes.
 */
export function doubtDomain(domain: string, ownDomains: readonly string[]): DomainDoubt | null {
  const ascii = domainToASCII(domain).toLowerCase();
  const imitated = ownDomains.find((own) => own !== ascii && !ascii.endsWith(`.${own}`) && skeleton(own) === skeleton(ascii));
  if (imitated !== undefined) return { kind: 'like-yours', domain: imitated };
  return ascii.split('.').some((label) => label.startsWith('xn--')) ? { kind: 'foreign-letters' } : null;
}
