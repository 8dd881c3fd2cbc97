import type { Outgoing } from './json-rpc.ts';

/** Where the answer to one request goes: an HTTP exchange, or a line to the command's socket. */
export interface Reply {
  /** False when nothing but the final answer can be sent: the client takes no event stream. */
  readonly canSend: boolean;
  /** Sends a notification, or a question to the client, before the final answer. */
  send(message: Outgoing): void;
  /** Sends the final answer. `status`: for HTTP, unless a stream has begun. Once. */
  end(message: Outgoing, status?: number): void;
}
