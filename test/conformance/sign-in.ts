import { randomUUID } from 'node:crypto';
import { auth, type OAuthClientInformationContext, type OAuthClientProvider, type OAuthDiscoveryState, type StoredOAuthClientInformation, type StoredOAuthTokens } from '@modelcontextprotocol/client';

/** Nobody listens there: the redirect to it is read, not followed. */
const redirectUrl = 'http://127.0.0.1:3000/callback';

/** Where the suite's authorization servers are told to find who this client is (client ID metadata documents). */
const metadataUrl = 'https://conformance-test.local/client-metadata.json';

/** A server that is never content must not send a person through sign-ins without end. */
const mostSignIns = 3;

/**
 * Signs in at the suite's authorization servers, which say yes by themselves: the person's part is one request whose
 * redirect carries the code. All else is the SDK's: discovery, registration, PKCE, the checks of issuer and resource.
 * Everything is kept in memory, by issuer.
 */
export class SelfSignIn implements OAuthClientProvider {
  readonly redirectUrl = redirectUrl;
  readonly clientMetadataUrl = metadataUrl;
  readonly clientMetadata = {
    client_name: 'countersign-conformance',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  };
  readonly #serverUrl: string;
  readonly #registered: StoredOAuthClientInformation | undefined;
  readonly #clients = new Map<string, StoredOAuthClientInformation>();
  #tokens: StoredOAuthTokens | undefined;
  #discovery: OAuthDiscoveryState | undefined;
  #verifier = '';
  #state = '';
  #signIns = 0;

  /** `registered`: the client that somebody registered beforehand. */
  constructor(serverUrl: string, registered?: StoredOAuthClientInformation) {
    this.#serverUrl = serverUrl;
    this.#registered = registered;
  }

  /** How often a sign-in was begun. */
  get signIns(): number {
    return this.#signIns;
  }

  state(): string {
    this.#state = randomUUID();
    return this.#state;
  }

  clientInformation(context?: OAuthClientInformationContext): StoredOAuthClientInformation | undefined {
    return this.#registered ?? this.#clients.get(context?.issuer ?? '');
  }

  saveClientInformation(client: StoredOAuthClientInformation, context?: OAuthClientInformationContext): void {
    this.#clients.set(context?.issuer ?? '', client);
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    if (this.#signIns >= mostSignIns) throw new Error(`More than ${mostSignIns} sign-ins.`);
    this.#signIns += 1;
    const response = await fetch(url, { redirect: 'manual' });
    const answer = new URL(response.headers.get('location') ?? '').searchParams;
    if (answer.get('state') !== this.#state) throw new Error('The answer is not to the question that was asked.');
    const iss = answer.get('iss');
    await auth(this, { serverUrl: this.#serverUrl, authorizationCode: answer.get('code') ?? '', ...(iss === null ? {} : { iss }) });
    // A server may move to another authorization server: the next sign-in looks again.
    this.#discovery = undefined;
  }
}
