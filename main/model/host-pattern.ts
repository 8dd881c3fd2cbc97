import { domainToASCII } from 'node:url';
import { ipVersion, networksHold } from './ip-address.ts';
import type { NetworkPlace } from './network-place.ts';

/**
 * Where a connection may lead, as one writes it in a list. The semantics are those of Docker's network policies:
 * `example.com` is that name alone, `*.example.com` is one label more, `**.example.com` any number of labels more (one at
 * least), `*` or `**` any name and any address; a network in CIDR notation (RFC 4632, RFC 4291) is the addresses in it;
 * `:port` after any of them is that port alone.
 */
export interface HostPattern {
  readonly target:
    | { readonly kind: 'any' }
    | { readonly kind: 'name'; readonly name: string; readonly below: 'none' | 'one label' | 'any depth' }
    | { readonly kind: 'network'; readonly cidr: string };
  /** 1 to 65535; null: any. */
  readonly port: number | null;
}

export type HostPatternProblem = 'empty' | 'not a port' | 'not a network' | 'not a name' | 'wildcard inside' | 'an address (URL)' | 'brackets missing';

export type HostPatternReading = { readonly ok: true; readonly pattern: HostPattern } | { readonly ok: false; readonly problem: HostPatternProblem };

const wildcards = { '*.': 'one label', '**.': 'any depth' } as const;
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const longestName = 253;

/** Reads one entry of a list of hosts. Names may be international; an IPv6 address with a port stands in brackets (RFC 3986, 3.2.2). */
export function readHostPattern(text: string): HostPatternReading {
  const entry = text.trim();
  if (entry === '') return problem('empty');
  if (entry.includes('://') || entry.includes('@')) return problem('an address (URL)');
  const split = splitPort(entry);
  if (!split.ok) return split;
  const { host, port } = split;
  if (host === '*' || host === '**') return { ok: true, pattern: { target: { kind: 'any' }, port } };
  if (host.includes('/') || ipVersion(host) !== 0) return network(host, port);
  return named(host, port);
}

/** Whether that place is one that the pattern means. */
export function meansPlace({ target, port }: HostPattern, place: NetworkPlace): boolean {
  if (port !== null && port !== place.port) return false;
  const isAddress = ipVersion(place.host) !== 0;
  if (target.kind === 'any') return true;
  if (target.kind === 'network') return isAddress && networksHold([target.cidr])(place.host);
  if (isAddress) return false;
  if (target.below === 'none') return place.host === target.name;
  const more = place.host.endsWith(`.${target.name}`) ? place.host.slice(0, -target.name.length - 1) : '';
  return more !== '' && (target.below === 'any depth' || !more.includes('.'));
}

type Split = { readonly ok: true; readonly host: string; readonly port: number | null } | { readonly ok: false; readonly problem: HostPatternProblem };

function splitPort(entry: string): Split {
  const bracketed = /^\[(?<host>[^\]]*)\](?<rest>.*)$/.exec(entry)?.groups;
  if (bracketed !== undefined) return withPort(bracketed['host'] ?? '', bracketed['rest'] ?? '');
  const colons = entry.split(':').length - 1;
  // 2001:db8::1:443 is an address by itself: which of the two is meant must be said.
  if (colons > 1) return ipVersion(entry.split('/')[0] ?? '') === 6 ? { ok: true, host: entry, port: null } : problem('brackets missing');
  const at = colons === 1 ? entry.indexOf(':') : entry.length;
  return withPort(entry.slice(0, at), entry.slice(at));
}

function withPort(host: string, rest: string): Split {
  if (rest === '') return { ok: true, host, port: null };
  const port = /^:(?<port>[1-9]\d{0,4})$/.exec(rest)?.groups?.['port'];
  return port === undefined || Number(port) > 65_535 ? problem('not a port') : { ok: true, host, port: Number(port) };
}

function network(host: string, port: number | null): HostPatternReading {
  const [address = '', prefix] = host.split('/');
  const version = ipVersion(address);
  const width = version === 4 ? 32 : 128;
  if (version === 0 || address.includes('%') || host.split('/').length > 2) return problem('not a network');
  if (prefix !== undefined && (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > width)) return problem('not a network');
  return { ok: true, pattern: { target: { kind: 'network', cidr: `${withoutMapping(address)}/${prefix ?? width}` }, port } };
}

/** Cedar reads no IPv4 part inside an IPv6 address. */
function withoutMapping(address: string): string {
  return ipVersion(address) === 6 ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;
}

function named(host: string, port: number | null): HostPatternReading {
  const start = /^\*{1,2}\./.exec(host)?.[0] ?? '';
  const rest = host.slice(start.length).replace(/\.$/, '');
  if (rest.includes('*')) return problem('wildcard inside');
  const name = domainToASCII(rest).toLowerCase();
  if (name === '' || name.length > longestName || ipVersion(name) !== 0 || !name.split('.').every((part) => label.test(part))) return problem('not a name');
  const below = start === '*.' || start === '**.' ? wildcards[start] : 'none';
  return { ok: true, pattern: { target: { kind: 'name', name, below }, port } };
}

function problem(problem: HostPatternProblem): { readonly ok: false; readonly problem: HostPatternProblem } {
  return { ok: false, problem };
}
