/** What kind of account a number in a text seems to be of: `iban` a bank account (ISO 13616), `card` a payment card (ISO/IEC 7812). */
export const accountKinds = ['iban', 'card'] as const;
export type AccountKind = (typeof accountKinds)[number];

/** Letters and digits of an IBAN by its country (the IBAN registry of ISO 13616). */
const ibanLengths: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28, CH: 21, CR: 22, CY: 28, CZ: 24, DE: 22, DJ: 27, DK: 18,
  DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FK: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23,
  IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MN: 20, MR: 27, MT: 31,
  MU: 30, NI: 28, NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, RU: 33, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24,
  SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26, UA: 29, VA: 22, VG: 24, XK: 20, YE: 30,
}; // prettier-ignore

/** Written in one piece, or in groups: with a space, a no-break space, a dot or a hyphen between them. */
const gap = '[ \\u00a0\\u202f.-]?';
const ibanForm = new RegExp(`(?<![A-Za-z0-9])[A-Za-z]{2}\\d{2}(?:${gap}[A-Za-z0-9]){11,29}`, 'g');
const cardForm = new RegExp(`(?<![\\d.])\\d(?:${gap}\\d){12,18}(?!\\d)`, 'g');
const longestText = 2_000_000;

/** The kinds of account numbers in a text, each once. Its first two million characters are looked at. */
export function findAccountNumbers(text: string): readonly AccountKind[] {
  // Both have four digits near each other; most texts have not.
  const looked = text.slice(0, longestText);
  if (!/\d{2}[^\p{L}]?\d/u.test(looked)) return [];
  const hasIban = [...looked.matchAll(ibanForm)].some(([found]) => isIban(found));
  const hasCard = [...looked.matchAll(cardForm)].some(([found]) => isCard(found.replaceAll(/\D/g, '')));
  return [...(hasIban ? ['iban' as const] : []), ...(hasCard ? ['card' as const] : [])];
}

/** Words may follow it without a gap that tells: its country says how long it is, and what follows must not be glued to it. */
function isIban(found: string): boolean {
  const length = ibanLengths[found.slice(0, 2).toUpperCase()];
  if (length === undefined) return false;
  let end = 0;
  for (let count = 0; end < found.length && count < length; end += 1) if (/[A-Za-z0-9]/.test(found[end] ?? '')) count += 1;
  const plain = found.slice(0, end).replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase();
  return plain.length === length && !/[A-Za-z0-9]/.test(found[end] ?? '') && isMod97(plain);
}

/** ISO 7064, MOD 97-10, as ISO 13616 uses it: the first four to the end, letters as 10 to 35; the rest is 1. */
function isMod97(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Issuers whose cards people pay with, by first digits and length. */
const issuers: readonly { readonly begins: RegExp; readonly lengths: readonly number[] }[] = [
  { begins: /^4/, lengths: [16, 19] },
  { begins: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { begins: /^3[47]/, lengths: [15] },
  { begins: /^(?:6011|64[4-9]|65)/, lengths: [16, 19] },
  { begins: /^35(?:2[89]|[3-8])/, lengths: [16] },
  { begins: /^3(?:0[0-5]|[68])/, lengths: [14] },
  { begins: /^62/, lengths: [16, 17, 18, 19] },
];

function isCard(digits: string): boolean {
  return issuers.some(({ begins, lengths }) => begins.test(digits) && lengths.includes(digits.length)) && isLuhn(digits);
}

/** ISO/IEC 7812-1, annex B. */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = digit * 2;
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
