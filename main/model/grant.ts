import type { AgentId, ConnectionId, Digest, GrantId, Message } from '../../preload/contract.ts';
import type { ActionKind, Facts } from './action.ts';

/** The facts by which one action is told from any other of the same digest: what its tool's profile looked up may have changed since. */
export const onceFacts = ['account', 'subject', 'recipientAddresses', 'query', 'resources', 'paths', 'hosts', 'uri', 'itemCount', 'startsAt', 'payee', 'amountMinor', 'currency'] as const;
export type OnceFacts = Pick<Facts, (typeof onceFacts)[number]>;

/**
 * What a standing answer covers, beside its Claw, its connection and its tool. Made from one action's facts alone; an action
 * whose facts fall outside is asked about as before.
 */
export type GrantScope =
  /** The very same action: arguments, files and all. */
  | { readonly kind: 'same'; readonly digest: Digest }
  /** The very same action, with just these facts: what was asked about when nobody answered. */
  | { readonly kind: 'once'; readonly digest: Digest; readonly effect: 'read' | 'send' | 'change'; readonly facts: OnceFacts }
  /** Messages to these people or some of them, with nothing attached. Addresses in lower case. */
  | { readonly kind: 'recipients'; readonly addresses: readonly string[] }
  /** The same kind of thing with these resources and paths or some of them, that names nobody and has nothing attached. */
  | { readonly kind: 'resources'; readonly effect: 'read' | 'send' | 'change'; readonly resources: readonly string[]; readonly paths: readonly string[] }
  /** Reading with this tool. */
  | { readonly kind: 'reading' }
  /** Reading this one resource; its URI in normal form. */
  | { readonly kind: 'uri'; readonly uri: string }
  /** Reaching this one place on the network. */
  | { readonly kind: 'place'; readonly host: string; readonly port: number };

/** A standing answer, in force from `from` to `until` (milliseconds since the Unix epoch) and for as many uses as are left. */
export interface Grant {
  readonly id: GrantId;
  readonly agent: AgentId;
  readonly connection: ConnectionId;
  readonly actionKind: ActionKind;
  /** The tool's own name; for a resource its URI as it was written. */
  readonly name: string;
  readonly scope: GrantScope;
  /** What it allows, as the person read it when they gave it. */
  readonly sentence: Message;
  readonly from: number;
  readonly until: number;
}

/** A standing answer that a card offers. */
export interface GrantOffer {
  readonly id: GrantScope['kind'];
  readonly scope: GrantScope;
  readonly sentence: Message;
  readonly lasts: 'hour' | 'today' | 'fortnight';
  /** How often it may be used. */
  readonly uses: number;
}
