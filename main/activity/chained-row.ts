import type { ActivityEvent, ChainedEvent } from './event.ts';

/** A row of `events`. The columns are STRICT; whether the content is true is what the chain says. */
export function readChained(row: Record<string, unknown>): ChainedEvent {
  const columns = row as { sequence: number; at: number; kind: ChainedEvent['kind']; action: ChainedEvent['action']; body: string; previous_hash: string; hash: string };
  const { sequence, at, kind, action, body, previous_hash: previousHash, hash } = columns;
  return { sequence, at, kind, action, body, previousHash, hash };
}

/** The event that was appended; undefined when the body was damaged beyond reading (`verify` names it). */
export function toEvent(chained: ChainedEvent): ActivityEvent | undefined {
  try {
    const { at, kind, action } = chained;
    const body: unknown = JSON.parse(chained.body);
    if (typeof body !== 'object' || body === null) return undefined;
    // What `chainJson` took apart is put together again; the chain proves that it is the same.
    return { ...body, at, kind, ...(action === null ? {} : { action }) } as ActivityEvent;
  } catch {
    return undefined;
  }
}
