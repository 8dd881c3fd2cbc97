import { describe, expect, test } from 'vitest';
import { FilingSchedule, type Upkeep } from '../../main/activity/filing-schedule.ts';

/** Appends, time and timers by hand. */
function scheduled(): { readonly schedule: FilingSchedule; readonly did: string[]; readonly append: () => void; readonly pass: (milliseconds: number) => Promise<void> } {
  const did: string[] = [];
  const timers: { readonly at: number; readonly callback: () => void }[] = [];
  let now = 0;
  let head = 0;
  let filedTo = 0;
  const upkeep: Upkeep = {
    get head() {
      return { sequence: head };
    },
    get filedTo() {
      return filedTo;
    },
    fileNext(limit) {
      const count = Math.min(limit, head - filedTo);
      filedTo += count;
      did.push(`filed to ${filedTo} at ${now}`);
      return count;
    },
    boundLog: () => undefined,
    tidyLog: () => void did.push(`tidied at ${now}`),
  };
  const after = (milliseconds: number, callback: () => void): (() => void) => {
    const timer = { at: now + milliseconds, callback };
    timers.push(timer);
    return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
  };
  const schedule = new FilingSchedule(upkeep, { now: () => now, elapsed: () => now, after });
  return {
    schedule,
    did,
    append() {
      head += 1;
      schedule.appended();
    },
    async pass(milliseconds) {
      for (const end = now + milliseconds; now < end; ) {
        now += 1;
        for (const timer of timers.filter(({ at }) => at <= now)) {
          timers.splice(timers.indexOf(timer), 1);
          timer.callback();
        }
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe('when events are filed', () => {
  test('waits for a pause of two milliseconds, and the log is tidied when nothing goes on', async () => {
    const { append, did, pass } = scheduled();
    for (let index = 0; index < 10; index += 1) {
      append();
      await pass(1);
    }
    expect(did).toEqual([]);
    await pass(5);
    expect(did).toHaveLength(1);
    expect(did[0]).toMatch(/^filed to 10 at 1[0-4]$/);
    await pass(1000);
    expect(did).toHaveLength(2);
    expect(did[1]).toMatch(/^tidied at/);
  });

  test('does not wait for ever when there is no pause', async () => {
    const { append, did, pass } = scheduled();
    for (let index = 0; index < 300; index += 1) {
      append();
      await pass(1);
    }
    expect(did.length).toBeGreaterThanOrEqual(2);
    expect(did[0]).toMatch(/ at 10[0-4]$/);
  });

  test('is done at once for who asks, as far as it was then', async () => {
    const { append, did, schedule } = scheduled();
    for (let index = 0; index < 40; index += 1) append();
    expect(await schedule.upToDate()).toBe(40);
    expect(did).toEqual(['filed to 32 at 0', 'filed to 40 at 0']);
    schedule.close();
  });
});
