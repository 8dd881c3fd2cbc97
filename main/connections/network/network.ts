import type { SecureContext } from 'node:tls';
import type { FetchLike } from '@modelcontextprotocol/client';
import { Agent } from 'undici';
import { createNetworkFetch } from './network-fetch.ts';

/** How this app reaches services on the web. */
export class Network {
  readonly #agent = createAgent();
  /** For services that this app shows no certificate to. */
  readonly fetch: FetchLike = createNetworkFetch(() => this.#agent);

  /** For one service that this app shows a certificate to; ask for no other with it. */
  fetchWith(certificate: SecureContext): FetchLike {
    const agent = createAgent(certificate);
    return createNetworkFetch(() => agent);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function createAgent(secureContext?: SecureContext): Agent {
  return new Agent({ connect: { rejectUnauthorized: true, ...(secureContext && { secureContext }) } });
}
