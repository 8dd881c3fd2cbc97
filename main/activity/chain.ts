import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ActivityEvent, ChainedEvent, ChainPoint } from './event.ts';

/** What the first event continues. */
export const beginning: ChainPoint = { sequence: 0, hash: '0'.repeat(64) };

function toJcs(value: object): string {
  const json = canonicalize(value);
  if (json === undefined) throw new Error('An object always has a canonical form.');
  return json;
}

/**
 * The value of text that `JSON.stringify` made. RFC 8785 knows no half of a surrogate pair; an agent may well send one, and it
 * must not keep an event from being recorded. `JSON.stringify` writes it as an escape; text that spells such an escape out only
 * takes the longer way.
 */
function parseWellFormed(json: string): unknown {
  return /\\ud[89a-f]/.test(json) ? JSON.parse(json, (_key, part: unknown) => wellFormed(part)) : JSON.parse(json);
}

function wellFormed(part: unknown): unknown {
  if (typeof part === 'string') return part.toWellFormed();
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  if (Object.keys(part).every((key) => key.isWellFormed())) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]: [string, unknown]) => [key.toWellFormed(), value]));
}

/**
 * SHA-256 over the JCS form (RFC 8785) of `{action, at, body, kind, previousHash, sequence}`, lower-case hex. The body is
 * already JCS text and goes in as it is, so that a single changed byte shows, even one that means the same JSON.
 */
export function hashEvent(event: Omit<ChainedEvent, 'hash'>): string {
  const { action, at, body, kind, previousHash, sequence } = event;
  return createHash('sha256')
    .update(`{"action":${JSON.stringify(action)},"at":${at},"body":`)
    .update(body)
    .update(`,"kind":${JSON.stringify(kind)},"previousHash":${JSON.stringify(previousHash)},"sequence":${sequence}}`)
    .digest('hex');
}

/** The event as the next link after `previousHash`, under its own number. `json` is what `JSON.stringify` made of an `ActivityEvent`. */
export function chainJson(json: string, previousHash: string, sequence: number): ChainedEvent {
  // The text was made from such an event (`AppendQueue`).
  const { at, kind, ...rest } = parseWellFormed(json) as ActivityEvent;
  const { action = null, ...body } = { action: undefined, ...rest };
  const unhashed = { sequence, at, kind, action, body: toJcs(body), previousHash };
  return { ...unhashed, hash: hashEvent(unhashed) };
}

/** One line of a provable export: the hash is over the JCS form of the rest of the line. */
export function toLine(event: ChainedEvent): string {
  const { action, at, body, hash, kind, previousHash, sequence } = event;
  return (
    `{"action":${JSON.stringify(action)},"at":${at},"body":${body},"hash":${JSON.stringify(hash)},` +
    `"kind":${JSON.stringify(kind)},"previousHash":${JSON.stringify(previousHash)},"sequence":${sequence}}\n`
  );
}

const lineForm = /^\{"action":(null|"[^"\\]*"),"at":(-?\d+),"body":([^\n]*),"hash":"([0-9a-f]{64})","kind":"([a-z_]+)","previousHash":"([0-9a-f]{64})","sequence":(\d+)\}$/;

/** The event of a line that `toLine` made; undefined when it is none, or its content does not fit its hash. */
export function fromLine(line: string): ChainedEvent | undefined {
  const [, action, at, body, hash, kind, previousHash, sequence] = lineForm.exec(line) ?? [];
  if (!action || !at || !body || !hash || !kind || !previousHash || !sequence) return undefined;
  // What the hash proves was made by `chainJson`: the action and the kind are ones of ours.
  const event = { action: JSON.parse(action), at: Number(at), body, hash, kind, previousHash, sequence: Number(sequence) } as ChainedEvent;
  return hashEvent(event) === hash ? event : undefined;
}
