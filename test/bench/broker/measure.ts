import type { EchoClient } from './client.ts';

export interface Amount {
  /** Turns each one gets. */
  readonly rounds: number;
  /** Calls in one turn. */
  readonly calls: number;
  /** Calls before the clock runs. */
  readonly warmUp: number;
}

let sequence = 0;

/** No two calls are the same. */
function nextText(): string {
  return `echo-${(sequence += 1)}`;
}

/**
 * Milliseconds of every call, one client at a time, in small turns: whatever else the machine does hits all alike. The order
 * of the turns rotates. Several clients in one contestant take its turns one after the other.
 */
export async function latencies<Name>(contestants: ReadonlyMap<Name, readonly EchoClient[]>, { rounds, calls, warmUp }: Amount): Promise<ReadonlyMap<Name, readonly number[]>> {
  const samples = new Map([...contestants.keys()].map((name): [Name, number[]] => [name, []]));
  for (const clients of contestants.values()) {
    for (let call = 0; call < Math.max(warmUp, clients.length); call += 1) await clients[call % clients.length]?.echo(nextText());
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, clients] of rotated([...contestants], round)) {
      const client = clients[round % clients.length];
      for (let call = 0; call < calls; call += 1) {
        const text = nextText();
        const from = performance.now();
        await client?.echo(text);
        samples.get(name)?.push(performance.now() - from);
      }
    }
  }
  return samples;
}

/** Calls a second with all clients of a contestant at work, in the same small turns. */
export async function throughputs<Name>(contestants: ReadonlyMap<Name, readonly EchoClient[]>, { rounds, calls, warmUp }: Amount): Promise<ReadonlyMap<Name, number>> {
  const spent = new Map<Name, number>();
  for (const clients of contestants.values()) await burst(clients, warmUp);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, clients] of rotated([...contestants], round)) {
      const from = performance.now();
      await burst(clients, calls);
      spent.set(name, (spent.get(name) ?? 0) + performance.now() - from);
    }
  }
  return new Map([...spent].map(([name, milliseconds]) => [name, ((contestants.get(name)?.length ?? 0) * calls * rounds * 1000) / milliseconds]));
}

/** All clients at once, each that many calls one after the other. */
function burst(clients: readonly EchoClient[], each: number): Promise<unknown> {
  return Promise.all(
    clients.map(async (client) => {
      for (let call = 0; call < each; call += 1) await client.echo(nextText());
    }),
  );
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const start = by % Math.max(1, list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}
