import type { UpstreamAnswer, UpstreamCall, UpstreamOffers, Upstream } from '../model/upstream.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';

/** What a kept upstream lends to its offers. */
export interface OffersParts {
  /** Opens it and keeps it open meanwhile. */
  readonly using: <T>(work: (upstream: Upstream) => Promise<T>) => Promise<T>;
  /** In the queue, with an answer whatever happens. */
  readonly call: (call: UpstreamCall, work: (upstream: Upstream) => Promise<UpstreamAnswer>) => Promise<UpstreamAnswer>;
  /** In the queue; rejects with an `Error` that an agent may read. */
  readonly queued: <T>(signal: AbortSignal, work: (upstream: Upstream) => Promise<T>) => Promise<T>;
  readonly hold: (uri: string) => Promise<Dispose>;
}

const notOffered = 'This connection does not offer that.';
/** JSON-RPC 2.0, section 5.1: the method does not exist. */
const methodNotFound = { kind: 'failed', text: notOffered, error: { code: -32_601, message: notOffered } } as const;

/** What a connection offers besides tools, whether its upstream is open or not, and offers anything or not. */
export function keptOffers({ using, call, queued, hold }: OffersParts): UpstreamOffers {
  const list = (one: 'listResources' | 'listResourceTemplates' | 'listPrompts') => (): Promise<readonly JsonObject[]> =>
    using(({ offers }) => offers?.[one]() ?? Promise.resolve([]));
  return {
    listResources: list('listResources'),
    listResourceTemplates: list('listResourceTemplates'),
    listPrompts: list('listPrompts'),
    readResource: (request) => call(request, ({ offers }) => offers?.readResource(request) ?? Promise.resolve(methodNotFound)),
    getPrompt: (request) => call(request, ({ offers }) => offers?.getPrompt(request) ?? Promise.resolve(methodNotFound)),
    complete: (params, signal) => queued(signal, ({ offers }) => offers?.complete(params, signal) ?? Promise.reject(new Error(notOffered))),
    subscribe: hold,
  };
}
