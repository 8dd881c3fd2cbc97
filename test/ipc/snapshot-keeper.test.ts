import { expect, test } from 'vitest';
import type { EventPayload, Snapshot } from '../../preload/contract.ts';
import { SnapshotKeeper } from '../../main/ipc/snapshot-keeper.ts';
import { ManualClock } from '../gate/harness.ts';

const list = (length: number): object[] => Array.from({ length }, () => ({}));
/** Only what is compared matters here. */
const state = (held: number, agents: number): Snapshot => ({ held: list(held), agents: list(agents) }) as unknown as Snapshot;

function keeperOf(first = state(0, 0)) {
  const clock = new ManualClock();
  const patches: EventPayload<'patch'>[] = [];
  const problems: string[] = [];
  const source = {
    now: first,
    taken: 0,
    refreshed: 0,
    answer: (): Promise<void> => Promise.resolve(),
    refresh() {
      source.refreshed += 1;
      return source.answer();
    },
    take() {
      source.taken += 1;
      return source.now;
    },
  };
  const keeper = new SnapshotKeeper(source, clock, (problem) => problems.push(problem));
  keeper.onPatch((patch) => patches.push(patch));
  return { keeper, clock, patches, problems, source };
}

test('a burst of changes is one push of what changed, and revisions follow each other', async () => {
  const { keeper, clock, patches, source } = keeperOf(state(0, 1));
  await keeper.get();
  source.now = state(2, 1);
  for (let index = 0; index < 100; index += 1) keeper.touch();
  await clock.advance(25);
  source.now = state(2, 3);
  keeper.touch();
  await clock.advance(25);
  expect(source.taken).toBe(3);
  expect(patches.map(({ slices }) => Object.keys(slices))).toEqual([['held'], ['agents']]);
  expect(patches[1]!.revision).toBe(patches[0]!.revision + 1);
});

test('what may wait is looked at at once the first time, and then once a second, however often it is touched', async () => {
  const { keeper, clock, source } = keeperOf();
  const looks: number[] = [];
  for (let passed = 0; passed < 3000; passed += 5) {
    keeper.touch('later');
    await clock.advance(5);
    if (source.taken > looks.length) looks.push(passed + 5);
  }
  expect(looks).toEqual([25, 1025, 2025]);
  expect(source.refreshed).toBe(3);
});

test('a new card does not wait behind what may wait, nor behind a record that is slow to answer', async () => {
  const { keeper, clock, patches, source } = keeperOf();
  await keeper.get();
  source.answer = () => new Promise(() => undefined);
  keeper.touch('later');
  await clock.advance(25);
  expect(source.refreshed).toBe(2);
  source.now = state(1, 0);
  keeper.touch();
  await clock.advance(25);
  expect(patches.map(({ slices }) => slices.held?.length)).toEqual([1]);
});

test('a snapshot that is asked for waits for the record, and is not older than a patch sent meanwhile', async () => {
  const { keeper, clock, patches, source } = keeperOf();
  await keeper.get();
  const answer = Promise.withResolvers<void>();
  source.answer = () => answer.promise;
  const asked = keeper.get();
  source.now = state(1, 0);
  keeper.touch();
  await clock.advance(25);
  expect(patches).toHaveLength(1);
  source.now = state(1, 4);
  answer.resolve();
  expect(await asked).toEqual(state(1, 4));
  expect(patches.map(({ slices }) => Object.keys(slices))).toEqual([['held'], ['agents']]);
});

test('a snapshot is given out although changes never end', async () => {
  const { keeper, source } = keeperOf();
  source.answer = () => {
    keeper.touch();
    keeper.touch('later');
    return Promise.resolve();
  };
  expect(await keeper.get()).toEqual(state(0, 0));
  expect(source.refreshed).toBe(1);
});

test('a record that does not answer is reported, and what is known is shown all the same', async () => {
  const { keeper, clock, patches, problems, source } = keeperOf();
  await keeper.get();
  source.answer = () => Promise.reject(new Error('busy'));
  source.now = state(1, 1);
  keeper.touch('later');
  await clock.advance(25);
  expect(problems).toEqual(['The screen could not be brought up to date: Error: busy']);
  expect(patches[0]?.slices.held).toHaveLength(1);
  expect((await keeper.get()).held).toHaveLength(1);
});

test('nothing is looked at or told once it is closed', async () => {
  const { keeper, clock, patches, problems, source } = keeperOf();
  await keeper.get();
  const answer = Promise.withResolvers<void>();
  source.answer = () => answer.promise;
  source.now = state(1, 0);
  keeper.touch('later');
  await clock.advance(25);
  keeper.touch();
  keeper.close();
  answer.reject(new Error('closed'));
  keeper.touch();
  await clock.advance(2000);
  expect([patches, problems]).toEqual([[], []]);
});
