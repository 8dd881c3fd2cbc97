import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY, LOG_LEVEL_META_KEY, PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/client';
import type { Conversation } from '../model/conversation.ts';
import type { JsonObject } from '../model/json.ts';

/** What this app can pass on of a server's questions; whether the agent's own client can answer is known per request only. */
export const ownCapabilities = { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: {} } as const satisfies JsonObject;

/** Keys that speak of the connection they came over, not of the request. */
const protocolKeys: ReadonlySet<string> = new Set([CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY, LOG_LEVEL_META_KEY, PROTOCOL_VERSION_META_KEY, 'progressToken']);

/** Who speaks, for the `_meta` of every request of 2026-07-28. */
export interface Introduction {
  readonly protocolVersion: string;
  readonly clientInfo: JsonObject;
}

/**
 * The `_meta` of a request: what the agent's client put there, and for a server of 2026-07-28 the version, who asks, what
 * this very client can answer (so that the server asks nothing else) and the log messages it wants.
 */
export function metaFor(introduction: Introduction | undefined, conversation: Pick<Conversation, 'capabilities' | 'logLevel' | 'meta'>): JsonObject {
  const passed = Object.fromEntries(Object.entries(conversation.meta).filter(([key]) => !protocolKeys.has(key)));
  if (introduction === undefined) return passed;
  return {
    ...passed,
    [PROTOCOL_VERSION_META_KEY]: introduction.protocolVersion,
    [CLIENT_INFO_META_KEY]: introduction.clientInfo,
    [CLIENT_CAPABILITIES_META_KEY]: askable(conversation.capabilities),
    ...(conversation.logLevel === null ? {} : { [LOG_LEVEL_META_KEY]: conversation.logLevel }),
  };
}

/** Of what the agent's client can do, only what can be passed on to it. */
function askable(capabilities: JsonObject): JsonObject {
  const { elicitation, sampling, roots } = capabilities;
  return {
    ...(elicitation === undefined ? {} : { elicitation }),
    ...(sampling === undefined ? {} : { sampling }),
    ...(roots === undefined ? {} : { roots }),
  };
}

/** Params with a `_meta` of ours; none at all when it would be empty. */
export function withMeta(params: JsonObject, meta: JsonObject): JsonObject {
  return Object.keys(meta).length === 0 ? params : { ...params, _meta: meta };
}
