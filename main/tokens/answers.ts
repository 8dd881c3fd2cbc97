import type { WebResponse } from '../model/web-exchange.ts';

/** An error of the authorization server's own, as its clients read it (RFC 6749, section 5.2). */
export interface OAuthProblem {
  readonly error: string;
  /** ASCII, without quotes and backslashes (RFC 6749, section 5.2). */
  readonly description: string;
  readonly status?: number;
}

const noStore = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export function jsonAnswer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): WebResponse {
  return { status, headers: { ...noStore, ...headers }, body: JSON.stringify(body) };
}

export function problemAnswer({ error, description, status = 400 }: OAuthProblem): WebResponse {
  return jsonAnswer(status, { error, error_description: description });
}

export function problem(error: string, description: string, status?: number): OAuthProblem {
  return { error, description, ...(status === undefined ? {} : { status }) };
}

/** The parameters of a query or a form; undefined when one stands twice (RFC 6749, section 3.1) or is longer than any is. An empty one counts as missing. */
export function readParameters(given: URLSearchParams): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const [name, value] of given) {
    if (parameters.has(name) || value.length > 16_384) return undefined;
    parameters.set(name, value);
  }
  for (const [name, value] of parameters) if (value === '') parameters.delete(name);
  return parameters;
}
