import type { BenchmarkContext } from '../../scripts/bench.ts';
import type { Connect, EchoClient } from './broker/client.ts';
import { figuresOf, type BrokerFigures, type Measured } from './broker/figures.ts';
import { growthSteps, measureGrowth, type GrowthStep } from './broker/growth.ts';
import { latencies, throughputs, type Amount } from './broker/measure.ts';
import { connectRaw } from './broker/raw-client.ts';
import { connectModernSdk, connectSdk } from './broker/sdk-client.ts';
import { tableOf } from './broker/table.ts';
import { startVariant, variantNames, type Variant, type VariantName } from './broker/variants.ts';

export interface Amounts {
  readonly latency: Amount;
  /** With 16 clients; `calls` and `warmUp` are each one's. */
  readonly throughput: Amount;
  readonly growth: Amount;
}

export interface BrokerOptions {
  readonly parts: readonly Part[];
  readonly amounts: Amounts;
  /** Clients at once. */
  readonly clients: number;
  readonly nodeOptions: readonly string[];
  readonly tell: (text: string) => void;
}

const parts = [...variantNames, 'growth'] as const;
export type Part = (typeof parts)[number];

const full: Amounts = {
  latency: { rounds: 60, calls: 50, warmUp: 500 },
  throughput: { rounds: 12, calls: 20, warmUp: 40 },
  growth: { rounds: 64, calls: 40, warmUp: 500 },
};
const quick: Amounts = {
  latency: { rounds: 10, calls: 50, warmUp: 200 },
  throughput: { rounds: 4, calls: 20, warmUp: 20 },
  growth: { rounds: 16, calls: 30, warmUp: 200 },
};

/**
 * What Countersign costs in front of a service, beside nothing and beside other gateways: `docs/performance.md`. All in
 * turns within one run, so that the ratios hold on any machine.
 */
export async function run({ isQuick, only, profile, tell }: BenchmarkContext): Promise<BrokerFigures> {
  const unknown = only.filter((name) => !parts.some((part) => part === name));
  if (unknown.length > 0) throw new Error(`There is no part "${unknown.join('", "')}". There are: ${parts.join(', ')}.`);
  return measureBroker({
    parts: parts.filter((part) => only.length === 0 || only.includes(part)),
    amounts: isQuick ? quick : full,
    clients: 16,
    nodeOptions: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
    tell,
  });
}

export async function measureBroker(options: BrokerOptions): Promise<BrokerFigures> {
  const variants = await measureVariants(options);
  if (variants.size > 0) options.tell(tableOf({ variants, growth: [] }));
  const growth: readonly GrowthStep[] = options.parts.includes('growth') ? await measureGrowth(growthSteps, options.amounts.growth, options.tell) : [];
  if (growth.length > 0) options.tell(tableOf({ variants: new Map(), growth }));
  return figuresOf({ variants, growth });
}

async function measureVariants(options: BrokerOptions): Promise<ReadonlyMap<VariantName, Measured>> {
  const { tell, nodeOptions, amounts, clients } = options;
  const names = variantNames.filter((name) => options.parts.includes(name));
  if (names.length === 0) return new Map();
  const running: Variant[] = [];
  try {
    for (const name of names) {
      running.push(await startVariant(name, { tell, connect: connectSdk, nodeOptions }));
    }
    const one = (connect: Connect, without: readonly VariantName[]): Promise<ReadonlyMap<VariantName, readonly number[]>> =>
      connected(running, connect, 1, without, (contestants) => latencies(contestants, amounts.latency));
    tell('one client: SDK …');
    const sdk = await one(connectSdk, []);
    tell('one client: SDK in the 2026-07-28 protocol, and raw …');
    // For every single request of this protocol it starts the service anew.
    const modernSdk = await one(connectModernSdk, ['supergateway']);
    const raw = await one(connectRaw, ['supergateway']);
    tell(`${clients} clients …`);
    const [rps16, memory] = await connected(running, connectSdk, clients, [], async (contestants) => [
      await throughputs(contestants, amounts.throughput),
      new Map(await Promise.all(running.map(async (variant) => [variant.name, await variant.memory(contestants.get(variant.name)?.[0]?.pid)] as const))),
    ]);
    const rawRps16 = await connected(running, connectRaw, clients, ['supergateway'], (contestants) => throughputs(contestants, amounts.throughput));
    return new Map(
      running.map(({ name, label }) => [
        name,
        {
          label,
          sdk: sdk.get(name) ?? [],
          modernSdk: modernSdk.get(name) ?? [],
          raw: raw.get(name) ?? [],
          rps16: rps16.get(name) ?? Number.NaN,
          rawRps16: rawRps16.get(name) ?? Number.NaN,
          memory: memory.get(name) ?? Number.NaN,
        },
      ]),
    );
  } finally {
    await Promise.all(running.map((variant) => variant.stop()));
  }
}

/** Connects that many clients to each variant for as long as the work takes. */
async function connected<T>(
  running: readonly Variant[],
  connect: Connect,
  count: number,
  without: readonly VariantName[],
  work: (contestants: ReadonlyMap<VariantName, readonly EchoClient[]>) => Promise<T>,
): Promise<T> {
  const contestants = new Map<VariantName, EchoClient[]>();
  try {
    for (const variant of running.filter(({ name }) => !without.includes(name))) {
      const clients: EchoClient[] = [];
      contestants.set(variant.name, clients);
      for (let client = 0; client < count; client += 1) clients.push(await connect(variant.door(client)));
    }
    return await work(contestants);
  } finally {
    await Promise.all([...contestants.values()].flat().map((client) => client.close()));
  }
}
