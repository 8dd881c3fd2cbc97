import { expect, test, vi } from 'vitest';
import { ActivityUnavailable, type AppendedEvent } from '../../main/activity/activity.ts';
import { AppendQueue } from '../../main/activity/append-queue.ts';
import type { ActivityEvent, ChainPoint } from '../../main/activity/event.ts';

const event = (at: number): ActivityEvent => ({ at, kind: 'refused_entry', why: 'no_token' });

function open() {
  const batches: number[][] = [];
  const told: AppendedEvent[] = [];
  let sequence = 0;
  const write = async (events: readonly string[]): Promise<readonly ChainPoint[]> => {
    // What was written is an event of this test.
    batches.push(events.map((json) => (JSON.parse(json) as ActivityEvent).at));
    return events.map(() => ({ sequence: (sequence += 1), hash: 'h' }));
  };
  return { queue: new AppendQueue(write, (appended) => told.push(...appended)), batches, told };
}

test('what can wait rides along with the next that cannot, in the order of the calls', async () => {
  const { queue, batches } = open();
  await queue.append(event(1));
  const rider = queue.append(event(2), 'soon');
  await queue.append(event(3));
  expect(batches).toEqual([[1], [2, 3]]);
  expect(await rider).toMatchObject({ sequence: 2 });
});

test('what can wait is written by itself when nothing else comes', async () => {
  const { queue, batches } = open();
  expect(await queue.append(event(1), 'soon')).toMatchObject({ sequence: 1 });
  expect(batches).toEqual([[1]]);
});

test('who asks for what was appended does not wait for a ride', async () => {
  vi.useFakeTimers();
  try {
    const { queue, batches } = open();
    void queue.append(event(1), 'soon');
    await queue.settled();
    expect(batches).toEqual([[1]]);
  } finally {
    vi.useRealTimers();
  }
});

test('nothing that waits is lost when the record is closed', async () => {
  const { queue, batches } = open();
  const rider = queue.append(event(1), 'soon');
  await queue.close(new ActivityUnavailable('closed', 'The record is closed.'));
  await rider;
  expect(batches).toEqual([[1]]);
  await expect(queue.append(event(2), 'soon')).rejects.toMatchObject({ reason: 'closed' });
});

test('after a failure what waits fails too, and so does everything later', async () => {
  const queue = new AppendQueue(() => Promise.reject(new Error('disk full')), () => undefined);
  const rider = queue.append(event(1), 'soon');
  await expect(queue.append(event(2))).rejects.toMatchObject({ reason: 'cannot_write' });
  await expect(rider).rejects.toMatchObject({ reason: 'cannot_write' });
  expect(queue.isStopped).toBe(true);
  await expect(queue.append(event(3))).rejects.toMatchObject({ reason: 'cannot_write' });
});
