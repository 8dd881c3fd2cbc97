export interface Sample {
  /** Minutes. */
  readonly at: number;
  readonly value: number;
}

export interface Slope {
  /** Of the value, a minute. */
  readonly slope: number;
  readonly standardError: number;
}

/** The least-squares line through the samples. NaN with fewer than three. */
function slopeOf(samples: readonly Sample[]): Slope {
  const count = samples.length;
  if (count < 3) return { slope: Number.NaN, standardError: Number.NaN };
  const mean = (pick: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + pick(sample), 0) / count;
  const [meanAt, meanValue] = [mean(({ at }) => at), mean(({ value }) => value)];
  const spread = samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const slope = samples.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - meanValue), 0) / spread;
  const rest = samples.reduce((sum, { at, value }) => sum + (value - meanValue - slope * (at - meanAt)) ** 2, 0);
  return { slope, standardError: Math.sqrt(rest / (count - 2) / spread) };
}

/** Memory of a long run is judged from these on: minutes. Below it only warms up. */
const longEnough = 5;

export interface MemoryJudgement {
  readonly isFlat: boolean;
  /** MiB a minute with the standard error. */
  readonly text: string;
}

/** Whether memory in use, in MiB, stays as it is in the last two thirds: `mostGrowth` MiB a minute, or what may be chance. */
export function judgeGrowth(samples: readonly Sample[], mostGrowth: number): MemoryJudgement {
  const last = samples.slice(Math.floor(samples.length / 3));
  const { slope, standardError } = slopeOf(lowest(last, 0.5));
  const isLong = (samples.at(-1)?.at ?? 0) >= longEnough;
  return { isFlat: !isLong || slope <= Math.max(mostGrowth, 2 * standardError), text: `in use, lowest of every 30 s of the last two thirds: ${slope.toFixed(2)} ± ${standardError.toFixed(2)} MiB/min` };
}

/**
 * The least value of each slice of time: what stays after a collection of garbage. Neighbouring samples are far from
 * independent; these nearly are.
 */
function lowest(samples: readonly Sample[], minutes: number): readonly Sample[] {
  const slices = Map.groupBy(samples, ({ at }) => Math.floor(at / minutes));
  return [...slices.values()].map((slice) => slice.reduce((least, sample) => (sample.value < least.value ? sample : least)));
}
