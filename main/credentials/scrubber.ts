import { createFormsIndex, shortestForm, type FormsIndex } from './forms-index.ts';
import { withoutClawTokens } from '../model/claw-token.ts';
import { isJsonObject, type JsonValue } from '../model/json.ts';

export const secretRemoved = '[secret removed]';

/** Shorter ones would tear ordinary words apart and protect nothing. */
const shortestSecret = shortestForm;
/** From here on a secret is also found inside longer base64, such as `user:password` of HTTP Basic (RFC 7617). */
const shortestInsideBase64 = 8;
const deepest = 500;

export interface Scrubber {
  /** Replaces every form of every secret by `[secret removed]`, and whatever this app gave to a Claw to sign in with. */
  readonly scrub: (text: string) => string;
  /** The same for every string, key and number in a JSON value. What is nested over 500 deep is left out. */
  readonly scrubJson: (value: JsonValue) => JsonValue;
  /** Whether there is anything to replace. */
  readonly holds: (value: JsonValue) => boolean;
}

/** `secrets` is asked at each use, so that a credential added a moment ago is scrubbed too; it gives the same array as long as nothing has changed. */
export function createScrubber(secrets: () => readonly string[]): Scrubber {
  let known: readonly string[] | undefined;
  let index: FormsIndex | undefined;

  function currentIndex(): FormsIndex | undefined {
    const current = secrets();
    if (current !== known) {
      known = current;
      index = indexOf(current.filter((secret) => secret.length >= shortestSecret));
    }
    return index;
  }

  return {
    scrub: (text) => replaceIn(text, currentIndex()),
    // The secrets are looked at once for the whole value: this runs over everything that passes.
    scrubJson: (value) => walk(value, currentIndex(), 0),
    holds: (value) => finds(value, currentIndex(), 0),
  };
}

/** For what is listed again and again: the same object gives the same scrubbed one, until a secret is added. */
export function createKeptScrub({ scrubJson }: Pick<Scrubber, 'scrubJson'>, secrets: () => readonly string[]): <T extends object>(value: T) => T {
  let known: readonly string[] | undefined;
  let kept = new WeakMap<object, object>();
  return <T extends object>(value: T): T => {
    if (secrets() !== known) {
      known = secrets();
      kept = new WeakMap();
    }
    let scrubbed = kept.get(value);
    // What services list is JSON, and scrubbing keeps its shape.
    if (scrubbed === undefined) kept.set(value, (scrubbed = scrubJson(value as unknown as JsonValue) as object));
    return scrubbed as T;
  };
}

function replaceIn(text: string, index: FormsIndex | undefined): string {
  return withoutClawTokens(index === undefined ? text : index.replaceIn(text, secretRemoved), secretRemoved);
}

function walk(value: JsonValue, index: FormsIndex | undefined, depth: number): JsonValue {
  if (typeof value === 'string') return replaceIn(value, index);
  if (typeof value === 'number') return replaceIn(String(value), index) === String(value) ? value : secretRemoved;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '[nested too deeply]';
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [replaceIn(key, index), inField(key, item, walk(item, index, depth + 1))]));
  return value.map((item) => walk(item, index, depth + 1));
}

/** The fields in which MCP has bytes as base64 (`BlobResourceContents`, `ImageContent`, `AudioContent`). */
const bytesFields: ReadonlySet<string> = new Set(['blob', 'data']);
const wholeBase64 = /^[A-Za-z0-9+/]{8,}={0,2}$/;
const bytesRemoved = Buffer.from(secretRemoved).toString('base64');

/** Bytes that hold a secret are replaced as a whole: with words in the middle they were no base64, and the client would refuse all of the answer. */
function inField(key: string, item: JsonValue, scrubbed: JsonValue): JsonValue {
  const isTorn = bytesFields.has(key) && typeof item === 'string' && item !== scrubbed && item.length % 4 === 0 && wholeBase64.test(item);
  return isTorn ? bytesRemoved : scrubbed;
}

function finds(value: JsonValue, index: FormsIndex | undefined, depth: number): boolean {
  if (index === undefined || depth >= deepest) return false;
  if (typeof value === 'string' || typeof value === 'number') return index.isIn(String(value));
  if (typeof value !== 'object' || value === null) return false;
  if (!isJsonObject(value)) return value.some((item) => finds(item, index, depth + 1));
  return Object.entries(value).some(([key, item]) => index.isIn(key) || finds(item, index, depth + 1));
}

function indexOf(secrets: readonly string[]): FormsIndex | undefined {
  return secrets.length === 0 ? undefined : createFormsIndex(secrets.flatMap((secret) => formsOf(secret)));
}

/** How a secret looks plain, in base64 (RFC 4648, both alphabets), in a URL, in JSON, in HTML, in hex, and as UTF-16 in base64. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const hex = bytes.toString('hex');
  // A lone surrogate cannot be URL-encoded; encoders write U+FFFD for it.
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const inForm = new URLSearchParams({ s: secret }).toString().slice(2);
  const inJson = JSON.stringify(secret).slice(1, -1);
  const escapedThroughout = [...hex.matchAll(/../g)].map(([byte]) => `%${byte}`).join('');
  return [
    secret,
    // App passwords are shown in groups and used without the spaces between them.
    secret.replaceAll(/\s/g, ''),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...(bytes.length >= shortestInsideBase64 ? insideBase64(bytes) : []),
    // As PowerShell takes its commands.
    ...(secret.length >= shortestInsideBase64 ? insideBase64(Buffer.from(secret, 'utf16le')) : []),
    ...[inUrl, inForm].flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())]),
    escapedThroughout,
    escapedThroughout.toUpperCase(),
    escapeForHtml(secret),
    ...[inJson, inJson.replaceAll('/', String.raw`\/`), escapeNonAscii(inJson)].flatMap((form) => nestedInJson(form)),
    hex,
    hex.toUpperCase(),
  ].filter((form) => form.length >= shortestSecret);
}

/** The characters that are the same whatever stands before and after, for each of the three alignments. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const firstStable = Math.ceil((before * 8) / 6);
    const afterStable = Math.floor((padded.length * 8) / 6);
    return [padded.toString('base64').slice(firstStable, afterStable), padded.toString('base64url').slice(firstStable, afterStable)];
  });
}

/** JSON that is a text within JSON, as tools give it: up to four deep. */
function nestedInJson(inJson: string): string[] {
  const forms = [inJson];
  for (let depth = 2; depth <= 4; depth += 1) forms.push(JSON.stringify(forms.at(-1)).slice(1, -1));
  return forms;
}

/** As serializers with an ASCII-only option write it. */
function escapeNonAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escapeForHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character);
}
