import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AgentId } from '../../preload/contract.ts';
import { placeOf, readRedirect } from './redirects.ts';
import type { Client, TokenStore } from './token-store.ts';

export interface ClientsParts {
  readonly store: TokenStore;
  readonly clock: { now(): number };
  /** Fetches what a stranger named: guarded against private networks, redirects, long answers and long waits. */
  readonly fetchDocument: (url: string) => Promise<Response>;
  readonly random?: (bytes: number) => Uint8Array;
}

export type Registered =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata' | 'slow_down'; readonly description: string };

/** Clients that nobody let in: how many are kept, and for how many milliseconds (a day). */
export const mostStrangers = 100;
const strangersLast = 24 * 60 * 60_000;
/** Registrations in a minute. */
export const registrationsPerMinute = 30;
const mostRedirects = 10;
const longestName = 60;
/** Milliseconds a client's document holds (5 minutes), documents kept, and documents fetched at a time. */
const documentLasts = 5 * 60_000;
const mostDocuments = 50;
const mostFetches = 4;

const metadata = z.looseObject({
  redirect_uris: z.array(z.string()).min(1).max(mostRedirects),
  client_name: z.string().max(1000).optional(),
  grant_types: z.array(z.string()).optional(),
  response_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.string().optional(),
});
type Metadata = z.infer<typeof metadata>;

/** The programs that may ask to sign in: registered (RFC 7591), or described by a document at their own address (client ID metadata documents). */
export class Clients {
  readonly #parts: ClientsParts;
  readonly #documents = new Map<string, { readonly metadata: Metadata; readonly until: number }>();
  #fetches = 0;
  #minute = { since: 0, count: 0 };

  constructor(parts: ClientsParts) {
    this.#parts = parts;
  }

  /** Registers a public client; nothing comes of it before the person lets it in. */
  register(body: unknown): Registered {
    const { clock, store, random = randomBytes } = this.#parts;
    if (!this.#mayRegister()) return { ok: false, error: 'slow_down', description: 'Too many programs registered in the last minute. Try again later.' };
    const parsed = metadata.safeParse(body);
    if (!parsed.success) return invalid('redirect_uris, an array of 1 to 10 addresses, is needed; client_name is a text; grant_types and response_types are arrays of texts.');
    const problem = problemOf(parsed.data);
    if (problem !== undefined) return problem;
    const id = `csa_${Buffer.from(random(16)).toString('base64url')}`;
    const client: Client = { id, ...described(parsed.data), agent: null, registeredAt: clock.now() };
    store.putClient(client);
    store.sweepStrangers(clock.now() - strangersLast, mostStrangers);
    return { ok: true, client };
  }

  /** Undefined for one that is not known, or whose document cannot be had or does not fit. */
  async find(id: string): Promise<Client | undefined> {
    const { store } = this.#parts;
    const kept = store.client(id);
    if (!isDocumentAddress(id)) return kept;
    const document = await this.#document(id);
    return document && { id, ...described(document), agent: kept?.agent ?? null, registeredAt: kept?.registeredAt ?? this.#parts.clock.now() };
  }

  /** The person let it in as this agent. */
  letIn(client: Client, agent: AgentId): void {
    this.#parts.store.putClient({ ...client, agent });
  }

  #mayRegister(): boolean {
    const now = this.#parts.clock.now();
    if (Math.abs(now - this.#minute.since) >= 60_000) this.#minute = { since: now, count: 0 };
    this.#minute.count += 1;
    return this.#minute.count <= registrationsPerMinute;
  }

  async #document(id: string): Promise<Metadata | undefined> {
    const now = this.#parts.clock.now();
    const known = this.#documents.get(id);
    if (known !== undefined && now < known.until) return known.metadata;
    if (this.#fetches >= mostFetches) return undefined;
    this.#fetches += 1;
    try {
      const response = await this.#parts.fetchDocument(id);
      const parsed = response.status === 200 ? metadata.safeParse(await response.json()) : undefined;
      if (parsed?.success !== true || parsed.data['client_id'] !== id || problemOf(parsed.data) !== undefined) return undefined;
      // It is public and has no secret; another way to sign in at the token endpoint is not offered here.
      if ((parsed.data.token_endpoint_auth_method ?? 'none') !== 'none' || 'client_secret' in parsed.data) return undefined;
      if (this.#documents.size >= mostDocuments) this.#documents.clear();
      this.#documents.set(id, { metadata: parsed.data, until: now + documentLasts });
      return parsed.data;
    } catch {
      return undefined;
    } finally {
      this.#fetches -= 1;
    }
  }
}

/** Whether a client's id is the address of its document: https, with a path, in its normal form (client ID metadata documents, section 3). */
export function isDocumentAddress(id: string): boolean {
  if (id.length > 2000 || !id.startsWith('https://') || !URL.canParse(id)) return false;
  const url = new URL(id);
  return url.href === id && url.pathname !== '/' && url.hash === '' && url.username === '' && url.password === '';
}

function problemOf({ redirect_uris, grant_types, response_types }: Metadata): (Registered & { readonly ok: false }) | undefined {
  if (redirect_uris.some((one) => readRedirect(one) === undefined)) {
    return { ok: false, error: 'invalid_redirect_uri', description: 'A redirect address is http on this computer (127.0.0.1, [::1], localhost), https elsewhere, or of a scheme of the program’s own; without a fragment.' };
  }
  if (grant_types !== undefined && !grant_types.includes('authorization_code')) return invalid('grant_types must have authorization_code.');
  return response_types !== undefined && !response_types.includes('code') ? invalid('response_types must have code.') : undefined;
}

function invalid(description: string): Registered & { readonly ok: false } {
  return { ok: false, error: 'invalid_client_metadata', description };
}

/** Its own word, without what could make it lie; where it gave none, where its answers go. */
function described({ client_name = '', redirect_uris }: Metadata): Pick<Client, 'name' | 'redirects'> {
  const name = client_name.replaceAll(/\p{C}|\p{Zl}|\p{Zp}/gu, '').replaceAll(/\s+/g, ' ').normalize('NFC').trim().slice(0, longestName).trim();
  const [first = ''] = redirect_uris;
  return { name: name === '' ? placeOf(first).name.slice(0, longestName) : name.toWellFormed(), redirects: redirect_uris };
}
