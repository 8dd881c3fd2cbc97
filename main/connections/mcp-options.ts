import { systemClock, type Clock } from '../model/clock.ts';

export interface McpUpstreamOptions {
  readonly version: string;
  /** Milliseconds the service may take for a call; progress begins them anew, and they stand still while the service waits for an answer. */
  readonly callTimeout: number;
  /** Milliseconds the service may take for a call in all. */
  readonly longestCall: number;
  /** Milliseconds for the handshake, for each page of a list, and for small requests. */
  readonly connectTimeout: number;
  readonly clock: Clock;
}

export const defaultMcpOptions: McpUpstreamOptions = { version: '0.1.0', callTimeout: 60_000, longestCall: 10 * 60_000, connectTimeout: 30_000, clock: systemClock };
