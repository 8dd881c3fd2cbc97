/**
 * Characters that show nothing, change the direction of the text around them, or stand for themselves in no font:
 * controls, format characters (bidi, zero-width, tags), line and paragraph separators, surrogates, private use,
 * everything Unicode calls default-ignorable (fillers, variation selectors), and the blank Braille cell.
 * The one exception is U+FE0F right after a pictograph, which is how ordinary emoji are written. No writing puts more than eight
 * marks on one letter; what comes after them is there to cover the lines around it.
 */
const lying = /(?<=\p{M}{8})\p{M}|(?<!\p{Extended_Pictographic})\u{FE0F}|(?!\u{FE0F})[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}\u{FFFC}]/gu;

function shown(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return `⟦U+${point.toString(16).toUpperCase().padStart(4, '0')}⟧`;
}

/** Makes every character that could hide or reorder text visible as `⟦U+XXXX⟧`. Line feeds and tabs stay. */
export function disarm(text: string): string {
  return text.replaceAll(lying, (character) => (character === '\n' || character === '\t' ? character : shown(character)));
}

/** As `disarm`, for text that stands on one line: line feeds and tabs are shown too. */
export function disarmLine(text: string): string {
  return text.replaceAll(lying, shown);
}

/** Whether text holds anything that `disarm` would have to show. */
export function isArmed(text: string): boolean {
  return disarm(text) !== text;
}
