import { domainToASCII } from 'node:url';

const address = /\b[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s/?#@"'`<>\\]{0,300}@)?(?<host>\[[0-9a-f:.%]{2,60}\]|[^\s/?#:@"'`<>\\,;)|\]}]{1,260})/giu;
const mostInOneWord = 50;

/** The hosts of all addresses (`scheme://host`) in a text. */
export function hostsIn(text: string): readonly string[] {
  const hosts: string[] = [];
  for (const { groups } of text.matchAll(address)) {
    if (hosts.length === mostInOneWord) break;
    hosts.push(groups?.['host'] ?? '');
  }
  return hosts;
}

/** A host in the form that it is compared in: lower case, ASCII (RFC 5891), IPv4 in four parts. Null for what is none. */
export function hostOf(text: string): string | null {
  const bare = text.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (bare === '' || bare.length > 255 || !/^[\p{L}\p{M}\p{N}_.:%-]+$/u.test(bare) || /^[.-]/.test(bare)) return null;
  if (bare.includes(':')) return /^[0-9a-f:.]+$/i.test(bare) ? bare.toLowerCase() : null;
  // The parser for addresses knows 0x7f.1 and 2130706433 for what they are.
  const parsed = URL.parse(`http://${bare.replaceAll('_', '-')}/`)?.hostname ?? '';
  if (parsed === '') return null;
  return bare.includes('_') ? bare.toLowerCase() : domainToASCII(parsed) || parsed;
}

/** `[user@]host[:rest]` as `ssh`, `scp` and `git` take it; null where it is a file. */
export function remoteHost(text: string): string | null {
  if (text.includes('://')) return hostsIn(text)[0] ?? null;
  if (/^\w+::/.test(text)) return null;
  const match = /^(?:[^\s/@:]+@)?(?<host>\[[0-9a-f:.]+\]|[^\s/@:]+)(?<colon>:)?/i.exec(text);
  return match?.groups?.['colon'] === undefined ? null : (match.groups['host'] ?? null);
}

/** `[user@]host[:port][/path]` as `curl`, `wget`, `nc` and the like take it without a scheme. */
export function plainHost(text: string): string | null {
  if (text.includes('://')) return hostsIn(text)[0] ?? null;
  return /^(?:[^\s/@]+@)?(?<host>\[[0-9a-f:.]+\]|[^\s/@:?#]+)/i.exec(text)?.groups?.['host'] ?? null;
}
