import type { GrowthStep } from './growth.ts';
import { percentile, rounded } from './statistics.ts';
import type { VariantName } from './variants.ts';

/** What was measured of one variant; samples are milliseconds. */
export interface Measured {
  readonly label: string;
  readonly sdk: readonly number[];
  readonly modernSdk: readonly number[];
  readonly raw: readonly number[];
  /** Calls a second with 16 clients. */
  readonly rps16: number;
  readonly rawRps16: number;
  /** MiB. */
  readonly memory: number;
}

export interface BrokerResults {
  readonly variants: ReadonlyMap<VariantName, Measured>;
  readonly growth: readonly GrowthStep[];
}

/** Milliseconds, calls a second, MiB. Parts that were not asked for are missing. */
export type BrokerFigures = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function figuresOf({ variants, growth }: BrokerResults): BrokerFigures {
  const figures: Record<string, Readonly<Record<string, number>>> = {};
  for (const [name, { sdk, rps16, memory }] of variants) {
    figures[name] = { p50: rounded(percentile(sdk, 0.5)), p99: rounded(percentile(sdk, 0.99)), rps16: Math.round(rps16), rssMb: Math.round(memory) };
  }
  const [directStdio, countersign] = [variants.get('directStdio'), variants.get('countersign')];
  if (directStdio !== undefined && countersign !== undefined) {
    figures['raw'] = { directStdioP50: rounded(percentile(directStdio.raw, 0.5)), countersignP50: rounded(percentile(countersign.raw, 0.5)) };
  }
  const all = growth.at(-1);
  if (all !== undefined) figures['growth'] = { smallP50: rounded(all.smallP50), largeP50: rounded(all.p50) };
  return figures;
}
