import type { JsonObject, JsonValue } from './json.ts';

/** An error object of JSON-RPC 2.0 (section 5.1), as it goes over the wire. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonValue;
}

/** A service answered with an error of JSON-RPC. `message` does not repeat what it wrote: that may hold anything. */
export class ServiceRefusedError extends Error {
  override readonly name = 'ServiceRefusedError';
  readonly error: RpcError;

  constructor(error: RpcError) {
    super(`The service refused the request (code ${error.code}).`);
    this.error = error;
  }
}

/** Severities of MCP's log messages (RFC 5424), least severe first. */
export const logLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What a server may ask of the agent's own client while it works on a request (MCP, client features). */
export interface InputRequest {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
  readonly params: JsonObject;
}

/** The agent's client did not answer a server's question: it cannot, it said no with an error, or it went away. */
export class InputRefusedError extends Error {
  override readonly name = 'InputRefusedError';
  readonly error: RpcError;

  constructor(error: RpcError) {
    super(error.message);
    this.error = error;
  }
}

/**
 * What goes back and forth between a service and the agent's client while one action is being done. An approval never
 * travels here: those questions are ours, and our own screen asks them.
 */
export interface Conversation {
  /** MCP `ClientCapabilities` of the client behind this request. */
  readonly capabilities: JsonObject;
  /** What the client put into the request's `_meta`, without the protocol's own keys: trace context and vendor keys. */
  readonly meta: JsonObject;
  /** The least severe log messages the client wants; null: none. */
  readonly logLevel: LogLevel | null;
  /** The client asked for progress. */
  readonly wantsProgress: boolean;
  /** Passes on the params of `notifications/progress`; the token is put in by whoever owns the request. */
  progress(params: JsonObject): void;
  /** Passes on the params of `notifications/message`. */
  log(params: JsonObject): void;
  /**
   * Puts a service's questions to the agent's client and gives its answers under the same keys. Rejects with
   * `InputRefusedError`. The caller has to stop its own clocks meanwhile: a person may be typing the answer.
   */
  ask(requests: Readonly<Record<string, InputRequest>>): Promise<Readonly<Record<string, JsonObject>>>;
}

/** For actions that nobody listens to any more, or never did. */
export const silence: Conversation = {
  capabilities: {},
  meta: {},
  logLevel: null,
  wantsProgress: false,
  progress: () => undefined,
  log: () => undefined,
  ask: () => Promise.reject(new InputRefusedError({ code: -32_001, message: 'The client that made this request is gone.' })),
};
