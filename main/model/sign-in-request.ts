import type { Reach } from './reach.ts';

/** What the person has to know of a program that asks to sign in by itself. */
export interface SignInRequest {
  /** Where its answer goes: a port of this computer, a host, or the scheme of a program. */
  readonly redirect: { readonly kind: 'computer' | 'host' | 'program'; readonly name: string };
  /** The host that its description was fetched from; null: it only told it. */
  readonly publishedAt: string | null;
  readonly reach: Reach;
  /** What the page in the browser shows, to be compared; null: nothing is to be compared. */
  readonly number: number | null;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}
