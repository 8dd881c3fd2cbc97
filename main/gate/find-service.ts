import type { ActionRequest } from '../model/action.ts';
import { ServiceRefusedError } from '../model/conversation.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall, UpstreamOffers, UpstreamTool } from '../model/upstream.ts';
import type { GateParts } from './parts.ts';

/** The service that an action is for, and how the action is done there. */
export interface FoundService {
  /** Null for what is no service's: a place on the network. */
  readonly upstream: Upstream | null;
  /** Null for what has no schema: resources and prompts. */
  readonly tool: UpstreamTool | null;
  readonly perform: (call: UpstreamCall) => Promise<UpstreamAnswer>;
}

/**
 * Undefined when that agent's connections have no such thing. A resource or a prompt need not be listed: servers read
 * URIs made from templates too, and say themselves what they do not have. Rejects when the service cannot be reached.
 */
export async function findService({ kind, agent, connection, name }: Pick<ActionRequest, 'kind' | 'agent' | 'connection' | 'name'>, { services }: GateParts): Promise<FoundService | undefined> {
  switch (kind) {
    case 'invokeTool':
    case 'runCommand': {
      const found = await services.findTool(agent, connection, name);
      return found && { ...found, perform: (call) => found.upstream.callTool(call) };
    }
    case 'readResource':
    case 'getPrompt':
    case 'complete':
    case 'watchResource': {
      const upstream = await services.open(agent, connection);
      const offers = upstream?.offers;
      return upstream && offers && { upstream, tool: null, perform: (call) => performOffer(kind, offers, call) };
    }
    // Who let it through makes the connection, and nobody else is asked.
    case 'connect':
    case 'useCredential':
      return { upstream: null, tool: null, perform: () => Promise.resolve({ kind: 'result', result: {} }) };
  }
}

function performOffer(kind: 'readResource' | 'getPrompt' | 'complete' | 'watchResource', offers: UpstreamOffers, call: UpstreamCall): Promise<UpstreamAnswer> {
  switch (kind) {
    case 'readResource':
      return offers.readResource(call);
    case 'getPrompt':
      return offers.getPrompt(call);
    case 'complete':
      return complete(offers, call);
    // It lasts as long as the client stays; who let the action through begins it then.
    case 'watchResource':
      return Promise.resolve({ kind: 'result', result: {} });
  }
}

/** Nothing is done by a completion, whatever became of the request. */
async function complete(offers: UpstreamOffers, { arguments: params, signal }: UpstreamCall): Promise<UpstreamAnswer> {
  try {
    return { kind: 'result', result: await offers.complete(params, signal) };
  } catch (error) {
    return { kind: 'failed', text: 'The service did not complete it.', ...(error instanceof ServiceRefusedError ? { error: error.error } : {}) };
  }
}
