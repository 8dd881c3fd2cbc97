import type { DatabaseSync } from 'node:sqlite';
import type { AgentId, ConnectionId, Message } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { WebRequest, WebResponse } from '../model/web-exchange.ts';
import { jsonAnswer, problem, problemAnswer } from './answers.ts';
import { Authorizations, waitPath, type AuthorizationsParts } from './authorizations.ts';
import { Clients } from './clients.ts';
import { paths, resourceMetadata, resourceMetadataPath, serverMetadata, serverMetadataPath } from './metadata.ts';
import type { Proofs } from './proofs.ts';
import { readResourcePath } from './resources.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import type { TokenEvent } from './token-event.ts';
import { TokenStore } from './token-store.ts';
import type { TakenBack, Tokens } from './tokens.ts';

export interface SignInServerParts {
  /** With `tokenMigrations` applied. */
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly tokens: Tokens;
  readonly proofs: Proofs;
  /** Where the endpoint listens; asked at each request. */
  readonly port: () => number;
  readonly fetchDocument: (url: string) => Promise<Response>;
  readonly ask: AuthorizationsParts['ask'];
  readonly text: (message: Message) => string;
  /** Of those texts. */
  readonly language: () => string;
  /** Undefined: forgotten. */
  readonly stateOf: (agent: AgentId) => 'active' | 'paused' | undefined;
  readonly onEvent: (event: TokenEvent) => void;
}

type Route = { readonly method: 'GET' | 'POST'; readonly content?: string; readonly answer: (request: WebRequest) => WebResponse | Promise<WebResponse> };

/**
 * The authorization server on the loopback (OAuth 2.1) that gives Claws their tokens: metadata, registration, the page that
 * sends the person to Countersign, tokens and their end. It trusts nobody's word; what is granted, the person said.
 */
export class SignInServer {
  readonly #tokens: Tokens;
  readonly #store: TokenStore;
  readonly #authorizations: Authorizations;
  readonly #routes: Readonly<Record<string, Route>>;
  readonly #issuer: () => string;

  constructor(parts: SignInServerParts) {
    const { clock, database, port, tokens } = parts;
    const issuer = (): string => `http://127.0.0.1:${port()}`;
    const store = new TokenStore(database);
    const clients = new Clients({ store, clock, fetchDocument: parts.fetchDocument });
    const authorizations = new Authorizations({ clients, clock, port, issuer, ask: parts.ask, text: parts.text, language: parts.language });
    const endpoint = new TokenEndpoint({ ...parts, store, authorizations, issuer });
    // An agent that was forgotten while the app could not write, or by another version.
    for (const agent of store.agents()) if (parts.stateOf(agent) === undefined) store.forgetAgent(agent);
    this.#tokens = tokens;
    this.#store = store;
    this.#authorizations = authorizations;
    this.#issuer = issuer;
    this.#routes = {
      [serverMetadataPath]: { method: 'GET', answer: () => serverMetadata(issuer()) },
      [paths.authorize]: { method: 'GET', answer: (request) => authorizations.begin(request) },
      [waitPath]: { method: 'GET', answer: (request) => authorizations.wait(request) },
      [paths.register]: { method: 'POST', content: 'application/json', answer: (request) => register(clients, request) },
      [paths.token]: { method: 'POST', content: 'application/x-www-form-urlencoded', answer: (request) => endpoint.answer(request) },
      [paths.revoke]: { method: 'POST', content: 'application/x-www-form-urlencoded', answer: (request) => endpoint.revoke(request) },
    };
  }

  /** Whether that path is answered here. */
  owns(path: string): boolean {
    return Object.hasOwn(this.#routes, path) || path === resourceMetadataPath || path.startsWith(`${resourceMetadataPath}/`);
  }

  async answer(request: WebRequest): Promise<WebResponse> {
    const route = Object.hasOwn(this.#routes, request.path) ? this.#routes[request.path] : this.#metadataRoute(request.path);
    if (route === undefined) return problemAnswer(problem('not_found', 'There is no such resource here.', 404));
    if (request.method !== route.method) return { ...problemAnswer(problem('invalid_request', `Use ${route.method}.`, 405)), headers: { allow: route.method, 'content-type': 'application/json' } };
    const content = request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (route.content !== undefined && content !== route.content) return problemAnswer(problem('invalid_request', `Send it as ${route.content}.`, 415));
    return route.answer(request);
  }

  /** The Claw was paused: its tokens end, and none is given until it is resumed. */
  pauseAgent(agent: AgentId): void {
    this.#tokens.revokeAgent(agent, 'paused');
    this.#authorizations.forgetAgent(agent);
  }

  /** What it may use was narrowed: it has to come for a new token. */
  narrowAgent(agent: AgentId): void {
    this.#tokens.revokeAgent(agent, 'rules_changed');
  }

  forgetAgent(agent: AgentId): void {
    this.#tokens.revokeAgent(agent, null);
    this.#authorizations.forgetAgent(agent);
    this.#store.forgetAgent(agent);
  }

  /** The connection is gone: whoever signed in for it by name has to do so anew. */
  forgetConnection(connection: ConnectionId): void {
    for (const family of this.#store.familiesNaming(connection)) this.#endFamily(family);
    this.#tokens.revokeAll('rules_changed');
  }

  /** Every access token ends; whoever signed in may come for a new one. */
  endTokens(why: TakenBack): void {
    this.#tokens.revokeAll(why);
  }

  /** Everybody is signed out: the person has to let each Claw in again. */
  signOutAll(why: TakenBack): void {
    this.#tokens.revokeAll(why);
    this.#authorizations.forgetAll();
    this.#store.dropAllRefresh();
  }

  close(): void {
    this.#authorizations.close();
  }

  #endFamily(family: string): void {
    this.#store.dropFamily(family);
    this.#tokens.revokeFamily(family);
  }

  #metadataRoute(path: string): Route | undefined {
    // Without a path it is the first endpoint's: some clients look there alone.
    const resource = readResourcePath(path.slice(resourceMetadataPath.length) || '/mcp');
    return resource && { method: 'GET', answer: ({ origin }) => resourceMetadata(origin, this.#issuer(), resource) };
  }
}

function register(clients: Clients, request: WebRequest): WebResponse {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    return problemAnswer(problem('invalid_client_metadata', 'The body is no JSON.'));
  }
  const registered = clients.register(body);
  if (!registered.ok) return problemAnswer(problem(registered.error, registered.description, registered.error === 'slow_down' ? 429 : 400));
  const { id, name, redirects, registeredAt } = registered.client;
  return jsonAnswer(201, {
    client_id: id,
    client_id_issued_at: Math.floor(registeredAt / 1000),
    client_name: name,
    redirect_uris: redirects,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  });
}
