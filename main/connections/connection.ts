import canonicalize from 'canonicalize';
import type { Connection as ConnectionView, ConnectionId, Message } from '../../preload/contract.ts';
import type { JsonObject } from '../model/json.ts';

export type ConnectionKind = ConnectionView['kind'];
export type Health = ConnectionView['health'];

/** A connection as it is kept. `config` never holds a secret: those are credentials, found by the connection's id. */
export interface Connection {
  readonly id: ConnectionId;
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly config: JsonObject;
  readonly addedAt: number;
  /** Delivered by the organization: cannot be changed or removed here. */
  readonly isManaged: boolean;
  /** Seconds a call may take before it is cut off: 1 to 600. */
  readonly callTimeoutSeconds: number;
}

export const defaultCallTimeoutSeconds = 60;

/** What a connection leads to, as one text (JCS, RFC 8785): another account, command or address gives another one. */
export function targetOf(connection: Pick<Connection, 'kind' | 'config'> | undefined): string {
  return connection === undefined ? '' : (canonicalize({ kind: connection.kind, config: connection.config }) ?? '');
}

/**
 * Why an upstream cannot be opened, or a call to it not made: in words for the person. `message` is the same in plain
 * English, for agents. Whatever it was thrown for has not been done.
 */
export class ConnectionProblem extends Error {
  override readonly name = 'ConnectionProblem';
  readonly state: 'needs_sign_in' | 'failing';
  readonly problem: Message;
  /** What it wrote to its error output before it failed, as it wrote it. */
  readonly log: readonly string[];

  constructor(state: 'needs_sign_in' | 'failing', problem: Message, text: string, log: readonly string[] = []) {
    super(text);
    this.state = state;
    this.problem = problem;
    this.log = log;
  }
}

/** Looks through the causes, because the SDK wraps what a transport throws while it connects. */
export function problemIn(error: unknown): ConnectionProblem | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if (current instanceof ConnectionProblem) return current;
  }
  return undefined;
}
