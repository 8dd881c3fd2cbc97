/** The value below which that share (0 to 1) of the samples lies. NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Three digits after the point: microseconds, where the unit is milliseconds. */
export function rounded(value: number): number {
  return Number(value.toFixed(3));
}
