import { isJsonObject, type JsonValue } from '../model/json.ts';

export const secretRemoved = '[secret removed]';

/** Shorter ones would tear ordinary words apart and protect nothing. */
const shortestSecret = 4;
/** From here on a secret is also found inside longer base64, such as `user:password` of HTTP Basic (RFC 7617). */
const shortestInsideBase64 = 8;
const deepest = 500;

export interface Scrubber {
  /** Replaces every form of every secret by `[secret removed]`. */
  readonly scrub: (text: string) => string;
  /** The same for every string, key and number in a JSON value. What is nested over 500 deep is left out. */
  readonly scrubJson: (value: JsonValue) => JsonValue;
}

/** `secrets` is asked at each use, so that a credential added a moment ago is scrubbed too. */
export function createScrubber(secrets: () => Iterable<string>): Scrubber {
  let known: readonly string[] = [];
  let pattern: RegExp | undefined;

  function currentPattern(): RegExp | undefined {
    const current = [...secrets()].filter((secret) => secret.length >= shortestSecret);
    if (current.length !== known.length || current.some((secret, index) => secret !== known[index])) {
      known = current;
      pattern = patternOf(current);
    }
    return pattern;
  }

  return {
    scrub: (text) => replaceIn(text, currentPattern()),
    // The secrets are looked at once for the whole value: this runs over everything that passes.
    scrubJson: (value) => walk(value, currentPattern(), 0),
  };
}

function replaceIn(text: string, found: RegExp | undefined): string {
  return found === undefined ? text : text.replace(found, secretRemoved);
}

function walk(value: JsonValue, found: RegExp | undefined, depth: number): JsonValue {
  if (typeof value === 'string') return replaceIn(value, found);
  if (typeof value === 'number') return replaceIn(String(value), found) === String(value) ? value : secretRemoved;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '[nested too deeply]';
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [replaceIn(key, found), walk(item, found, depth + 1)]));
  return value.map((item) => walk(item, found, depth + 1));
}

/** One alternation, longest first, so that a secret inside a longer one does not leave the rest standing. */
function patternOf(secrets: readonly string[]): RegExp | undefined {
  const forms = new Set(secrets.flatMap((secret) => formsOf(secret)));
  if (forms.size === 0) return undefined;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((form) => escapeForPattern(form)).join('|'), 'g');
}

/** How a secret looks plain, in base64 (RFC 4648, both alphabets), in a URL, in JSON, and in hex. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const hex = bytes.toString('hex');
  // A lone surrogate cannot be URL-encoded; encoders write U+FFFD for it.
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const inForm = new URLSearchParams({ s: secret }).toString().slice(2);
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    // App passwords are shown in groups and used without the spaces between them.
    secret.replaceAll(/\s/g, ''),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ...(bytes.length >= shortestInsideBase64 ? insideBase64(bytes) : []),
    ...[inUrl, inForm].flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())]),
    inJson,
    inJson.replaceAll('/', String.raw`\/`),
    escapeNonAscii(inJson),
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

/** As serializers with an ASCII-only option write it. */
function escapeNonAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escapeForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
