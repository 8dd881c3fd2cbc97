import { describe, expect, test } from 'vitest';
import { graceMs, longestCallMs } from '../../main/gate/call-upstream.ts';
import { longestDescriptionMs } from '../../main/gate/describe.ts';
import type { Described } from '../../main/model/action.ts';
import { agent, decision, held, newWorld, open, press, request, settle } from './harness.ts';

const minute = 60_000;

describe('what changes between the question and the deed', () => {
  test.each([
    ['the organization forbids it', 'company_policy'],
    ['a rule of the person forbids it', 'personal_rule'],
    ['the connection is taken from the agent', 'access_removed'],
    ['the agent is forgotten', 'access_removed'],
  ] as const)('%s while it is held: nothing is done', async (change, reason) => {
    const world = newWorld();
    const app = open(world);
    const { answer } = await held(world, app);
    if (change === 'the organization forbids it') app.knobs.decide = decision('deny', 'organization');
    if (change === 'a rule of the person forbids it') app.knobs.decide = decision('deny', 'personal');
    if (change === 'the connection is taken from the agent') app.knobs.mayUse = false;
    if (change === 'the agent is forgotten') app.knobs.forgottenAgents.add(agent);
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'blocked', reason });
    expect(world.calls).toHaveLength(0);
  });

  test.each(['while it is held', 'while the app is stopped'])('the connection leads elsewhere %s: what was approved for one account goes out from no other', async (when) => {
    const world = newWorld();
    const before = open(world);
    await held(world, before);
    if (when === 'while it is held') before.knobs.target = 'thief@evil.example';
    else {
      before.gate.close();
      const after = open(world);
      after.knobs.target = 'thief@evil.example';
      await after.gate.recover();
      await settle();
    }
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(0);
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', reason: 'changed_since_approval' });
  });

  test('an open card goes away at once when its action is forbidden', async () => {
    const world = newWorld();
    const app = open(world);
    const answer = app.gate.perform(request());
    await settle();
    app.knobs.decide = decision('deny', 'organization');
    app.gate.stopForbidden();
    expect(await answer).toMatchObject({ reason: 'company_policy', contact: 'it-help@acme.example' });
    expect(app.approvals.waiting()).toHaveLength(0);
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', reason: 'company_policy' });
  });

  test('a send that was allowed is not done when the rules ask for it meanwhile; an approved one is', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    const allowed = app.gate.perform(request());
    await settle();
    app.knobs.decide = decision('ask');
    await world.clock.advance(10_000);
    expect(await allowed).toMatchObject({ outcome: 'blocked', reason: 'rules_changed' });
    const { answer } = await held(world, app);
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'done' });
  });

  test('what was forbidden while the app was stopped is not done after the start', async () => {
    const world = newWorld();
    const before = open(world);
    await held(world, before);
    before.gate.close();
    const after = open(world);
    after.knobs.decide = decision('deny', 'organization');
    await after.gate.recover();
    await settle();
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(0);
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', reason: 'company_policy' });
  });

  test('an allowed call is not done when it is forbidden while its intent is being recorded', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    const disk = Promise.withResolvers<void>();
    app.knobs.slow.set('intent', disk.promise);
    const answer = app.gate.perform(request({}, 'read_message'));
    await settle();
    app.knobs.decide = decision('deny', 'organization');
    disk.resolve();
    expect(await answer).toMatchObject({ reason: 'company_policy' });
    expect(world.calls).toHaveLength(0);
  });
});

describe('races', () => {
  test.each(['held', 'started'])('Undo that was confirmed is never overtaken while "%s" is being recorded', async (kind) => {
    const world = newWorld();
    const app = open(world);
    const disk = Promise.withResolvers<void>();
    app.knobs.slow.set(kind, disk.promise);
    const { answer, action } = await held(world, app);
    await world.clock.advance(10_000);
    expect(app.gate.undo(action)).toMatchObject({ ok: true });
    disk.resolve();
    expect(await answer).toMatchObject({ outcome: 'undone', reason: 'undone_by_person' });
    expect(world.calls).toHaveLength(0);
    expect(world.events.map((event) => event.kind)).toContain('undone');
    expect(app.gate.undo(action)).toMatchObject({ ok: false });
  });

  test.each(['intent', 'answered', 'held', 'started'])('a pause counts even when it is lifted before "%s" is recorded', async (kind) => {
    const world = newWorld();
    const app = open(world);
    const disk = Promise.withResolvers<void>();
    app.knobs.slow.set(kind, disk.promise);
    const answer = app.gate.perform(request());
    await settle();
    if (kind !== 'intent') await press(app, world, 'approve');
    await world.clock.advance(10_000);
    app.pause.set(true);
    app.pause.set(false);
    disk.resolve();
    expect(await answer).toMatchObject({ reason: 'paused' });
    await world.clock.advance(minute);
    expect(world.calls).toHaveLength(0);
  });

  test('a call that is cancelled before its card is there leaves no card', async () => {
    const world = newWorld();
    const app = open(world);
    const cancel = new AbortController();
    const disk = Promise.withResolvers<void>();
    app.knobs.slow.set('intent', disk.promise);
    const answer = app.gate.perform(request(undefined, undefined, cancel.signal));
    await settle();
    cancel.abort();
    await answer;
    disk.resolve();
    await settle();
    expect(app.approvals.waiting()).toHaveLength(0);
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', reason: 'withdrawn_by_agent' });
  });
});

describe('services and profiles that misbehave', () => {
  test('a service that never answers is given up as unknown, also when it was cut off', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    app.knobs.answer = () => new Promise(() => undefined);
    const slow = app.gate.perform(request({}, 'read_message'));
    await settle();
    await world.clock.advance(longestCallMs);
    await world.clock.advance(graceMs);
    expect(await slow).toMatchObject({ outcome: 'unknown' });
    const paused = app.gate.perform(request({}, 'read_message'));
    await settle();
    app.pause.set(true);
    expect(world.calls.at(-1)?.signal.aborted).toBe(true);
    await world.clock.advance(graceMs);
    expect(await paused).toMatchObject({ outcome: 'unknown' });
  });

  test('a description that throws, hangs or cannot reach its server is a clean refusal', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.describe = () => {
      throw new Error('bug');
    };
    expect(await app.gate.perform(request())).toMatchObject({ kind: 'rejected', code: 'unavailable' });
    app.knobs.describe = () => Promise.resolve({ unavailable: 'The mail server cannot be reached.' });
    expect(await app.gate.perform(request())).toMatchObject({ kind: 'rejected', code: 'unavailable', text: expect.stringContaining('mail server') });
    app.knobs.describe = () => new Promise<Described>(() => undefined);
    const hanging = app.gate.perform(request());
    await settle();
    await world.clock.advance(longestDescriptionMs);
    expect(await hanging).toMatchObject({ kind: 'rejected', code: 'unavailable' });
    expect(world.events).toHaveLength(0);
  });

  test.each([{ to: ['\uD800'] }, { '\uDC00': 1 }, { amount: JSON.parse('1e999') }])('arguments without a canonical form are refused: %j', async (args) => {
    const world = newWorld();
    const app = open(world);
    expect(await app.gate.perform(request(args))).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
  });
});

describe('floods', () => {
  test('an agent with twenty open questions asks no more until they are answered', async () => {
    const world = newWorld();
    const app = open(world);
    for (let number = 0; number < 20; number += 1) void app.gate.perform(request({ number }));
    await settle();
    expect(await app.gate.perform(request({ number: 20 }))).toMatchObject({ kind: 'rejected', code: 'too_many_waiting' });
    expect(app.approvals.waiting()).toHaveLength(20);
    await press(app, world, 'deny');
    void app.gate.perform(request({ number: 21 }));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(20);
  });

  test('a card that nobody could look through is not put to the person', async () => {
    const world = newWorld();
    const app = open(world);
    const args = { text: 'x'.repeat(1_100_000) };
    expect(await app.gate.perform(request(args, 'mystery'))).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
    expect(app.approvals.waiting()).toHaveLength(0);
    app.knobs.decide = decision('allow');
    expect(await app.gate.perform(request(args, 'mystery'))).toMatchObject({ outcome: 'done' });
  });
});

test('the record holds no secret, neither in the arguments nor in what was made of them', async () => {
  const world = newWorld();
  const app = open(world);
  app.knobs.describe = (args) => {
    const values = { subject: JSON.stringify(args['subject']) };
    return Promise.resolve({
      facts: { effect: 'send', isReversible: false, subject: values.subject },
      materials: [],
      card: { headline: { id: 'h', values: {} }, summary: { id: 's', values }, unusual: [], rows: [], risk: 'normal', confirm: null },
      sentence: { did: { id: 'did', values }, wanted: { id: 'wanted', values }, details: [] },
    });
  };
  void app.gate.perform(request({ subject: 'hunter2' }));
  await settle();
  expect(JSON.stringify(world.events)).not.toContain('hunter2');
});
