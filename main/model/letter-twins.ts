/**
 * Letters of other scripts that a reader takes for these Latin ones. Unicode's own list (UTS #39) has thousands more; a domain with any letter beyond ASCII is doubted anyway, so this is only to name what it imitates.
 */
const twins: Readonly<Record<string, string>> = {
  а: 'a', ɑ: 'a', α: 'a', ь: 'b', с: 'c', ϲ: 'c', ԁ: 'd', е: 'e', ё: 'e', ε: 'e', ɡ: 'g', һ: 'h', і: 'i', ι: 'i', ı: 'i', ї: 'i',
  ј: 'j', к: 'k', κ: 'k', ӏ: 'l', м: 'm', п: 'n', ո: 'n', о: 'o', ο: 'o', օ: 'o', σ: 'o', р: 'p', ρ: 'p', ԛ: 'q', г: 'r', ѕ: 's',
  т: 't', τ: 't', υ: 'u', ս: 'u', ν: 'v', ѵ: 'v', ԝ: 'w', ω: 'w', х: 'x', χ: 'x', у: 'y', γ: 'y',
}; // prettier-ignore

const digits: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', '3': 'e', '5': 's' };

/** A text as a hurried reader takes it: small Latin letters without accents; with `isHurried`, digits for the letters they look like. */
export function looksLike(text: string, isHurried = false): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return Array.from(plain, (letter) => twins[letter] ?? (isHurried ? digits[letter] : undefined) ?? letter).join('');
}
