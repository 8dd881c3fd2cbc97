import { domainToASCII } from 'node:url';

export interface Address {
  readonly name: string | null;
  /** Local part as written, domain in lower-case ASCII (punycode where needed). */
  readonly address: string;
  readonly domain: string;
}

export type ParsedAddress = { readonly ok: true; readonly value: Address } | { readonly ok: false; readonly invalid: string };

const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const shape = /^(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<plain>[^"<>]*?))\s*<(?<inner>[^<>]*)>$/;

function refuse(reason: string): ParsedAddress {
  return { ok: false, invalid: reason };
}

/**
 * One mailbox (RFC 5322 `mailbox`, the part of it that people use): `ana@northwind.example` or `Ana <ana@northwind.example>`.
 * Lists, groups, comments, quoted local parts, address literals, control characters, and names that look like another
 * address are refused.
 */
export function parseAddress(text: string): ParsedAddress {
  if (/\p{Cc}|[\u{2028}\u{2029}]/u.test(text)) return refuse('An address must not contain line breaks or control characters.');
  const trimmed = text.trim();
  const match = shape.exec(trimmed);
  const quoted = match?.groups?.['quoted']?.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  const name = (quoted ?? match?.groups?.['plain'] ?? '').trim();
  const bare = match?.groups?.['inner'] ?? trimmed;
  const shown = JSON.stringify(trimmed.slice(0, 100));
  if (match === null && /[:;]/.test(trimmed)) return refuse(`${shown} is a group of addresses; name each recipient by itself.`);
  if (match !== null && quoted === undefined && /[:;,]/.test(name)) return refuse(`${shown} is not one address; name each recipient by itself.`);
  if (name.includes('@')) return refuse(`The name in ${shown} looks like another address.`);
  if (name.length > 200) return refuse(`The name in ${shown} is too long.`);
  const at = bare.lastIndexOf('@');
  const local = bare.slice(0, Math.max(at, 0));
  const domain = domainToASCII(bare.slice(at + 1)).toLowerCase();
  const labels = domain.split('.');
  const isDomain = labels.length >= 2 && labels.every((part) => label.test(part)) && /[a-z]/.test(labels.at(-1) ?? '');
  const isAddress = at > 0 && local.length <= 64 && localPart.test(local) && domain.length <= 253 && isDomain && !/[%/\\?#]/.test(bare.slice(at));
  if (!isAddress) return refuse(`${shown} is not an email address.`);
  return { ok: true, value: { name: name === '' ? null : name, address: `${local}@${domain}`, domain } };
}

/** Parses a list and drops repeats; the first address that is wrong speaks for all. */
export function parseAddresses(texts: readonly string[]): { readonly ok: true; readonly value: readonly Address[] } | { readonly ok: false; readonly invalid: string } {
  const byAddress = new Map<string, Address>();
  for (const text of texts) {
    const parsed = parseAddress(text);
    if (!parsed.ok) return parsed;
    const key = parsed.value.address.toLowerCase();
    if (!byAddress.has(key)) byAddress.set(key, parsed.value);
  }
  return { ok: true, value: [...byAddress.values()] };
}
