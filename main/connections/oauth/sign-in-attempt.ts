import { randomBytes } from 'node:crypto';
import { computeScopeUnion, startAuthorization, validateAuthorizationResponseIssuer, type FetchLike } from '@modelcontextprotocol/client';
import type { Clock } from '../../model/clock.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { listenForCallback, type CallbackListener } from './callback-listener.ts';
import type { PlainPage } from '../../model/plain-page.ts';
import type { KeptClient, KeptGrant, KeptSignIn } from './kept-sign-in.ts';
import { chooseClient, clientInformation, type NamedClient } from './oauth-client.ts';
import { shownHost, signInProblem, type SignInProblem } from './sign-in-problem.ts';
import type { SignInTarget } from './sign-in-target.ts';
import { exchangeCode } from './token-endpoint.ts';
import { isAcceptable } from './wary-fetch.ts';

/** Where one attempt to sign in has got to. */
export type SignInStage = 'finding' | 'browser' | 'finishing';

export interface SignInAttempt {
  readonly target: SignInTarget;
  readonly kept: KeptSignIn;
  /** What the person has just typed. */
  readonly client: NamedClient | null;
  readonly documentUrl: string | null;
  readonly fetch: FetchLike;
  readonly clock: Clock;
  /** Milliseconds the person may take in the browser. */
  readonly timeLimit: number;
  readonly signal: AbortSignal;
  readonly pages: { readonly done: PlainPage; readonly failed: PlainPage; readonly stranger: PlainPage };
  /** False: no browser could be opened. */
  open(url: URL): Promise<boolean>;
  /** `at`: the host of the authorization server, once it is known. */
  onStage(stage: SignInStage, at: string | null): void;
  /** Keeps what was granted, before the browser is told. Throws a `SignInProblem` when it cannot. */
  keep(client: KeptClient, grant: KeptGrant): Promise<void>;
}

/**
 * One sign-in by authorization code with PKCE (OAuth 2.1, section 4.1; MCP, Authorization), from discovery to tokens.
 * @throws {SignInProblem} {@link ClientNeededError} or the signal's reason. No listener is left behind.
 */
export async function attemptSignIn(attempt: SignInAttempt): Promise<void> {
  const { target, kept, fetch, signal } = attempt;
  attempt.onStage('finding', null);
  const server = await target.find(kept, fetch);
  signal.throwIfAborted();
  const state = randomBytes(32).toString('base64url');
  const answered = Promise.withResolvers<URLSearchParams>();
  const shown = Promise.withResolvers<PlainPage>();
  const listener = await listenForCallback({
    state,
    port: portIn(kept.client, server.issuer),
    host: target.redirectHost,
    onAnswer(answer) {
      answered.resolve(answer);
      return shown.promise;
    },
    stranger: attempt.pages.stranger,
  });
  try {
    await authorize(attempt, server, listener, state, answered.promise);
    shown.resolve(attempt.pages.done);
  } catch (error) {
    shown.resolve(attempt.pages.failed);
    throw error;
  } finally {
    listener.close();
  }
}

async function authorize(attempt: SignInAttempt, server: AuthorizationServer, { redirectUri }: CallbackListener, state: string, answered: Promise<URLSearchParams>): Promise<void> {
  const { target, kept, documentUrl, fetch, clock, signal } = attempt;
  const { issuer, metadata, resource } = server;
  const at = shownHost(issuer);
  const scope = scopeFor(attempt, server);
  const chosen = attempt.client ?? (target.clientId === undefined ? null : { id: target.clientId, secret: null });
  const client = await chooseClient({ server, named: chosen, kept: kept.client, documentUrl, redirectUri, needsSecret: target.needsSecret, now: clock.now(), fetch });
  signal.throwIfAborted();
  const { authorizationUrl, codeVerifier } = await startAuthorization(issuer, {
    metadata,
    clientInformation: clientInformation(client),
    redirectUrl: redirectUri,
    ...(scope === undefined ? {} : { scope }),
    state,
    ...(resource === null ? {} : { resource }),
  });
  if (!isAcceptable(authorizationUrl, target.named)) throw signInProblem('refusedAddress', { host: target.host, other: authorizationUrl.host });
  // Before the browser: what comes back may be faster than the browser's own "opened".
  attempt.onStage('browser', at);
  if (!(await attempt.open(authorizationUrl))) throw signInProblem('noBrowser');
  const answer = await withinTime(answered, attempt);
  attempt.onStage('finishing', at);
  const code = readAnswer(answer, server, at);
  const grant = await exchangeCode({ server, client, code, iss: answer.get('iss') ?? undefined, codeVerifier, redirectUri, scope, now: clock.now(), fetch });
  signal.throwIfAborted();
  await attempt.keep(client, grant);
}

/** What the refusal named comes first, then what is configured or what the service says it has (MCP, "Scope Selection Strategy"). */
function scopeFor({ target, kept }: SignInAttempt, { metadata, scopes }: AuthorizationServer): string | undefined {
  const configured = target.scopes?.join(' ');
  const wanted = kept.wanted?.scope ?? undefined;
  const before = kept.wanted?.granted ?? kept.grant?.scope ?? undefined;
  const scope = computeScopeUnion(configured, wanted ?? (configured === undefined ? (scopes ?? undefined) : undefined), before);
  // Without it some servers give nothing to renew with.
  return scope !== undefined && metadata.scopes_supported?.includes('offline_access') === true ? computeScopeUnion(scope, 'offline_access') : scope;
}

function portIn(client: KeptClient | null, issuer: string): number {
  if (client?.redirectUri === null || client === null || client.issuer !== issuer || !URL.canParse(client.redirectUri)) return 0;
  return Number(new URL(client.redirectUri).port);
}

async function withinTime<T>(work: Promise<T>, { clock, timeLimit, signal }: SignInAttempt): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const onAbort = (): void => ended.reject(signal.reason);
  const stop = clock.after(timeLimit, () => ended.reject(signInProblem('tooLate')));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

/** The issuer first (RFC 9207): of an answer that came from elsewhere nothing else is believed, not even its error. */
function readAnswer(answer: URLSearchParams, { issuer, metadata }: AuthorizationServer, at: string): string {
  try {
    validateAuthorizationResponseIssuer({
      iss: answer.get('iss') ?? undefined,
      expectedIssuer: issuer,
      issParameterSupported: metadata.authorization_response_iss_parameter_supported === true,
    });
  } catch {
    throw signInProblem('otherServer', { other: at });
  }
  const error = answer.get('error');
  if (error === 'access_denied') throw signInProblem('denied', { other: at });
  const code = answer.get('code');
  if (error !== null || code === null || code === '') throw answerProblem(error ?? '', at);
  return code;
}

/** RFC 6749, section 4.1.2.1, and its extensions: codes are short words. */
function answerProblem(error: string, at: string): SignInProblem {
  return /^[a-z_]{1,40}$/.test(error) ? signInProblem('answeredError', { other: at, code: error }) : signInProblem('notUnderstood', { other: at });
}
