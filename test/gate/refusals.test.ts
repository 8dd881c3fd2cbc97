import { describe, expect, test } from 'vitest';
import { decision, newWorld, open, press, request, settle, type World } from './harness.ts';

const quarter = 15 * 60_000;

/** Asks, has it denied, and lets the answer grow too old to be fetched again. */
async function denied(world: World, app: ReturnType<typeof open>, to = 'ana'): Promise<unknown> {
  const answer = app.gate.perform(request({ to }));
  await settle();
  await press(app, world, 'deny');
  const told = await answer;
  await world.clock.advance(quarter);
  return told;
}

describe('the same thing, refused twice', () => {
  test('is refused by itself from then on; the Claw is told so, and it is on record', async () => {
    const world = newWorld();
    const app = open(world);
    expect(await denied(world, app)).toMatchObject({ reason: 'denied_by_person' });
    expect(await denied(world, app)).toMatchObject({ reason: 'denied_by_person' });
    world.events.length = 0;
    expect(await app.gate.perform(request({ to: 'ana' }))).toMatchObject({ outcome: 'denied', reason: 'refused_before', text: expect.stringContaining('refused this very thing twice') });
    expect(world.events.map(({ kind }) => kind)).toEqual(['intent', 'ended']);
    expect(app.approvals.waiting()).toEqual([]);
    expect(world.calls).toEqual([]);
  });

  test('leaves anything else to be asked about', async () => {
    const world = newWorld();
    const app = open(world);
    await denied(world, app);
    await denied(world, app);
    void app.gate.perform(request({ to: 'bo' }));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('is forgotten with a restart, and stands in the way of nothing that the rules allow', async () => {
    const world = newWorld();
    const before = open(world);
    await denied(world, before);
    await denied(world, before);
    before.knobs.decide = decision('allow');
    const allowed = before.gate.perform(request({ to: 'ana' }));
    await settle();
    await world.clock.advance(10_000);
    expect(await allowed).toMatchObject({ outcome: 'done' });
    await world.clock.advance(2 * 24 * 60 * 60_000);
    const after = open(world);
    void after.gate.perform(request({ to: 'ana' }));
    await settle();
    expect(after.approvals.waiting()).toHaveLength(1);
  });

  test('counts only what a person said: no answer in time is none', async () => {
    const world = newWorld();
    const app = open(world);
    for (let round = 0; round < 3; round += 1) {
      const answer = app.gate.perform(request({ to: 'ana' }));
      await settle();
      await world.clock.advance(301_000);
      // The agent is told to wait before that; it asks what became of it.
      await answer;
      await world.clock.advance(quarter);
    }
    void app.gate.perform(request({ to: 'ana' }));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });
});
