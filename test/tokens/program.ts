import { createHash, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export const redirect = 'http://127.0.0.1:3334/callback';

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

async function told(response: Response): Promise<Told> {
  const text = await response.text();
  let body: Record<string, unknown> = {};
  try {
    // An object, or the text is what a test looks at.
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    body = {};
  }
  return { status: response.status, headers: response.headers, body, text };
}

/** A program that signs in as the specifications say, written without any library of theirs, so that it can also do it wrong. */
export class Program {
  readonly origin: string;
  readonly mcpUrl: string;
  clientId = '';
  readonly verifier = randomBytes(32).toString('base64url');

  constructor(mcpUrl: string) {
    this.mcpUrl = mcpUrl;
    this.origin = new URL(mcpUrl).origin;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Told> {
    return told(await fetch(`${this.origin}${path}`, { redirect: 'manual', headers }));
  }

  async register(metadata: object = { redirect_uris: [redirect], client_name: 'Robin' }): Promise<Told> {
    const answer = await told(await fetch(`${this.origin}/oauth/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(metadata) }));
    if (typeof answer.body['client_id'] === 'string') this.clientId = answer.body['client_id'];
    return answer;
  }

  /** The address a browser is sent to. */
  authorizePath(more: Record<string, string | undefined> = {}): string {
    const parameters = {
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: redirect,
      state: 'a state',
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: this.mcpUrl,
      ...more,
    };
    const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return `/authorize?${new URLSearchParams(given).toString()}`;
  }

  /** Goes to the page and waits there as a browser does; resolves with where it was sent in the end. */
  async authorize(more: Record<string, string | undefined> = {}): Promise<URL> {
    let answer = await this.get(this.authorizePath(more));
    for (let hops = 0; hops < 5 && answer.status === 200; hops += 1) {
      const next = /content="0;url=([^"]+)"/.exec(answer.text)?.[1]?.replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
      if (next === undefined) break;
      answer = await this.get(next);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`The browser was not sent back: ${answer.status} ${answer.text}`);
    return new URL(location);
  }

  async code(more: Record<string, string | undefined> = {}): Promise<string> {
    const back = await this.authorize(more);
    const code = back.searchParams.get('code');
    if (code === null) throw new Error(`No code: ${back.href}`);
    return code;
  }

  async post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Told> {
    return told(await fetch(`${this.origin}${path}`, { method: 'POST', headers, body: new URLSearchParams(form) }));
  }

  redeem(code: string, more: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Told> {
    return this.post('/oauth/token', { grant_type: 'authorization_code', code, client_id: this.clientId, redirect_uri: redirect, code_verifier: this.verifier, ...more }, headers);
  }

  refresh(token: unknown, more: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Told> {
    return this.post('/oauth/token', { grant_type: 'refresh_token', refresh_token: String(token), client_id: this.clientId, ...more }, headers);
  }

  exchange(token: unknown, more: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Told> {
    const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token';
    return this.post('/oauth/token', { grant_type, subject_token: String(token), subject_token_type, client_id: this.clientId, ...more }, headers);
  }

  /** Registers, is let in, and has tokens. */
  async signIn(more: Record<string, string | undefined> = {}, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
    if (this.clientId === '') await this.register();
    const { status, body } = await this.redeem(await this.code(more), {}, headers);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body;
  }

  /** What listing tools with that token says: a status, and the names. */
  async tools(token: unknown, { url = this.mcpUrl, headers = {} }: { readonly url?: string; readonly headers?: Record<string, string> } = {}) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list', ...headers },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/list',
        params: { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientInfo': { name: 'robin', version: '1' }, 'io.modelcontextprotocol/clientCapabilities': {} } },
      }),
    });
    const { status, headers: given, body, text } = await told(response);
    // What `tools/list` answers.
    const result = body['result'] as { readonly tools: readonly { readonly name: string }[] } | undefined;
    return { status, challenge: given.get('www-authenticate'), names: result?.tools.map(({ name }) => name), text };
  }
}

/** A key of a program, and proofs made with it (RFC 9449). */
export class Key {
  readonly #keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
  readonly jwk: JWK;
  readonly thumbprint: string;
  readonly alg: string;

  private constructor(keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }, jwk: JWK, thumbprint: string, alg: string) {
    this.#keys = keys;
    this.jwk = jwk;
    this.thumbprint = thumbprint;
    this.alg = alg;
  }

  static async make(alg = 'ES256'): Promise<Key> {
    const keys = await generateKeyPair(alg, { extractable: true });
    const jwk = await exportJWK(keys.publicKey);
    return new Key(keys, jwk, await calculateJwkThumbprint(jwk), alg);
  }

  privateJwk(): Promise<JWK> {
    return exportJWK(this.#keys.privateKey);
  }

  /** A proof for that request; `claims` and `header` take the place of what is right. */
  async proof(method: string, address: string, token?: string, claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
    const right = { jti: randomBytes(12).toString('base64url'), htm: method, htu: address, iat: Math.floor(Date.now() / 1000), ...(token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }) };
    const given = Object.fromEntries(Object.entries({ ...right, ...claims }).filter(([, value]) => value !== undefined));
    return new SignJWT(given).setProtectedHeader({ alg: this.alg, typ: 'dpop+jwt', jwk: this.jwk, ...header }).sign(this.#keys.privateKey);
  }
}
