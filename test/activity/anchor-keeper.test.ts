import { describe, expect, test } from 'vitest';
import { AnchorKeeper } from '../../main/activity/anchor-keeper.ts';

describe('the anchor', () => {
  test('is written at once, then at most once a second, and the last point when it is settled', async () => {
    const written: number[] = [];
    const timers: (() => void)[] = [];
    const clock = { now: () => 0, elapsed: () => 0, after: (_: number, callback: () => void) => (timers.push(callback), () => void (timers.length = 0)) };
    const keeper = new AnchorKeeper({ read: () => Promise.resolve(null), write: ({ sequence }) => Promise.resolve(void written.push(sequence)) }, clock);
    for (const sequence of [1, 2, 3]) keeper.keep({ sequence, hash: '' });
    await expect.poll(() => written).toHaveLength(1);
    for (const sequence of [4, 5]) keeper.keep({ sequence, hash: '' });
    const first = written[0];
    timers.shift()?.();
    await expect.poll(() => written).toEqual([first, 5]);
    for (const sequence of [6, 7]) keeper.keep({ sequence, hash: '' });
    await keeper.settle();
    expect(written).toEqual([first, 5, 7]);
    expect(timers).toEqual([]);
  });

  test.for<[string, () => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('locked'))],
    [
      'throws',
      () => {
        throw new Error('closed');
      },
    ],
  ])('that %s is tried again with the next point', async ([, fail]) => {
    const written: number[] = [];
    let isBroken = true;
    const write = ({ sequence }: { readonly sequence: number }): Promise<void> => (isBroken ? fail() : Promise.resolve(void written.push(sequence)));
    const keeper = new AnchorKeeper({ read: () => Promise.resolve(null), write }, { now: () => 0, elapsed: () => 0, after: () => () => undefined });
    keeper.keep({ sequence: 1, hash: '' });
    await keeper.settle();
    isBroken = false;
    keeper.keep({ sequence: 2, hash: '' });
    await keeper.settle();
    expect(written).toEqual([2]);
  });
});
