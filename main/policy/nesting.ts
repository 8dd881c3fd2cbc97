/** How deep brackets may nest in Cedar text. Cedar's wasm build overruns its memory somewhere between 100 and 200. */
export const maximumBrackets = 64;
/** How many `if` one policy may hold: they nest without brackets. */
export const maximumIfs = 100;

/**
 * Whether Cedar could run out of its stack while it parses this text. That must be known before: it does not fail, it
 * overwrites its own memory, and every later answer of the process is lost. Strings and comments are skipped.
 */
export function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  let ifs = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"?|\/\/[^\n]*|\w+|[()[\]{};]/g)) {
    if (token === '(' || token === '[' || token === '{') depth += 1;
    else if (token === ')' || token === ']' || token === '}') depth -= 1;
    else if (token === 'if') ifs += 1;
    else if (token === ';') ifs = 0;
    if (depth > maximumBrackets || ifs > maximumIfs) return true;
  }
  return false;
}
