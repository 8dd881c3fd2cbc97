import { expect, test } from 'vitest';
import type { EventPayload, Snapshot } from '../../preload/contract.ts';
import { SnapshotKeeper } from '../../main/ipc/snapshot-keeper.ts';
import { ManualClock, settle } from '../gate/harness.ts';

const list = (length: number): object[] => Array.from({ length }, () => ({}));
/** Only what is compared matters here. */
const state = (held: number, agents: number): Snapshot => ({ held: list(held), agents: list(agents) }) as unknown as Snapshot;

function keeperOf(read: () => Promise<Snapshot>) {
  const clock = new ManualClock();
  const patches: EventPayload<'patch'>[] = [];
  const problems: string[] = [];
  const keeper = new SnapshotKeeper(read, clock, (problem) => problems.push(problem));
  keeper.onPatch((patch) => patches.push(patch));
  return { keeper, clock, patches, problems };
}

test('a burst of changes is one push of what changed, and revisions follow each other', async () => {
  let now = state(0, 1);
  let taken = 0;
  const { keeper, clock, patches } = keeperOf(() => {
    taken += 1;
    return Promise.resolve(now);
  });
  await keeper.get();
  now = state(2, 1);
  for (let index = 0; index < 100; index += 1) keeper.touch();
  await clock.advance(25);
  now = state(2, 3);
  keeper.touch();
  await clock.advance(25);
  expect(taken).toBe(3);
  expect(patches.map(({ slices }) => Object.keys(slices))).toEqual([['held'], ['agents']]);
  expect(patches[1]!.revision).toBe(patches[0]!.revision + 1);
});

test('a change while the snapshot is being taken is not lost', async () => {
  let now = state(0, 0);
  const gates: (() => void)[] = [];
  const { keeper, clock, patches } = keeperOf(async () => {
    const read = now;
    await new Promise<void>((resolve) => gates.push(resolve));
    return read;
  });
  const first = keeper.get();
  await settle();
  now = state(1, 0);
  keeper.touch();
  gates.shift()?.();
  await settle();
  gates.shift()?.();
  expect((await first).held).toHaveLength(1);
  await clock.advance(25);
  await settle();
  expect(patches.at(-1)?.slices.held).toHaveLength(1);
});

test('a failure is reported, and the next change is looked at again', async () => {
  let fails = true;
  const { keeper, clock, patches, problems } = keeperOf(() => (fails ? Promise.reject(new Error('busy')) : Promise.resolve(state(1, 1))));
  keeper.touch();
  await clock.advance(25);
  expect(problems).toHaveLength(1);
  fails = false;
  keeper.touch();
  await clock.advance(25);
  expect((await keeper.get()).held).toHaveLength(1);
  expect(patches).toHaveLength(0);
});
