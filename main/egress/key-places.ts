import type { LentKey } from '../../preload/contract.ts';
import type { NetworkAttempt } from '../sandbox/network.ts';

type Request = Extract<NetworkAttempt, { readonly kind: 'request' }>;

/** A request with the key itself in the one place where its stand-in was found. */
export interface Swapped {
  readonly setHeaders: readonly (readonly [name: string, value: string])[];
  /** Path and query, where they changed. */
  readonly target?: string;
  /** Ways in which an answer could tell the key, each with what is put in its place. */
  readonly conceal: readonly (readonly [secret: string, shown: string])[];
}

/** Puts a key where its stand-in is; null: the stand-in is not in the place that this key belongs to. */
export function findPlace({ place }: LentKey, mark: string, { headers, target }: Request): ((secret: string) => Swapped) | null {
  const given = (name: string): string | undefined => headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];
  switch (place.kind) {
    case 'bearer': {
      const [, word = '', token] = /^(bearer|token) +(\S+)$/i.exec(given('authorization') ?? '') ?? [];
      return token === mark ? (secret) => inHeader('authorization', `${word} ${secret}`, plainForms(secret, mark)) : null;
    }
    case 'header':
      return given(place.name) === mark ? (secret) => inHeader(place.name, secret, plainForms(secret, mark)) : null;
    case 'basic': {
      const read = readBasic(given('authorization'));
      if (read?.password !== mark) return null;
      return (secret) => {
        const [real, shown] = [encode(`${read.user}:${secret}`), encode(`${read.user}:${mark}`)];
        return inHeader('authorization', `Basic ${real}`, [[real, shown], ...plainForms(secret, mark)]);
      };
    }
    case 'query':
      return isInQuery(target, place.name, mark)
        ? (secret) => ({ ...inHeader(null, '', plainForms(secret, mark)), target: withQuery(target, place.name, mark, secret) })
        : null;
  }
}

/** Every stand-in in what can be seen of a request, whatever it is written in. */
export function standInsIn({ headers, target }: Request, pattern: RegExp): ReadonlySet<string> {
  const basic = headers.flatMap(([, value]) => /\bbasic +([A-Za-z0-9+/=_-]+)/i.exec(value)?.[1] ?? []).map((text) => Buffer.from(text, 'base64').toString('utf8'));
  return new Set([target, decoded(target), ...headers.map(([name, value]) => `${name}: ${value}`), ...basic].flatMap((text) => text.match(pattern) ?? []));
}

/** An answer in a compressed form could not be looked through. */
function inHeader(name: string | null, value: string, conceal: Swapped['conceal']): Swapped {
  return { setHeaders: [['accept-encoding', 'identity'], ...(name === null ? [] : [[name, value] as const])], conceal };
}

/** As it is, and as addresses, JSON and base64 write it. */
function plainForms(secret: string, mark: string): Swapped['conceal'] {
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), encode(secret)];
  return [...new Set(forms)].map((form) => [form, mark]);
}

function readBasic(header: string | undefined): { readonly user: string; readonly password: string } | undefined {
  const [, words] = /^basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '') ?? [];
  const text = words === undefined ? '' : Buffer.from(words, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 ? undefined : { user: text.slice(0, at), password: text.slice(at + 1) };
}

function isInQuery(target: string, name: string, mark: string): boolean {
  return parametersOf(target).some((parameter) => isIt(parameter, name, mark));
}

/** All but that one parameter stays as it was written. */
function withQuery(target: string, name: string, mark: string, secret: string): string {
  const start = target.indexOf('?') + 1;
  const parameters = parametersOf(target).map((parameter) => (isIt(parameter, name, mark) ? `${parameter.slice(0, parameter.indexOf('='))}=${encodeURIComponent(secret)}` : parameter));
  return target.slice(0, start) + parameters.join('&');
}

function parametersOf(target: string): readonly string[] {
  const start = target.indexOf('?');
  return start < 0 ? [] : target.slice(start + 1).split('&');
}

function isIt(parameter: string, name: string, mark: string): boolean {
  const at = parameter.indexOf('=');
  return at >= 0 && decoded(parameter.slice(0, at)) === name && decoded(parameter.slice(at + 1)) === mark;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
