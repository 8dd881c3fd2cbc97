import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import type { AgentId, ConnectionId, Message } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { plainPageHeaders, plainPageHtml, type PlainPage } from '../model/plain-page.ts';
import { within, type Reach } from '../model/reach.ts';
import { say } from '../model/say.ts';
import type { SignInRequest } from '../model/sign-in-request.ts';
import type { WebRequest, WebResponse } from '../model/web-exchange.ts';
import { readParameters } from './answers.ts';
import type { Clients } from './clients.ts';
import { isRegistered, placeOf, withParameters } from './redirects.ts';
import { readResource } from './resources.ts';
import { parseScope } from './scopes.ts';
import type { Client } from './token-store.ts';
import { hashOf } from './tokens.ts';

/** What the person is asked about a program that wants to sign in. */
export interface ConsentRequest extends SignInRequest {
  /** The Claw it was let in as before; null: it is new. */
  readonly agent: AgentId | null;
  /** What it calls itself. */
  readonly name: string;
}

export type ConsentAnswer = { readonly kind: 'yes'; readonly agent: AgentId } | { readonly kind: 'no' } | { readonly kind: 'busy' };

export interface AuthorizationsParts {
  readonly clients: Clients;
  readonly clock: Clock;
  readonly port: () => number;
  readonly issuer: () => string;
  readonly ask: (request: ConsentRequest) => Promise<ConsentAnswer>;
  readonly text: (message: Message) => string;
  /** Of those texts. */
  readonly language: () => string;
}

/** What was asked for, and granted by the person. */
export interface Granted {
  readonly client: string;
  readonly redirect: string;
  readonly challenge: string;
  readonly reach: Reach;
  readonly audience: ConnectionId | null;
  /** The key that the token has to be bound to (RFC 9449, section 10); null: none was named. */
  readonly boundTo: string | null;
}

export interface TakenCode extends Granted {
  readonly agent: AgentId;
  /** What comes of this sign-in ends together. */
  readonly family: string;
}

/** `reused`: the code was taken before; what came of it is no longer to be trusted. */
export type CodeAnswer = { readonly kind: 'taken'; readonly code: TakenCode } | { readonly kind: 'reused'; readonly family: string; readonly agent: AgentId } | { readonly kind: 'unknown' };

interface Asked {
  readonly id: string;
  readonly number: number | null;
  readonly granted: Granted;
  readonly state: string | undefined;
  readonly stop: AbortController;
  readonly answer: Promise<ConsentAnswer>;
}

export const waitPath = '/authorize/wait';
/** Milliseconds an authorization code is good for (RFC 6749 asks for ten minutes at the most). */
export const codeLifetime = 60_000;
/** Milliseconds a code is remembered after it was used. */
const codeRemembered = 10 * 60_000;
/** Milliseconds the browser waits for one answer before it asks again; a proxy or a browser gives up later than that. */
const pollMs = 20_000;
/** Sign-ins that wait for the person or for the browser to come back. */
const mostAsked = 10;
const longestState = 2048;
const challengeForm = /^[A-Za-z0-9_-]{43}$/;
const verifierForm = /^[A-Za-z0-9._~-]{43,128}$/;

/** The authorization endpoint (OAuth 2.1, section 4.1): the browser shows a page that sends the person to Countersign, and waits for the answer there. */
export class Authorizations {
  readonly #parts: AuthorizationsParts;
  readonly #asked = new Map<string, Asked>();
  readonly #codes = new Map<string, { readonly code: TakenCode; readonly expiresAt: number; isUsed: boolean }>();

  constructor(parts: AuthorizationsParts) {
    this.#parts = parts;
  }

  /** `GET /authorize`. */
  async begin(request: WebRequest): Promise<WebResponse> {
    if (!isOwnNavigation(request)) return this.#page(403, 'stranger');
    const parameters = readParameters(request.query);
    const id = parameters?.get('client_id');
    const redirect = parameters?.get('redirect_uri');
    const client = id === undefined ? undefined : await this.#parts.clients.find(id);
    // To an address that is not certain to be the program's, nothing is ever sent (RFC 6749, section 4.1.2.1).
    if (parameters === undefined || client === undefined || redirect === undefined || !isRegistered(redirect, client.redirects)) return this.#page(400, 'unknown');
    const state = parameters.get('state');
    const read = this.#read(parameters, client, redirect);
    if ('error' in read) return this.#redirect(redirect, { ...read, state: state !== undefined && state.length <= longestState ? state : undefined });
    const earlier = [...this.#asked.values()].find((one) => one.granted.client === client.id);
    if (earlier !== undefined) await this.#giveUp(earlier);
    if (this.#asked.size >= mostAsked) return this.#redirect(redirect, { error: 'temporarily_unavailable', error_description: 'Too many sign-ins wait already.', state });
    return this.#show(this.#ask(client, read, state));
  }

  /** `GET /authorize/wait`: answers once the person did, or asks the browser to come again. */
  async wait(request: WebRequest): Promise<WebResponse> {
    const asked = this.#asked.get(request.query.get('request') ?? '');
    if (asked === undefined || !isOwnNavigation(request)) return this.#page(404, 'over');
    const answer = await this.#within(asked.answer, request.signal);
    if (answer === undefined) return this.#show(asked);
    // The browser may ask twice; one of them is answered.
    if (!this.#asked.delete(asked.id)) return this.#page(404, 'over');
    const { redirect } = asked.granted;
    const { state } = asked;
    if (answer.kind === 'no') return this.#redirect(redirect, { error: 'access_denied', error_description: 'The person said no, or did not answer.', state });
    if (answer.kind === 'busy') return this.#redirect(redirect, { error: 'temporarily_unavailable', error_description: 'Countersign asks about other programs already.', state });
    return this.#redirect(redirect, { code: this.#newCode(asked.granted, answer.agent), state });
  }

  /** Takes a code, once. */
  take(code: string): CodeAnswer {
    const now = this.#parts.clock.now();
    for (const [hash, { expiresAt }] of this.#codes) if (expiresAt + codeRemembered <= now) this.#codes.delete(hash);
    const found = this.#codes.get(hashOf(code));
    if (found === undefined) return { kind: 'unknown' };
    const { family, agent } = found.code;
    if (found.isUsed) return { kind: 'reused', family, agent };
    found.isUsed = true;
    return now >= found.expiresAt ? { kind: 'unknown' } : { kind: 'taken', code: found.code };
  }

  /** No code of that agent is good any more. */
  forgetAgent(agent: AgentId): void {
    for (const [hash, { code }] of this.#codes) if (code.agent === agent) this.#codes.delete(hash);
  }

  forgetAll(): void {
    this.#codes.clear();
  }

  close(): void {
    for (const { stop } of this.#asked.values()) stop.abort();
    this.#asked.clear();
  }

  #read(parameters: ReadonlyMap<string, string>, client: Client, redirect: string): Granted | { readonly error: string; readonly error_description: string } {
    if ((parameters.get('state')?.length ?? 0) > longestState) return refused('invalid_request', 'state is too long.');
    if (parameters.get('response_type') !== 'code') return refused('unsupported_response_type', 'response_type must be code.');
    const challenge = parameters.get('code_challenge');
    if (challenge === undefined || !challengeForm.test(challenge) || parameters.get('code_challenge_method') !== 'S256') return refused('invalid_request', 'A code_challenge with code_challenge_method S256 is needed.');
    const boundTo = parameters.get('dpop_jkt') ?? null;
    if (boundTo !== null && !challengeForm.test(boundTo)) return refused('invalid_request', 'dpop_jkt is no SHA-256 thumbprint.');
    const asked = parseScope(parameters.get('scope'));
    if (asked === undefined) return refused('invalid_scope', 'Scopes are connection:ID, connection:ID:read and connection:ID:act.');
    const indicator = parameters.get('resource');
    const resource = indicator === undefined ? { only: null } : readResource(indicator, this.#parts.port());
    if (resource === undefined) return refused('invalid_target', 'resource must be the MCP address of this app.');
    const reach = resource.only === null ? asked.reach : within(asked.reach, resource.only);
    if (reach?.length === 0) return refused('invalid_scope', 'The scope has nothing of this resource.');
    return { client: client.id, redirect, challenge, reach, audience: resource.only, boundTo };
  }

  #ask(client: Client, granted: Granted, state: string | undefined): Asked {
    const id = randomBytes(32).toString('base64url');
    const number = client.agent === null ? randomInt(10, 100) : null;
    const stop = new AbortController();
    const answer = this.#answer(client, granted, number, stop.signal);
    const asked: Asked = { id, number, granted, state, stop, answer };
    this.#asked.set(id, asked);
    // A browser that never comes back for the answer must not hold a place.
    void answer.then(() => this.#parts.clock.after(codeLifetime, () => this.#asked.delete(id)));
    return asked;
  }

  async #answer(client: Client, { redirect, reach }: Granted, number: number | null, signal: AbortSignal): Promise<ConsentAnswer> {
    const { ask, clients } = this.#parts;
    const publishedAt = client.id.startsWith('https:') ? new URL(client.id).host : null;
    const answer = await ask({ agent: client.agent, name: client.name, redirect: placeOf(redirect), publishedAt, reach, number, signal });
    if (signal.aborted) return { kind: 'no' };
    if (answer.kind === 'yes') clients.letIn(client, answer.agent);
    return answer;
  }

  async #giveUp(asked: Asked): Promise<void> {
    this.#asked.delete(asked.id);
    asked.stop.abort();
    await asked.answer;
  }

  #newCode(granted: Granted, agent: AgentId): string {
    const code = `csc_${randomBytes(32).toString('base64url')}`;
    const family = randomBytes(16).toString('base64url');
    this.#codes.set(hashOf(code), { code: { ...granted, agent, family }, expiresAt: this.#parts.clock.now() + codeLifetime, isUsed: false });
    return code;
  }

  /** Undefined once the browser has waited long enough, or went away. */
  async #within(answer: Promise<ConsentAnswer>, signal: AbortSignal): Promise<ConsentAnswer | undefined> {
    const over = Promise.withResolvers<undefined>();
    const stop = this.#parts.clock.after(pollMs, () => over.resolve(undefined));
    const onAbort = (): void => over.resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([answer, over.promise]);
    } finally {
      stop();
      signal.removeEventListener('abort', onAbort);
    }
  }

  #show({ id, number }: Asked): WebResponse {
    const next = `${waitPath}?request=${id}`;
    const page = this.#text(number === null ? 'lookKnown' : 'look');
    return html(200, { ...page, next, ...(number === null ? {} : { number }) });
  }

  #page(status: number, name: 'stranger' | 'unknown' | 'over'): WebResponse {
    return html(status, this.#text(name));
  }

  #text(name: string): Pick<PlainPage, 'language' | 'title' | 'text'> {
    const { text, language } = this.#parts;
    return { language: language(), title: text(say(`authorize.page.${name}.title`)), text: text(say(`authorize.page.${name}.text`)) };
  }

  /** The answer goes to the program, with `iss` (RFC 9207): it must know whose it is. */
  #redirect(redirect: string, parameters: Readonly<Record<string, string | undefined>>): WebResponse {
    const location = withParameters(redirect, { ...parameters, iss: this.#parts.issuer() });
    return { status: 303, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }, body: '' };
  }
}

function refused(error: string, description: string): { readonly error: string; readonly error_description: string } {
  return { error, error_description: description };
}

/** Whether that verifier belongs to the challenge (RFC 7636, section 4.6; S256 alone). */
export function isVerified(verifier: string, challenge: string): boolean {
  if (!verifierForm.test(verifier)) return false;
  const [made, given] = [createHash('sha256').update(verifier).digest(), Buffer.from(challenge, 'base64url')];
  return made.length === given.length && timingSafeEqual(made, given);
}

/** A program opens the address itself, or a page of this machine leads there. A page of the web must not put questions to the person. */
function isOwnNavigation(request: WebRequest): boolean {
  const site = request.header('sec-fetch-site');
  const destination = request.header('sec-fetch-dest');
  return (site === undefined || site !== 'cross-site') && (destination === undefined || destination === 'document');
}

function html(status: number, page: PlainPage): WebResponse {
  return { status, headers: plainPageHeaders, body: plainPageHtml(page) };
}
