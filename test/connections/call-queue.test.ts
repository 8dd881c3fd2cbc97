import { expect, test } from 'vitest';
import { CallQueue } from '../../main/connections/call-queue.ts';

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('cancelled %s steps after its turn came near: it is either not begun or done, and its place is free again', async (steps) => {
  const queue = new CallQueue({ atOnce: 1, waiting: 1 });
  const first = Promise.withResolvers<string>();
  const abort = new AbortController();
  let begun = 0;
  const before = queue.take(new AbortController().signal, () => first.promise);
  const second = queue.take(abort.signal, () => {
    begun += 1;
    return Promise.resolve('second');
  });
  first.resolve('first');
  for (let step = 0; step < steps; step += 1) await Promise.resolve();
  const wasBegun = begun === 1;
  abort.abort();
  expect(await before).toEqual({ kind: 'done', value: 'first' });
  expect(await second).toEqual(wasBegun ? { kind: 'done', value: 'second' } : { kind: 'aborted' });
  expect(begun).toBe(wasBegun ? 1 : 0);
  expect(await queue.take(new AbortController().signal, () => Promise.resolve('third'))).toEqual({ kind: 'done', value: 'third' });
});

test('work that fails gives its place back', async () => {
  const queue = new CallQueue({ atOnce: 1, waiting: 0 });
  const { signal } = new AbortController();
  for (let time = 0; time < 3; time += 1) await expect(queue.take(signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  const open = queue.take(signal, () => new Promise(() => undefined));
  expect(await queue.take(signal, () => Promise.resolve(1))).toEqual({ kind: 'full' });
  expect(open).toBeInstanceOf(Promise);
});
