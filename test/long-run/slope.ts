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
export function slopeOf(samples: readonly Sample[]): Slope {
  const count = samples.length;
  if (count < 3) return { slope: Number.NaN, standardError: Number.NaN };
  const mean = (pick: (sample: Sample) => number): number => samples.reduce((sum, sample) => sum + pick(sample), 0) / count;
  const [meanAt, meanValue] = [mean(({ at }) => at), mean(({ value }) => value)];
  const spread = samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const slope = samples.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - meanValue), 0) / spread;
  const rest = samples.reduce((sum, { at, value }) => sum + (value - meanValue - slope * (at - meanAt)) ** 2, 0);
  return { slope, standardError: Math.sqrt(rest / (count - 2) / spread) };
}

/**
 * The least value of each slice of time: what stays after a collection of garbage. Neighbouring samples are far from
 * independent; these nearly are.
 */
export function lowest(samples: readonly Sample[], minutes: number): readonly Sample[] {
  const slices = Map.groupBy(samples, ({ at }) => Math.floor(at / minutes));
  return [...slices.values()].map((slice) => slice.reduce((least, sample) => (sample.value < least.value ? sample : least)));
}
