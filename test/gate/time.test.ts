import { array, assert, asyncProperty, constant, integer, oneof, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { held, newWorld, open, press, request, settle, type World } from './harness.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
type App = ReturnType<typeof open>;

async function asked(world: World): Promise<{ readonly app: App; readonly answer: ReturnType<App['gate']['perform']> }> {
  const app = open(world);
  app.knobs.settings = { clientWaitSeconds: 3600 };
  const answer = app.gate.perform(request());
  await settle();
  return { app, answer };
}

async function restart(world: World, app: App): Promise<App> {
  app.gate.close();
  app.approvals.close();
  const next = open(world);
  await next.gate.recover();
  await settle();
  return next;
}

function onlyCard(app: App) {
  const [card] = app.approvals.waiting();
  if (!card) throw new Error('No card waits.');
  return card;
}

/** Seconds that a screen shows as left. */
const shown = (world: World, app: App): number => (onlyCard(app).expiresAt - world.clock.now()) / 1000;

const jumps = [5 * minute, day, 400 * day, -5 * minute, -day, -400 * day];

describe('a question', () => {
  test.for(jumps)('keeps its time, and shows it, when somebody moves the clock by %i ms', async (by) => {
    const world = newWorld();
    const { app, answer } = await asked(world);
    await world.clock.advance(100_000);
    world.clock.setWall(by);
    const { id, digest } = onlyCard(app);
    expect(app.approvals.openCard(id, digest).ok).toBe(true);
    await world.clock.advance(1000);
    expect(shown(world, app)).toBeCloseTo(199, 0);
    await world.clock.advance(198_500);
    expect(app.approvals.waiting()).toHaveLength(1);
    await world.clock.advance(500);
    expect(await answer).toMatchObject({ reason: 'no_answer' });
  });

  test.for(jumps)('is neither armed sooner nor later by that (%i ms)', async (by) => {
    const world = newWorld();
    const { app } = await asked(world);
    world.clock.setWall(by);
    const { id, digest } = onlyCard(app);
    const approve = () => app.approvals.give({ id, digest, answer: 'approve', isConfirmed: true, reason: null });
    expect(app.approvals.hasUnread()).toBe(true);
    expect(approve()).toMatchObject({ problem: { id: 'approval.problem.tooSoon' } });
    await world.clock.advance(600);
    expect(app.approvals.hasUnread()).toBe(false);
    expect(approve()).toEqual({ ok: true, value: null });
  });

  test('that slept has the time it had, and the Claw is told until when', async () => {
    const world = newWorld();
    const { app } = await asked(world);
    await world.clock.advance(100_000);
    world.clock.sleep(3 * day);
    await world.clock.advance(1000);
    // The second in which it fell asleep is given again.
    expect(shown(world, app)).toBeCloseTo(200, 0);
    app.knobs.settings = { clientWaitSeconds: 1 };
    const told = app.gate.perform(request());
    await settle();
    await world.clock.advance(1000);
    expect(await told).toMatchObject({ kind: 'waiting', expiresAt: onlyCard(app).expiresAt });
    expect(await press(app, world, 'approve')).toEqual({ ok: true, value: null });
  });

  test('that is being changed has the time that this gives it', async () => {
    const world = newWorld();
    const { app } = await asked(world);
    await world.clock.advance(250_000);
    world.clock.setWall(-day);
    app.approvals.prolong(onlyCard(app), 300);
    expect(shown(world, app)).toBeCloseTo(300, 0);
    await world.clock.advance(299_000);
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('is there again after a restart, for what the wall says is left', async () => {
    const world = newWorld();
    const { app } = await asked(world);
    await world.clock.advance(100_000);
    world.clock.sleep(50_000);
    const next = await restart(world, app);
    expect(shown(world, next)).toBeCloseTo(150, 0);
  });

  test('whose clock was set back while the app was stopped is not asked for longer than a new one', async () => {
    const world = newWorld();
    const { app } = await asked(world);
    world.clock.setWall(-day);
    const next = await restart(world, app);
    expect(shown(world, next)).toBeCloseTo(300, 0);
    await world.clock.advance(301_000);
    expect(next.approvals.waiting()).toEqual([]);
  });

  test('has its end on screen again once a disk that was full is not', async () => {
    const world = newWorld();
    const { app } = await asked(world);
    world.database.exec(`CREATE TRIGGER full BEFORE UPDATE ON approvals BEGIN SELECT RAISE(FAIL, 'disk full'); END`);
    world.clock.setWall(-day);
    await world.clock.advance(2000);
    world.database.exec('DROP TRIGGER full');
    await world.clock.advance(1000);
    expect(shown(world, app)).toBeCloseTo(297, 0);
  });

  test('ends after the time in which somebody could answer it, whatever becomes of the clock and however the computer sleeps; over a restart, what the wall says', async () => {
    const step = oneof(
      record({ kind: constant('awake' as const), by: integer({ min: 1, max: 90_000 }) }),
      record({ kind: constant('sleep' as const), by: integer({ min: 5000, max: 3 * day }) }),
      record({ kind: constant('wall' as const), by: integer({ min: -900 * day, max: 900 * day }) }),
      record({ kind: constant('restart' as const), by: integer({ min: -200_000, max: 200_000 }) }),
    );
    await assert(
      asyncProperty(array(step, { maxLength: 12 }), async (steps) => {
        const world = newWorld();
        let { app } = await asked(world);
        let left = 300_000;
        // Of a second in which the computer fell asleep or the app stopped nobody knows whose it is.
        let unsure = 0;
        for (const { kind, by } of steps) {
          if (kind === 'awake') world.clock.pass(by);
          else if (kind === 'sleep') world.clock.sleep(by);
          else world.clock.setWall(by);
          if (kind === 'restart') app = await restart(world, app);
          if (kind === 'awake') left -= by;
          if (kind === 'restart') left = Math.min(300_000 + unsure, left - by);
          if (kind === 'restart' || kind === 'sleep') unsure += 1000;
          world.clock.pass(1000);
          left -= 1000;
          if (left > unsure) expect(app.approvals.waiting()).toHaveLength(1);
          if (left > unsure) expect(Math.abs(onlyCard(app).expiresAt - world.clock.now() - left)).toBeLessThanOrEqual(unsure + 1000);
          if (left <= -unsure) expect(app.approvals.waiting()).toHaveLength(0);
          if (left <= unsure) break;
        }
        app.gate.close();
        app.approvals.close();
      }),
      { numRuns: 150 },
    );
  });
});

describe('a hold', () => {
  test.for(jumps)('lasts as long as it was told to, and shows it, when somebody moves the clock by %i ms', async (by) => {
    const world = newWorld();
    const app = open(world);
    await held(world, app);
    await world.clock.advance(4000);
    world.clock.setWall(by);
    await world.clock.advance(1000);
    expect(app.gate.held()).toMatchObject([{ heldUntil: world.clock.now() + 5000 }]);
    await world.clock.advance(4999);
    expect(world.calls).toHaveLength(0);
    await world.clock.advance(1);
    expect(world.calls).toHaveLength(1);
  });

  test('begins again for whoever comes back to a computer that slept', async () => {
    const world = newWorld();
    const app = open(world);
    const { action } = await held(world, app);
    await world.clock.advance(9500);
    world.clock.sleep(5 * minute);
    await world.clock.advance(1000);
    expect(world.calls).toHaveLength(0);
    const [line] = app.gate.held();
    expect((line?.heldUntil ?? 0) - world.clock.now()).toBeGreaterThan(9000);
    expect(app.gate.undo(action)).toEqual({ ok: true, value: null });
    await world.clock.advance(60_000);
    expect(world.calls).toHaveLength(0);
  });

  test('is given up after a long sleep, as after a long stop', async () => {
    const world = newWorld();
    const app = open(world);
    const { answer } = await held(world, app);
    world.clock.sleep(11 * minute);
    await world.clock.advance(1000);
    expect(await answer).toMatchObject({ outcome: 'failed', reason: 'interrupted', text: expect.stringContaining('slept') });
    await world.clock.advance(60_000);
    expect(world.calls).toHaveLength(0);
  });

  test.for([11 * minute, -11 * minute])('is given up when the clock says after a restart that nobody knows how long ago it was (%i ms)', async (by) => {
    const world = newWorld();
    const app = open(world);
    await held(world, app);
    world.clock.setWall(by);
    await restart(world, app);
    await world.clock.advance(60_000);
    expect(world.calls).toHaveLength(0);
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'failed' });
  });

  test('never ends before it was shown for its whole length, without a break, to somebody who could undo it', async () => {
    const step = oneof(
      record({ kind: constant('awake' as const), by: integer({ min: 1, max: 6000 }) }),
      record({ kind: constant('sleep' as const), by: integer({ min: 3000, max: 9 * minute }) }),
      record({ kind: constant('wall' as const), by: integer({ min: -900 * day, max: 900 * day }) }),
      record({ kind: constant('restart' as const), by: integer({ min: 0, max: 9 * minute }) }),
    );
    await assert(
      asyncProperty(array(step, { maxLength: 8 }), async (steps) => {
        const world = newWorld();
        let app = open(world);
        await held(world, app);
        let awake = 0;
        for (const { kind, by } of steps) {
          if (kind === 'awake') await world.clock.advance(by);
          if (kind === 'sleep') world.clock.sleep(by);
          if (kind === 'wall') world.clock.setWall(by);
          if (kind === 'restart') {
            world.clock.sleep(by);
            app = await restart(world, app);
          }
          awake = kind === 'sleep' || kind === 'restart' ? 0 : awake + (kind === 'awake' ? by : 0);
          if (world.calls.length > 0) break;
          expect(awake).toBeLessThan(11_001);
          if (world.events.at(-1)?.kind === 'ended') break;
        }
        if (world.calls.length > 0) expect(awake).toBeGreaterThanOrEqual(10_000);
        expect(world.calls.length).toBeLessThanOrEqual(1);
        app.gate.close();
        app.approvals.close();
      }),
      { numRuns: 100 },
    );
  });
});

describe('an answer that is kept', () => {
  test.for(jumps)('is found by the same call, and not done twice, when somebody moves the clock by %i ms', async (by) => {
    const world = newWorld();
    const app = open(world);
    app.knobs.settings = { clientWaitSeconds: 1 };
    const first = app.gate.perform(request());
    await press(app, world, 'approve');
    expect(await first).toMatchObject({ kind: 'waiting' });
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(1);
    world.clock.setWall(by);
    await world.clock.advance(minute);
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'done' });
    expect(world.calls).toHaveLength(1);
  });

  test.for(jumps)('and what the history shows outlive that (%i ms), also when other actions end meanwhile', async (by) => {
    const world = newWorld();
    const app = open(world);
    app.knobs.settings = { clientWaitSeconds: 1 };
    const first = app.gate.perform(request());
    await press(app, world, 'deny');
    await first;
    world.clock.setWall(by);
    await world.clock.advance(2 * minute);
    const other = app.gate.perform(request({ to: ['bo@acme.example'] }));
    await press(app, world, 'deny');
    await other;
    expect(app.approvals.list(Number.NEGATIVE_INFINITY)).toHaveLength(2);
  });

  test('is dropped after a day, by the passing of time', async () => {
    const world = newWorld();
    const app = open(world);
    await held(world, app);
    await world.clock.advance(10_000);
    world.clock.sleep(day + minute);
    const other = app.gate.perform(request({ to: ['bo@acme.example'] }));
    await press(app, world, 'deny');
    await other;
    expect(world.database.prepare('SELECT count(*) AS lines FROM outbox').get()).toMatchObject({ lines: 1 });
  });
});
