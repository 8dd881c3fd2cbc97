/**
 * What this app gives to Claws: tokens, refresh tokens and authorization codes, 256 random bits each. They are known by their
 * form, as nothing keeps them in plain: whatever was or will be given is found, live or not.
 */
export const clawTokenForm = 'cs[trc]_[A-Za-z0-9_-]{43}';

const letters = 4 + 43;
const whole = new RegExp(`^cs[trc]_[A-Za-z0-9_-]{${letters - 5},}`);

interface Encoded {
  /** What stands before the match when its first character is put where the encoding needs it. */
  readonly before: string;
  readonly bytesBefore: number;
}

/** Each beginning in base64, for each of the three places it can have among other bytes. */
const encoded = new Map<string, Encoded>();
const patterns: string[] = [clawTokenForm, '6373(?:7[24]|63)5[fF][0-9a-fA-F]{86}'];
for (const prefix of ['cst_', 'csr_', 'csc_']) {
  for (const bytesBefore of [0, 1, 2]) {
    const begin = Buffer.concat([Buffer.alloc(bytesBefore), Buffer.from(prefix)]).toString('base64');
    const from = Math.ceil((bytesBefore * 8) / 6);
    const to = Math.floor(((bytesBefore + prefix.length) * 8) / 6);
    const stable = begin.slice(from, to);
    encoded.set(stable, { before: begin.slice(0, from), bytesBefore });
    patterns.push(`${stable}[A-Za-z0-9+/_-]{${Math.floor(((bytesBefore + letters) * 8) / 6) - to}}`);
  }
}
const anywhere = new RegExp(patterns.join('|'), 'g');

/** The text with every one of them replaced: plain, in base64 of either alphabet, in hex. The same text when there is none. */
export function withoutClawTokens(text: string, by: string): string {
  return text.length < letters ? text : text.replace(anywhere, (found) => (isToken(found) ? by : found));
}

/** Base64 of something else begins like that now and then; the rest tells. */
function isToken(found: string): boolean {
  if (whole.test(found) || found.startsWith('6373')) return true;
  for (const [stable, { before, bytesBefore }] of encoded) {
    if (found.startsWith(stable) && whole.test(Buffer.from(before + found, 'base64').subarray(bytesBefore).toString('latin1'))) return true;
  }
  return false;
}
