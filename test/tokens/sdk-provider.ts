import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuthClientInformationMixed, OAuthClientProvider, OAuthDiscoveryState, OAuthTokens } from '@modelcontextprotocol/client';

/** What the SDK's own OAuth client asks of a program that uses it, with a loopback address for the answer. */
export class Provider implements OAuthClientProvider, AsyncDisposable {
  readonly redirectUrl: string;
  readonly clientMetadata: { readonly client_name: string; readonly redirect_uris: string[] };
  /** Where the browser was sent to. */
  sentTo: URL | undefined;
  /** Where it was sent back to. */
  readonly answered: Promise<URL>;
  readonly #server: Server;
  #information: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = '';
  #discovery: OAuthDiscoveryState | undefined;

  private constructor(server: Server) {
    this.#server = server;
    // A TCP server's address is an AddressInfo.
    const { port } = server.address() as AddressInfo;
    this.redirectUrl = `http://127.0.0.1:${port}/callback`;
    this.clientMetadata = { client_name: 'SDK Claw', redirect_uris: [this.redirectUrl] };
    this.answered = new Promise((resolve) => {
      server.on('request', ({ url }, response) => {
        response.end('You may close this.');
        const asked = new URL(url ?? '', this.redirectUrl);
        if (asked.pathname === '/callback') resolve(asked);
      });
    });
  }

  static async start(): Promise<Provider> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Provider(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  discoveryState = (): OAuthDiscoveryState | undefined => this.#discovery;
  saveDiscoveryState = (state: OAuthDiscoveryState): void => void (this.#discovery = state);
  clientInformation = (): OAuthClientInformationMixed | undefined => this.#information;
  saveClientInformation = (information: OAuthClientInformationMixed): void => void (this.#information = information);
  tokens = (): OAuthTokens | undefined => this.#tokens;
  saveTokens = (tokens: OAuthTokens): void => void (this.#tokens = tokens);
  redirectToAuthorization = (url: URL): void => void (this.sentTo = url);
  saveCodeVerifier = (verifier: string): void => void (this.#verifier = verifier);
  codeVerifier = (): string => this.#verifier;
}
