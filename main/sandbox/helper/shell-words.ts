/**
 * The words of a line that is made of bare words and quoted parts alone, as a POSIX shell would read them; undefined for
 * any other line, so that nothing is taken for what it is not.
 */
export function readWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  const part = /'([^']*)'|"([^"$`\\!]*)"|([A-Za-z0-9_./:=@+,%-]+)|( )/y;
  let word: string | undefined;
  while (part.lastIndex < line.length) {
    const match = part.exec(line);
    if (match === null) return undefined;
    if (match[4] === undefined) word = (word ?? '') + (match[1] ?? match[2] ?? match[3] ?? '');
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** A line that a POSIX shell reads as exactly these words. */
export function writeWords(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' ');
}
