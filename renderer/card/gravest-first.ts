import type { Mark, Tone } from '../../preload/contract.ts';

const weights: Record<Tone, number> = { stop: 100, mind: 1, neutral: 0, good: 0 };

/** The gravest warnings come first, then the given order, so that "+N more" never hides one behind harmless ones. */
export function gravestFirst<T extends { readonly marks: readonly Mark[] }>(items: readonly T[]): readonly T[] {
  const weigh = ({ marks }: T): number => marks.reduce((sum, { tone }) => sum + weights[tone], 0);
  return items.toSorted((one, other) => weigh(other) - weigh(one));
}
