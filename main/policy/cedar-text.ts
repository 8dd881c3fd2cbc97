/**
 * A Cedar string literal for any text. Everything but plain ASCII letters, digits and harmless signs is written as
 * `\u{…}`, so that no text can end the literal. Unpaired surrogates become U+FFFD, as in `cedar-value.ts`.
 * Follows the string escapes of the Cedar grammar (docs.cedarpolicy.com/policies/syntax-grammar.html).
 */
export function quote(text: string): string {
  const escaped = Array.from(text.toWellFormed(), (character) =>
    /[A-Za-z0-9 _./:;,@#+=()[\]{}<>!?&%$^~|-]/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `"${escaped.join('')}"`;
}
