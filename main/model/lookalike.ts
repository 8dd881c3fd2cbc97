import { domainToASCII, domainToUnicode } from 'node:url';
import { looksLike } from './letter-twins.ts';

/** In shorter names one letter is too much of them: `ibm` and `ibn` are two companies. */
const shortestForTypos = 8;
/** Labels of a name that are looked at for a domain in the middle of it. */
const mostLabels = 12;

/** What a hurried reader sees: two domains with the same skeleton look alike. */
function skeleton(domain: string): string {
  return looksLike(domainToUnicode(domain), true).replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('cl', 'd').replaceAll('i', 'l').replaceAll('-', '');
}

/**
 * The part of a domain that somebody registered: `acme.example` of `mail.acme.example`, `acme.co.uk` of `www.acme.co.uk`. By
 * the shape of the name alone: what the Public Suffix List knows beyond it is not needed to tell names apart.
 */
function registrable(ascii: string): string {
  const labels = ascii.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  return labels.slice(top.length === 2 && second.length <= 3 && labels.length > 2 ? -3 : -2).join('.');
}

/** Whether one becomes the other by one letter more, less, other, or by two that changed places (Damerau-Levenshtein 1). */
function isOneSlipAway(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (long.length - short.length > 1) return false;
  let start = 0;
  while (start < short.length && short[start] === long[start]) start += 1;
  if (short.length < long.length) return short.slice(start) === long.slice(start + 1);
  if (short.slice(start + 1) === long.slice(start + 1)) return true;
  return short[start] === long[start + 1] && short[start + 1] === long[start] && short.slice(start + 2) === long.slice(start + 2);
}

/**
 * Domains that others may imitate. Finding one takes about as long for ten thousand as for ten: what is one slip away has the
 * same beginning or the same end, and is looked for by those.
 */
export class KnownDomains {
  readonly #domains = new Set<string>();
  readonly #bySkeleton = new Map<string, string>();
  readonly #byHalf = new Map<string, string[]>();

  constructor(domains: Iterable<string> = []) {
    for (const domain of domains) this.add(domain);
  }

  add(domain: string): void {
    const ascii = domainToASCII(domain).toLowerCase();
    if (!ascii.includes('.') || /^[\d.]+$/.test(ascii)) return;
    const name = registrable(ascii);
    if (this.#domains.has(name)) return;
    this.#domains.add(name);
    const looks = skeleton(name);
    if (!this.#bySkeleton.has(looks)) this.#bySkeleton.set(looks, name);
    if (looks.length < shortestForTypos) return;
    for (const key of halvesOf(looks, looks.length)) this.#byHalf.set(key, [...(this.#byHalf.get(key) ?? []), name]);
  }

  /** Whether it is one of them, or lies within one. */
  has(domain: string): boolean {
    return this.#domains.has(registrable(domainToASCII(domain).toLowerCase()));
  }

  /** The one that this domain imitates; null when it belongs to one of them itself, or imitates none. */
  imitatedBy(domain: string): string | null {
    const ascii = domainToASCII(domain).toLowerCase();
    const name = registrable(ascii);
    if (!name.includes('.') || this.#domains.has(name)) return null;
    const looks = skeleton(name);
    return this.#bySkeleton.get(looks) ?? this.#within(ascii, name) ?? this.#oneSlipFrom(looks) ?? null;
  }

  /** `acme.example.evil.test`: what is read first is not what counts. */
  #within(ascii: string, name: string): string | undefined {
    const labels = ascii.split('.').slice(0, mostLabels);
    const isWhole = (start: number, end: number): boolean => this.#domains.has(labels.slice(start, end).join('.'));
    for (let start = 0; start < labels.length - 2; start += 1) {
      for (let end = start + 2; end <= Math.min(start + 3, labels.length - 1); end += 1) {
        const inner = labels.slice(start, end).join('.');
        if (inner !== name && isWhole(start, end)) return inner;
      }
    }
    return undefined;
  }

  #oneSlipFrom(looks: string): string | undefined {
    if (looks.length < shortestForTypos) return undefined;
    for (const length of [looks.length, looks.length - 1, looks.length + 1]) {
      for (const key of halvesOf(looks, length)) {
        const found = this.#byHalf.get(key)?.find((known) => isOneSlipAway(looks, skeleton(known)));
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }
}

/**
 * Beginnings and ends by which a text finds those of `length` letters that are one slip away. Cut at two places, because a
 * slip may lie across one of them.
 */
function halvesOf(text: string, length: number): readonly string[] {
  const middle = Math.floor(length / 2);
  return [middle, middle + 1].flatMap((cut) => [`${length}<${cut}:${text.slice(0, cut)}`, `${length}>${cut}:${text.slice(text.length - (length - cut))}`]);
}

/** Why a domain may not be what it seems; null when nothing speaks against it. */
export type DomainDoubt =
  | { readonly kind: 'foreign-letters' }
  | { readonly kind: 'like-yours'; readonly domain: string }
  | { readonly kind: 'like-known'; readonly domain: string };

/**
 * Doubts about a domain name: it imitates one of your own or one of somebody known, or it is written with letters beyond ASCII
 * (`xn--`, RFC 5890), which a reader cannot tell from look-alikes.
 */
export function doubtDomain(domain: string, own: KnownDomains, known: Pick<KnownDomains, 'imitatedBy'>): DomainDoubt | null {
  const ascii = domainToASCII(domain).toLowerCase();
  if (own.has(ascii)) return null;
  const yours = own.imitatedBy(ascii);
  if (yours !== null) return { kind: 'like-yours', domain: yours };
  const theirs = known.imitatedBy(ascii);
  if (theirs !== null) return { kind: 'like-known', domain: theirs };
  return ascii.split('.').some((label) => label.startsWith('xn--')) ? { kind: 'foreign-letters' } : null;
}
