import { connectionId } from '../../preload/contract.ts';
import type { Connection } from '../../main/connections/connection.ts';
import { OAuthSignIns } from '../../main/connections/oauth/oauth-sign-ins.ts';
import { systemClock } from '../../main/model/clock.ts';
import type { JsonObject } from '../../main/model/json.ts';

/** Where the suite's authorization servers are told to find who this client is (client ID metadata documents). */
const metadataUrl = 'https://conformance-test.local/client-metadata.json';

/** A server that is never content must not send a person through sign-ins without end. */
const mostSignIns = 3;

const id = connectionId.parse('conformance');

export interface Client {
  readonly id: string;
  readonly secret: string | null;
}

/**
 * The product's own sign-in, with what surrounds it in memory. The suite's authorization servers say yes by themselves, so
 * the person's browser is one request to them and one to where they send it.
 */
export class SelfSignIn {
  readonly connection: Connection;
  readonly #oauth: OAuthSignIns;
  readonly #client: Client | null;
  readonly #kept = new Map<string, string>();
  #signIns = 0;
  #ended = Promise.withResolvers<undefined>();

  /** `client`: the one that somebody registered beforehand. */
  constructor(url: string, client: Client | null) {
    const config: JsonObject = { url };
    this.connection = { id, name: 'Conformance', kind: 'remote', config, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 };
    this.#client = client;
    this.#oauth = new OAuthSignIns({
      clock: systemClock,
      vault: {
        read: (_id, origin) => Promise.resolve(this.#kept.get(origin)),
        write: (_id, origin, value) => {
          this.#kept.set(origin, value);
          return Promise.resolve(null);
        },
      },
      find: () => this.connection,
      open: (address) => this.#visit(address),
      documentUrl: () => metadataUrl,
      text: ({ id: message }) => message,
    language: () => 'en',
      onSignedIn: () => Promise.resolve(null),
    });
    this.#oauth.onChange(() => {
      if (this.#oauth.viewOf(this.connection)?.stage === null) this.#ended.resolve(undefined);
    });
  }

  get fetch(): ReturnType<OAuthSignIns['fetchFor']> {
    return this.#oauth.fetchFor(this.connection);
  }

  /** Signs in if the service wants that. False when it does not, or the sign-in failed. */
  async signInIfNeeded(): Promise<boolean> {
    if (this.#oauth.needOf(id) === null) return false;
    if (this.#signIns >= mostSignIns) throw new Error(`More than ${mostSignIns} sign-ins.`);
    this.#signIns += 1;
    this.#ended = Promise.withResolvers<undefined>();
    const started = await this.#oauth.start(id, this.#client);
    if (!started.ok) throw new Error(started.problem.id);
    await this.#ended.promise;
    const problem = this.#oauth.viewOf(this.connection)?.problem ?? null;
    if (problem !== null) throw new Error(problem.id);
    return true;
  }

  async #visit(address: URL): Promise<boolean> {
    const { headers } = await fetch(address, { redirect: 'manual' });
    // The answer to this comes only once the sign-in is over.
    fetch(headers.get('location') ?? '').catch(() => undefined);
    return true;
  }
}
