import { describe, expect, test } from 'vitest';
import { held, newWorld, open, press, request, settle, type World } from './harness.ts';

const minute = 60_000;

/** From here on that table takes no change. */
function fill(world: World, table: string): void {
  world.database.exec(`CREATE TRIGGER full_${table} BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(FAIL, 'disk full'); END`);
}

describe('a full disk and a stop', () => {
  test('a no, a pause and the end of time refuse even where they cannot be written; a yes does not count', async () => {
    for (const way of ['deny', 'pause', 'time', 'approve'] as const) {
      const world = newWorld();
      const app = open(world);
      app.knobs.settings = { clientWaitSeconds: 600 };
      const answer = app.gate.perform(request());
      await settle();
      fill(world, 'approvals');
      if (way === 'deny') expect(await press(app, world, 'deny')).toMatchObject({ ok: true });
      if (way === 'pause') app.pause.set(true);
      if (way === 'approve') expect(await press(app, world, 'approve')).toMatchObject({ ok: false, problem: { id: 'approval.problem.notKept' } });
      await settle();
      await world.clock.advance(6 * minute);
      expect(await answer).toMatchObject({ kind: 'ended', reason: { deny: 'denied_by_person', pause: 'paused', time: 'no_answer', approve: 'no_answer' }[way] });
      expect(world.calls).toHaveLength(0);
    }
  });

  test('an Undo that could not be kept is not forgotten by a restart', async () => {
    const world = newWorld();
    const app = open(world);
    const { answer, action } = await held(world, app);
    fill(world, 'outbox');
    app.gate.undo(action);
    expect(await answer).toMatchObject({ reason: 'undone_by_person' });
    world.database.exec('DROP TRIGGER full_outbox');
    const after = open(world);
    await after.gate.recover();
    await world.clock.advance(minute);
    expect(world.calls).toHaveLength(0);
  });

  test('a send whose end cannot be kept is told as done, and is done once', async () => {
    const world = newWorld();
    const app = open(world);
    const { answer } = await held(world, app);
    app.knobs.answer = () => {
      fill(world, 'outbox');
      fill(world, 'approvals');
      return Promise.resolve({ kind: 'result', result: { content: [{ type: 'text', text: 'sent' }] } });
    };
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'done' });
    world.database.exec('DROP TRIGGER full_outbox; DROP TRIGGER full_approvals');
    await open(world).gate.recover();
    await world.clock.advance(minute);
    expect(world.calls).toHaveLength(1);
  });

  test('a failure before anything left is never told as uncertain', async () => {
    const world = newWorld();
    const app = open(world);
    world.database.exec(`CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(FAIL, 'disk full'); END`);
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'failed', reason: 'not_recorded' });
  });

  test('an end that the record missed is recorded after a start as what it was', async () => {
    const world = newWorld();
    const app = open(world);
    const { answer } = await held(world, app);
    app.knobs.unrecordable.add('ended');
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'done' });
    await open(world).gate.recover();
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'done' });
  });

  test('what the record knows nothing of is not done: a record that was deleted lets nothing out', async () => {
    const world = newWorld();
    const before = open(world);
    await held(world, before);
    before.gate.close();
    world.events.length = 0;
    const after = open(world);
    await after.gate.recover();
    await world.clock.advance(minute);
    expect(world.calls).toHaveLength(0);
  });

  test('when the app stops in good order, cards and holds stay for the next start', async () => {
    const world = newWorld();
    const before = open(world);
    const client = new AbortController();
    await held(world, before);
    void before.gate.perform(request({ to: 'bo' }, 'send_email', client.signal));
    await settle();
    before.gate.close();
    client.abort();
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(0);
    expect(await before.gate.perform(request({ to: 'cy' }))).toMatchObject({ kind: 'rejected' });
    before.approvals.close();
    const after = open(world);
    await after.gate.recover();
    expect(after.approvals.waiting()).toHaveLength(1);
    await settle();
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(1);
  });

  test('an approval from long ago is not acted on after a start', async () => {
    const world = newWorld();
    const before = open(world);
    before.knobs.settings = { answerWithinSeconds: 3600 };
    void before.gate.perform(request());
    await settle();
    before.knobs.slow.set('answered', new Promise(() => undefined));
    await press(before, world, 'approve');
    await world.clock.advance(30 * minute);
    const after = open(world);
    await after.gate.recover();
    await settle();
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(0);
  });

  test('a question that no action waits for is not left open after a start', async () => {
    const world = newWorld();
    const before = open(world);
    void before.gate.perform(request());
    await settle();
    before.approvals.close();
    world.database.exec(`DELETE FROM outbox`);
    const after = open(world);
    await after.gate.recover();
    expect(after.approvals.waiting()).toHaveLength(0);
  });
});
