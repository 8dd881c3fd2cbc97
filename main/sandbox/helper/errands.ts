import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
import type { NetworkDecision } from '../network.ts';
import { Concealer } from './concealer.ts';

interface Errand {
  readonly target: string | undefined;
  readonly conceal: readonly (readonly [secret: string, shown: string])[];
}

/**
 * What an answer asks for beyond the library's own form of it: another target, and secrets that are kept out of the answer. The
 * library sends a request in inspected TLS by `https.request`; a header with a name that nobody knows brings the errand there.
 */
export class Errands {
  readonly #header = `x-${randomBytes(16).toString('hex')}`;
  readonly #waiting = new Map<string, Errand>();

  constructor() {
    const request = https.request;
    Reflect.set(https, 'request', (...given: readonly unknown[]): unknown => {
      const [options, answered, ...more] = given;
      const errand = this.#take(options);
      if (errand === undefined || !hasHeaders(options) || typeof answered !== 'function') return Reflect.apply(request, https, given);
      const headers = Object.fromEntries(Object.entries(options.headers).filter(([name]) => name !== this.#header));
      const path = errand.target ?? options.path;
      return Reflect.apply(request, https, [{ ...options, path, headers }, (answer: IncomingMessage) => Reflect.apply(answered, undefined, [concealed(answer, errand.conceal)]), ...more]);
    });
    syncBuiltinESMExports();
  }

  /** The headers that the library is to set. */
  tagFor(decision: NetworkDecision): readonly (readonly [name: string, value: string])[] {
    if (decision.effect === 'deny' || (decision.target === undefined && decision.conceal === undefined)) return [];
    const id = randomBytes(16).toString('hex');
    this.#waiting.set(id, { target: decision.target, conceal: decision.conceal ?? [] });
    return [[this.#header, id]];
  }

  #take(options: unknown): Errand | undefined {
    const id = hasHeaders(options) ? options.headers[this.#header] : undefined;
    if (typeof id !== 'string') return undefined;
    const errand = this.#waiting.get(id);
    this.#waiting.delete(id);
    return errand;
  }
}

function hasHeaders(options: unknown): options is { readonly path: string; readonly headers: Readonly<Record<string, unknown>> } {
  return typeof options === 'object' && options !== null && 'headers' in options && typeof options.headers === 'object' && options.headers !== null;
}

/** The answer without what must not be seen of it, as far as the library looks at one. */
function concealed(answer: IncomingMessage, pairs: Errand['conceal']): Readable {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    answer.destroy();
    // What cannot be looked through is not passed on.
    return Object.assign(Readable.from([]), { statusCode: 502, headers: {}, complete: true });
  }
  const looked = new Concealer(pairs);
  answer.once('error', (error) => looked.destroy(error));
  answer.once('aborted', () => looked.destroy(new Error('The answer broke off.')));
  looked.once('close', () => answer.destroy());
  // Its length may be another one.
  const { 'content-length': _length, ...headers } = answer.headers;
  return Object.assign(answer.pipe(looked), { statusCode: answer.statusCode, headers: concealedHeaders(headers, pairs), complete: false });
}

function concealedHeaders(headers: IncomingHttpHeaders, pairs: Errand['conceal']): IncomingHttpHeaders {
  const hide = (text: string): string => pairs.reduce((shown, [secret, stand]) => shown.replaceAll(secret, () => stand), text);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [hide(name), Array.isArray(value) ? value.map(hide) : value === undefined ? value : hide(value)]));
}
