import { describe, expect, test } from 'vitest';
import { AppendQueue } from '../../main/activity/append-queue.ts';
import { decision, newWorld, open, press, request, resourceRequest, settle } from './harness.ts';

const never = new Promise<void>(() => undefined);

describe('the end of an allowed action', () => {
  test('is not waited for: the agent is answered while the disk is busy, and the intent was there before', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    app.knobs.slow.set('ended', never);
    expect(await app.gate.perform(resourceRequest('file:///a'))).toMatchObject({ outcome: 'done' });
    expect(world.events.map(({ kind }) => kind)).toEqual(['intent', 'ended']);
  });

  test('the intent is waited for: nothing leaves before it is durable', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    app.knobs.slow.set('intent', never);
    void app.gate.perform(resourceRequest('file:///a'));
    await settle();
    expect(world.calls).toHaveLength(0);
  });

  test('the end of what was asked or held, and of what was refused, is waited for', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.slow.set('ended', never);
    const answered: unknown[] = [];
    void app.gate.perform(request()).then((answer) => answered.push(answer));
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    app.knobs.decide = decision('deny');
    void app.gate.perform(request({}, 'read_message')).then((answer) => answered.push(answer));
    await settle();
    expect(world.calls).toHaveLength(1);
    expect(answered).toEqual([]);
  });

  test('killed between the answer and its record: told as unknown after the start, and not done again', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    expect(await app.gate.perform(request({}, 'read_message'))).toMatchObject({ outcome: 'done' });
    // What a kill at that instant leaves: the intent alone.
    expect(world.events.pop()).toMatchObject({ kind: 'ended' });
    await open(world).gate.recover();
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'unknown', reason: 'outcome_uncertain' });
    expect(world.calls).toHaveLength(1);
  });

  test('a record that fails after the deed: the answer is honest, and the next action is refused', async () => {
    const world = newWorld();
    let sequence = 0;
    const record = new AppendQueue(
      (events) =>
        events.some((event) => event.includes('"kind":"ended"'))
          ? Promise.reject(new Error('disk full'))
          : Promise.resolve(events.map(() => ({ sequence: (sequence += 1), hash: '0'.repeat(64) }))),
      () => undefined,
    );
    const app = open(world, record);
    app.knobs.decide = decision('allow');
    expect(await app.gate.perform(request({}, 'read_message'))).toMatchObject({ outcome: 'done' });
    expect(await app.gate.perform(request({}, 'read_message'))).toMatchObject({ outcome: 'failed', reason: 'not_recorded' });
    expect(world.calls).toHaveLength(1);
  });
});

describe('rules are asked once for the same question', () => {
  test('one decision for an allowed action in one second', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    await app.gate.perform(request({}, 'read_message'));
    expect(world.questions).toHaveLength(1);
  });

  test('rules that look at the time are asked again in the next second, before anything leaves', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    const disk = Promise.withResolvers<void>();
    app.knobs.slow.set('intent', disk.promise);
    const answer = app.gate.perform(request({}, 'read_message'));
    await settle();
    await world.clock.advance(1000);
    disk.resolve();
    await answer;
    expect(world.questions.map(({ at }) => at % 10_000)).toEqual([0, 1000]);
  });

  test('other arguments are another question', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    await app.gate.perform(request({ to: 'a' }, 'read_message'));
    await app.gate.perform(request({ to: 'b' }, 'read_message'));
    expect(world.questions.map(({ arguments: args }) => args)).toEqual([{ to: 'a' }, { to: 'b' }]);
  });
});

test('arguments keep a key named __proto__ as a key, frozen, in what is recorded and done', async () => {
  const world = newWorld();
  const app = open(world);
  app.knobs.decide = decision('allow');
  const args = JSON.parse('{"__proto__":{"isAdmin":true},"list":[{"a":1}]}');
  await app.gate.perform(request(args, 'read_message'));
  const sent = world.calls[0]?.arguments;
  expect(JSON.stringify(sent)).toBe('{"__proto__":{"isAdmin":true},"list":[{"a":1}]}');
  expect('isAdmin' in (sent ?? {})).toBe(false);
  expect([sent, sent?.['list'], Object.values(sent ?? {})[0]].every((part) => Object.isFrozen(part))).toBe(true);
});
