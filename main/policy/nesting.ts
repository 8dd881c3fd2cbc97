/** How deep Cedar text may nest, by `weightOfBracket` for each bracket and one for each operator of a chain around it. */
export const maximumNesting = 256;
/** Cedar's wasm build overruns its memory between 100 and 200 brackets, and between 250 and 500 operators in a chain. */
const weightOfBracket = 4;
/** How many `if` one policy may hold: they nest without brackets. */
const maximumIfs = 100;

const tokens = /"(?:[^"\\]|\\[\s\S])*"?|\/\/[^\n]*|\w+|&&|\|\||[=!<>]=|[()[\]{};,.+*<>-]/g;

/** What ends a chain of sums and accesses, though not one of conditions. */
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in', 'has', 'like', 'is', 'then', 'else']);

/** Operators in a row at one level of brackets: `a && b && c`, `a + b + c`, `a.b["c"].d()`. */
interface Chains {
  conditions: number;
  sums: number;
  accesses: number;
}

/**
 * Whether Cedar could run out of its stack while it parses or evaluates this text. That must be known before: it does not
 * fail, it overwrites its own memory, and every later answer of the process is lost. Strings and comments are skipped.
 */
export function isNestedTooDeep(text: string): boolean {
  const outer: number[] = [];
  let weight = 0;
  let ifs = 0;
  let chains: Chains = { conditions: 0, sums: 0, accesses: 0 };
  const levels: Chains[] = [];
  for (const [token] of text.matchAll(tokens)) {
    if (token === '(' || token === '[' || token === '{') {
      // A call or an index continues a chain of accesses.
      if (token !== '{') chains.accesses += 1;
      levels.push(chains);
      outer.push(weight);
      weight += weightOfBracket + sumOf(chains);
      chains = { conditions: 0, sums: 0, accesses: 0 };
    } else if (token === ')' || token === ']' || token === '}') {
      chains = levels.pop() ?? { conditions: 0, sums: 0, accesses: 0 };
      weight = outer.pop() ?? 0;
    } else if (token === ';' || token === ',') chains = { conditions: 0, sums: 0, accesses: 0 };
    else if (token === '&&' || token === '||') chains = { conditions: chains.conditions + 1, sums: 0, accesses: 0 };
    else if (token === '+' || token === '-' || token === '*') chains = { ...chains, sums: chains.sums + 1, accesses: 0 };
    else if (token === '.') chains.accesses += 1;
    else if (comparisons.has(token)) chains = { ...chains, sums: 0, accesses: 0 };
    if (token === 'if') ifs += 1;
    else if (token === ';') ifs = 0;
    if (ifs > maximumIfs || weight + sumOf(chains) > maximumNesting) return true;
  }
  return false;
}

function sumOf({ conditions, sums, accesses }: Chains): number {
  return conditions + sums + accesses;
}
