import type { ActionRequest } from '../model/action.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall, UpstreamTool } from '../model/upstream.ts';
import type { GateParts } from './parts.ts';

/** The service that an action is for, and how the action is done there. */
export interface FoundService {
  readonly upstream: Upstream;
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
    case 'invokeTool': {
      const found = await services.findTool(agent, connection, name);
      return found && { ...found, perform: (call) => found.upstream.callTool(call) };
    }
    case 'readResource':
    case 'getPrompt': {
      const upstream = await services.open(agent, connection);
      const offers = upstream?.offers;
      if (upstream === undefined || offers === undefined) return undefined;
      return { upstream, tool: null, perform: (call) => (kind === 'readResource' ? offers.readResource(call) : offers.getPrompt(call)) };
    }
    // No service does these; they come with the sandbox.
    case 'runCommand':
    case 'connect':
    case 'useCredential':
      return undefined;
  }
}
