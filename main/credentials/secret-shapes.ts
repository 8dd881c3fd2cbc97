import { clawTokenForm } from '../model/claw-token.ts';
import type { SecretKind } from '../model/secret.ts';

/** A part of a text that has the shape of a secret; `end` is the first place after it. */
export interface ShapeFound {
  readonly kind: Exclude<SecretKind, 'own'>;
  readonly start: number;
  readonly end: number;
}

interface Shape {
  readonly kind: ShapeFound['kind'];
  /** The group `secret` is the secret; without one it is the whole match. Each is bounded, so that no text takes it long. */
  readonly pattern: RegExp;
}

/** A key does not begin in the middle of a word, so no run of letters is looked at from each of its places. */
const from = String.raw`(?<![A-Za-z0-9_-])`;

/**
 * Keys as their makers write them. Their prefixes are made to be recognized; lengths as documented, with room to grow.
 * The well-known rule collections are made for scanning files: megabytes, asynchronous, and blind to the name of a JSON field.
 */
const shapes: readonly Shape[] = [
  { kind: 'claw', pattern: new RegExp(`${from}${clawTokenForm}`, 'g') },
  { kind: 'aws', pattern: new RegExp(`${from}(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])`, 'g') },
  { kind: 'azure', pattern: /(?:AccountKey|SharedAccessKey)=(?<secret>[A-Za-z0-9+/]{43,88}={0,2})/g },
  { kind: 'github', pattern: new RegExp(`${from}(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})`, 'g') },
  { kind: 'gitlab', pattern: new RegExp(`${from}gl(?:pat|rt|dt|ft|soat|cbt|ptt)-[A-Za-z0-9_-]{20,255}`, 'g') },
  { kind: 'google', pattern: new RegExp(`${from}(?:AIza[0-9A-Za-z_-]{35}|ya29\\.[0-9A-Za-z_-]{20,2048}|GOCSPX-[0-9A-Za-z_-]{28}|1//0[0-9A-Za-z_-]{40,120})`, 'g') },
  { kind: 'model', pattern: new RegExp(`${from}(?:sk-(?:ant-|proj-|svcacct-|or-)?[A-Za-z0-9_-]{20,255}|hf_[A-Za-z0-9]{30,60}|gsk_[A-Za-z0-9]{40,60}|xai-[A-Za-z0-9]{60,100})`, 'g') },
  { kind: 'slack', pattern: new RegExp(`${from}(?:xox[abeoprs]-[A-Za-z0-9-]{10,255}|xapp-[0-9]-[A-Za-z0-9-]{10,255})|https://hooks\\.slack\\.com/(?:services|workflows)/[A-Za-z0-9/]{20,120}`, 'g') },
  { kind: 'stripe', pattern: new RegExp(`${from}(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}|whsec_[A-Za-z0-9+/=]{24,120})`, 'g') },
  { kind: 'package', pattern: new RegExp(`${from}(?:npm_[A-Za-z0-9]{36,60}|pypi-[A-Za-z0-9_-]{50,255}|dckr_pat_[A-Za-z0-9_-]{20,60}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|dop_v1_[a-f0-9]{64})`, 'g') },
  { kind: 'mail', pattern: new RegExp(`${from}(?:SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}|key-[0-9a-f]{32}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16})`, 'g') },
  // RFC 7519, in the compact form of RFC 7515: both parts are JSON objects.
  { kind: 'jwt', pattern: new RegExp(`${from}eyJ[A-Za-z0-9_-]{8,4096}\\.eyJ[A-Za-z0-9_-]{4,8192}\\.[A-Za-z0-9_-]{10,2048}`, 'g') },
  // RFC 3986, 3.2.1: a password before the host.
  { kind: 'address', pattern: /(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,255}:(?<secret>[^\s/@"'<>]{3,255})@/g },
  // RFC 9110, 11.4: what HTTP clients sign in with.
  { kind: 'header', pattern: /\b(?:Basic|Bearer)[ \t]{1,4}(?<secret>[A-Za-z0-9+/._~-]{16,2048}={0,2})/gi },
];

const keyBegin = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----|AGE-SECRET-KEY-1[0-9A-Z]{58}/g;
const keyEnd = /-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;

/** What people call a password, in the languages the app is used in most. */
const passwordWord = 'pass(?:word|wd|phrase|code)|passwort|kennwort|mot[ _]de[ _]passe|contraseña|wachtwoord|パスワード|密码';
const keyWord = '(?:api|access|private|secret|signing|encryption|account)[ _-]?key|client[ _-]?secret|(?:access|refresh|auth|bearer|session|id|api)[ _-]?token|secret|token|pwd|credentials?';
/** Something called by such a word, with its value: in code, in a configuration, in a mail. */
const namedPassword = new RegExp(`(?:${passwordWord}|pwd)["'\`]?[ \\t]{0,3}(?:[:=]|is[ \\t:]|ist[ \\t:]|lautet[ \\t:])[ \\t]{0,3}["'\`]?(?<secret>[^\\s"'\`,;<>]{4,255})`, 'gi');
const namedKey = new RegExp(`(?:${keyWord})["'\`]?[ \\t]{0,3}[:=][ \\t]{0,3}["'\`]?(?<secret>[A-Za-z0-9+/_.~-]{12,2048}={0,2})`, 'gi');
/** The name of a JSON field whose value is a secret, whatever it looks like. */
const passwordField = new RegExp(`^(?:(?:[a-z]{1,20}[ _-])?(?:${passwordWord}|pwd|client[ _-]?secret|private[ _-]?key|secret[ _-]?access[ _-]?key))$`, 'i');
const keyField = new RegExp(`^(?:(?:[a-z]{1,20}[ _-])?(?:${keyWord}|authorization))$`, 'i');

/** Long and without order: a key rather than a word (Shannon, bits a character). */
const longRun = /[A-Za-z0-9+/_-]{24,512}={0,2}/g;
const nearWord = new RegExp(`(?:${passwordWord}|${keyWord}|\\bkey\\b)`, 'i');
const nearBy = 48;
const leastDisorder = 3.5;
/** Text that stands where a secret would. */
const placeholder = /^(?:[*•xX._-]+|<.*>?|\$\{?.*|\{\{.*|%.*%|null|none|undefined|true|false|required|optional|missing|expired|changed?|reset|redacted|example|your.*|\[secret)$/i;

/** Something of every shape: most texts have none of it, and are looked at once instead of twenty times. */
const hint =
  /cs[trc]_|A(?:KIA|SIA|BIA|CCA)|Key=|gh[pousr]_|github_|gl[a-z]{2,4}-|AIza|ya29|GOCSPX|1\/\/0|sk-|hf_|gsk_|xai-|xox|xapp-|slack|k_(?:live|test)_|whsec_|npm_|pypi-|dckr_|shp[acs]|dop_v|SG\.|key|xkeysib|eyJ|:\/\/|basic|bearer|PRIVATE|AGE-|pass|pwd|kennwort|mot[ _]de|contrase|wachtwoord|パスワード|密码|secret|token|credential/i;

/** Everything in a text that has the shape of a secret, in order, none within another. */
export function findShapes(text: string): readonly ShapeFound[] {
  if (text.length < 4 || !hint.test(text)) return [];
  const found = [...privateKeys(text), ...shapes.flatMap((shape) => matches(text, shape)), ...named(text), ...disorder(text)];
  return found.length === 0 ? found : withoutOverlaps(found);
}

/** What the value of a JSON field is, by the field's name: undefined when that says nothing. */
export function shapeOfField(name: string, value: string): 'named' | undefined {
  if (value.length < 4 || placeholder.test(value)) return undefined;
  // `clientSecret` and `client_secret` are the same name.
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  if (passwordField.test(words)) return 'named';
  return keyField.test(words) && value.length >= 12 && !/\s/.test(value) && isDisorderly(value) ? 'named' : undefined;
}

function matches(text: string, { kind, pattern }: Shape): ShapeFound[] {
  return [...text.matchAll(pattern)].map((match) => placeOf(match, kind));
}

function placeOf(match: RegExpExecArray, kind: ShapeFound['kind']): ShapeFound {
  const secret = match.groups?.['secret'] ?? match[0];
  const start = match.index + match[0].lastIndexOf(secret);
  return { kind, start, end: start + secret.length };
}

/** A block without an end goes on to the end of the text. */
function privateKeys(text: string): ShapeFound[] {
  const found: ShapeFound[] = [];
  keyBegin.lastIndex = 0;
  for (let begin = keyBegin.exec(text); begin !== null; begin = keyBegin.exec(text)) {
    const isWhole = begin[0].startsWith('AGE');
    keyEnd.lastIndex = keyBegin.lastIndex;
    const last = isWhole ? null : keyEnd.exec(text);
    const end = isWhole ? keyBegin.lastIndex : last === null ? text.length : last.index + last[0].length;
    found.push({ kind: 'private_key', start: begin.index, end });
    keyBegin.lastIndex = end;
  }
  return found;
}

function named(text: string): ShapeFound[] {
  const passwords = [...text.matchAll(namedPassword)].filter((match) => isPassword(match.groups?.['secret'] ?? '', match[0]));
  const keys = [...text.matchAll(namedKey)].filter((match) => isKey(match.groups?.['secret'] ?? ''));
  return [...passwords, ...keys].map((match) => placeOf(match, 'named'));
}

/** "Password: see below" is no password; `password=correcthorse` is one. */
function isPassword(value: string, whole: string): boolean {
  if (placeholder.test(value)) return false;
  const isAssigned = /[=]["'`]?[^=]*$/.test(whole) || /:["'`]/.test(whole) || /["'`][ \t]*:/.test(whole);
  return isAssigned ? value.length >= 6 : /[0-9]/.test(value) || /[A-Za-z][^A-Za-z.!?)]+[A-Za-z]/.test(value);
}

function isKey(value: string): boolean {
  return !placeholder.test(value) && (/[0-9]/.test(value) || isDisorderly(value)) && isDisorderly(value);
}

function disorder(text: string): ShapeFound[] {
  if (text.length < 24) return [];
  return [...text.matchAll(longRun)]
    .filter(({ 0: run, index }) => /[0-9]/.test(run) && /[A-Za-z]/.test(run) && isDisorderly(run) && nearWord.test(text.slice(Math.max(0, index - nearBy), index)))
    .map((match) => placeOf(match, 'named'));
}

/** A UUID, a date or a path is no key; it is long, or mixed, and its characters hardly repeat. */
function isDisorderly(value: string): boolean {
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value) || /^[a-z]+(?:[-_./][a-z]+)*$/i.test(value) || /^[0-9.:TZ+-]+$/.test(value)) return false;
  return bitsOf(value) >= (value.length < 20 ? 3 : leastDisorder - (/^[0-9a-f]+$/i.test(value) ? 0.5 : 0));
}

function bitsOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

function withoutOverlaps(found: readonly ShapeFound[]): readonly ShapeFound[] {
  const kept: ShapeFound[] = [];
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || one.start >= last.end) kept.push(one);
    else if (one.end > last.end) kept[kept.length - 1] = { ...last, end: one.end };
  }
  return kept;
}
