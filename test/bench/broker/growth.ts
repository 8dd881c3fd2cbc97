import type { EchoClient } from './client.ts';
import { latencies, type Amount } from './measure.ts';
import { connectRaw } from './raw-client.ts';
import { largest, smallest, type Scale } from './scale.ts';
import { connectSdk } from './sdk-client.ts';
import { median } from './statistics.ts';
import { startCountersign, type Variant } from './variants.ts';

export interface GrowthStep {
  readonly label: string;
  /** Median milliseconds of a call: the smallest Countersign beside this one, in turns. */
  readonly smallP50: number;
  readonly p50: number;
}

/** Everything at its largest comes last. */
export const growthSteps = [
  { label: `${largest.connections} connections`, scale: { ...smallest, connections: largest.connections } },
  // Of one connection at most 1,000 tools are listed.
  { label: `${largest.tools} tools`, scale: { ...smallest, connections: 5, tools: largest.tools } },
  { label: `${largest.policies} policies`, scale: { ...smallest, policies: largest.policies } },
  { label: `${largest.agents} agents`, scale: { ...smallest, agents: largest.agents } },
  { label: 'all of it', scale: largest },
] as const;

/** Measures each step beside the smallest case, with the raw client: its own cost would hide growth. */
export async function measureGrowth(steps: readonly { readonly label: string; readonly scale: Scale }[], amount: Amount, tell: (text: string) => void): Promise<readonly GrowthStep[]> {
  const small = await open(smallest);
  try {
    const measured: GrowthStep[] = [];
    for (const { label, scale } of steps) {
      tell(`growth: ${label} …`);
      const large = await open(scale);
      try {
        const samples = await latencies(new Map([['small', small.clients], ['large', large.clients]]), amount);
        measured.push({ label, smallP50: median(samples.get('small') ?? []), p50: median(samples.get('large') ?? []) });
      } finally {
        await large.close();
      }
    }
    return measured;
  } finally {
    await small.close();
  }
}

interface Opened {
  readonly clients: readonly EchoClient[];
  close(): Promise<void>;
}

/** Every agent has listed the tools, and all of them are there. */
async function open(scale: Scale): Promise<Opened> {
  const variant = await startCountersign(scale);
  try {
    const clients: EchoClient[] = [];
    for (let agent = 0; agent < scale.agents; agent += 1) {
      await listAll(variant, agent, Math.max(scale.tools, scale.connections));
      clients.push(await connectRaw(variant.door(agent)));
    }
    return {
      clients,
      async close() {
        await Promise.all(clients.map((client) => client.close()));
        await variant.stop();
      },
    };
  } catch (error) {
    await variant.stop();
    throw error;
  }
}

/** Services that start slowly are missing from the first list. */
async function listAll(variant: Variant, agent: number, expected: number): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const client = await connectSdk(variant.door(agent));
    await client.close();
    if ((client.toolCount ?? 0) >= expected) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
  }
  throw new Error(`Not all of ${expected} tools were listed within a minute.`);
}
