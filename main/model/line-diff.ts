/** A line that both texts have, or one of them alone; `skipped` stands for lines that are the same. */
export type DiffLine = { readonly kind: 'same' | 'removed' | 'added'; readonly text: string } | { readonly kind: 'skipped'; readonly count: number };

/** Fewer lines that are the same are shown: saying how many there are would take as much room. */
const shortestFold = 2;
/** Lines of one text times lines of the other; beyond it the whole of what differs is told as removed and added. */
const mostCompared = 4_000_000;

/** What turns one text into the other, line by line. Without its removed lines it is the second text, without its added ones the first. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  return folded(wholeDiff(before.split('\n'), after.split('\n')));
}

type WholeLine = Exclude<DiffLine, { readonly kind: 'skipped' }>;

const same = (text: string): WholeLine => ({ kind: 'same', text });
const removed = (text: string): WholeLine => ({ kind: 'removed', text });
const added = (text: string): WholeLine => ({ kind: 'added', text });

/** Every line of both texts. */
export function wholeDiff(before: readonly string[], after: readonly string[]): readonly WholeLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < before.length - start && tail < after.length - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const changed = middle(before.slice(start, before.length - tail), after.slice(start, after.length - tail));
  return [...after.slice(0, start).map(same), ...changed, ...after.slice(after.length - tail).map(same)];
}

/** By the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): readonly WholeLine[] {
  if (before.length * after.length > mostCompared) return [...before.map(removed), ...after.map(added)];
  const width = after.length + 1;
  // How many lines the rests of both texts from there on have in common.
  const common = new Uint32Array((before.length + 1) * width);
  const at = (one: number, other: number): number => common[one * width + other] ?? 0;
  for (let one = before.length - 1; one >= 0; one -= 1) {
    for (let other = after.length - 1; other >= 0; other -= 1) {
      common[one * width + other] = before[one] === after[other] ? at(one + 1, other + 1) + 1 : Math.max(at(one + 1, other), at(one, other + 1));
    }
  }
  const lines: WholeLine[] = [];
  let [one, other] = [0, 0];
  while (one < before.length || other < after.length) {
    const [old, next] = [before[one], after[other]];
    if (old !== undefined && old === next) {
      lines.push(same(old));
      one += 1;
      other += 1;
    } else if (old !== undefined && (next === undefined || at(one + 1, other) >= at(one, other + 1))) {
      lines.push(removed(old));
      one += 1;
    } else if (next !== undefined) {
      lines.push(added(next));
      other += 1;
    }
  }
  return lines;
}

function folded(lines: readonly WholeLine[]): readonly DiffLine[] {
  const shown: DiffLine[] = [];
  let index = 0;
  while (index < lines.length) {
    const next = lines.findIndex(({ kind }, place) => place >= index && kind !== 'same');
    const run = lines.slice(index, next === -1 ? lines.length : next);
    shown.push(...(run.length < shortestFold ? run : [{ kind: 'skipped', count: run.length } as const]));
    index += run.length;
    while (index < lines.length && lines[index]?.kind !== 'same') shown.push(...lines.slice(index, (index += 1)));
  }
  return shown;
}
