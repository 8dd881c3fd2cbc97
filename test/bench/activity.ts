import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionId } from '../../preload/contract.ts';
import { openActivity } from '../../main/activity/open.ts';

export interface ActivityBench {
  /** Half of the appends that wait for their turn alone are durable within this many microseconds. */
  readonly appendP50Us: number;
  /** Durable appends a second when 64 are in flight. */
  readonly appendsPerSecond: number;
  /** Durable appends a second when each waits for the one before. */
  readonly singleAppendsPerSecond: number;
  /** How many times as many appends the group commit carries; both measured in turns, in one run. */
  readonly groupCommitRatio: number;
}

const rounds = 5;
/** By each of those in flight. */
const appendsPerRound = 60;
const inFlight = 64;

/** Measures appends one by one and many at once, in turns, so that a busy machine slows both. */
export async function run(): Promise<ActivityBench> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-activity-'));
  const activity = await openActivity({ file: join(folder, 'activity.db') });
  const append = (): Promise<unknown> => activity.append({ at: Date.now(), kind: 'started', action: actionId.parse(crypto.randomUUID()) });
  const waits: number[] = [];
  let single = 0;
  let grouped = 0;
  try {
    await Promise.all(Array.from({ length: appendsPerRound }, append));
    for (let round = 0; round < rounds; round += 1) {
      single += await timed(async () => {
        await oneByOne(async () => waits.push(await timed(append)));
      });
      grouped += await timed(async () => {
        await Promise.all(Array.from({ length: inFlight }, () => oneByOne(append)));
      });
    }
  } finally {
    await activity.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const appendsPerSecond = perSecond(rounds * appendsPerRound * inFlight, grouped);
  const singleAppendsPerSecond = perSecond(rounds * appendsPerRound, single);
  return {
    appendP50Us: Math.round((waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)] ?? 0) * 1000),
    appendsPerSecond,
    singleAppendsPerSecond,
    groupCommitRatio: Number((appendsPerSecond / singleAppendsPerSecond).toFixed(2)),
  };
}

async function oneByOne(work: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < appendsPerRound; index += 1) await work();
}

function perSecond(appends: number, milliseconds: number): number {
  return Math.round((appends * 1000) / milliseconds);
}

/** Milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
