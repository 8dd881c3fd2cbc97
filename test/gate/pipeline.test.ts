import { describe, expect, test } from 'vitest';
import { actionId, agentId, digest } from '../../preload/contract.ts';
import { agent, decision, newWorld, open, press, request, settle } from './harness.ts';

const kinds = (events: readonly { kind: string }[]): string[] => events.map(({ kind }) => kind);

describe('the way of an action', () => {
  test('an approved send is recorded before it leaves, held, done once, and told', async () => {
    const world = newWorld();
    const app = open(world);
    const answer = app.gate.perform(request());
    await press(app, world, 'approve');
    expect(world.calls).toHaveLength(0);
    expect(app.gate.held()).toHaveLength(1);
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ kind: 'ended', outcome: 'done', result: { content: [{ text: 'sent' }] } });
    expect(world.calls).toHaveLength(1);
    expect(kinds(world.events)).toEqual(['intent', 'asked', 'answered', 'held', 'started', 'ended']);
    expect(app.approvals.list(0)[0]).toMatchObject({ answer: 'approved', progress: 'done' });
  });

  test('an allowed read goes straight through and is recorded before and after', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    expect(await app.gate.perform(request({}, 'read_message'))).toMatchObject({ outcome: 'done' });
    expect(kinds(world.events)).toEqual(['intent', 'ended']);
  });

  test.each([
    ['deny', 'denied', 'denied_by_person'],
    ['no answer', 'timed_out', 'no_answer'],
    ['pause', 'blocked', 'paused'],
    ['undo', 'undone', 'undone_by_person'],
  ] as const)('%s ends honestly and nothing is done', async (way, outcome, reason) => {
    const world = newWorld();
    const app = open(world);
    app.knobs.settings = { clientWaitSeconds: 600 };
    const answer = app.gate.perform(request());
    if (way === 'deny') await press(app, world, 'deny', 'wrong list');
    await settle();
    if (way === 'no answer') await world.clock.advance(300_000);
    if (way === 'pause') app.pause.set(true);
    if (way === 'undo') {
      await press(app, world, 'approve');
      const [held] = app.gate.held();
      expect(held && app.gate.undo(held.action)).toEqual({ ok: true, value: null });
    }
    const ended = await answer;
    expect(ended).toMatchObject({ kind: 'ended', outcome, reason });
    expect('text' in ended && ended.text).toContain('Nothing was done');
    if (way === 'deny') expect(ended).toMatchObject({ text: expect.stringContaining('wrong list') });
    await world.clock.advance(600_000);
    expect(world.calls).toHaveLength(0);
  });

  test('company policy and the person’s own rules are told apart, with the contact', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('deny', 'organization');
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'blocked', reason: 'company_policy', contact: 'it-help@acme.example' });
    app.knobs.decide = decision('deny', 'personal');
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'blocked', reason: 'personal_rule', contact: null });
    expect(kinds(world.events)).toEqual(['intent', 'ended', 'intent', 'ended']);
  });

  test('a service that refused is a failure; one that went silent is unknown', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    app.knobs.settings = { sendHoldSeconds: 0 };
    app.knobs.answer = () => Promise.resolve({ kind: 'failed', text: 'login hunter2 refused' });
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'failed', text: expect.stringContaining('[secret removed]') });
    app.knobs.answer = () => Promise.resolve({ kind: 'unknown', text: 'cut off' });
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'unknown', reason: 'outcome_uncertain' });
    app.knobs.answer = () => Promise.reject(new Error('bug'));
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'unknown' });
  });

  test('a wrong call is told what is wrong and never becomes an action', async () => {
    const world = newWorld();
    const app = open(world);
    expect(await app.gate.perform(request({}, 'missing'))).toMatchObject({ kind: 'rejected', code: 'unknown_tool' });
    expect(await app.gate.perform(request({ isWrong: true }))).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
    expect(world.events).toHaveLength(0);
  });

  test('a tool nobody described is asked with its exact arguments and must be ticked', async () => {
    const world = newWorld();
    const app = open(world);
    void app.gate.perform(request({ amount: 5 }, 'mystery'));
    await settle();
    await world.clock.advance(1000);
    const [card] = app.approvals.waiting();
    expect(card?.card).toMatchObject({ risk: 'high', rows: [{}, {}, { kind: 'arguments', json: '{\n  "amount": 5\n}' }] });
    const given = { id: card!.id, digest: card!.digest, answer: 'approve', reason: null } as const;
    expect(app.approvals.give({ ...given, isConfirmed: false })).toMatchObject({ ok: false, problem: { id: 'approval.problem.unconfirmed' } });
    expect(app.approvals.give({ ...given, isConfirmed: true })).toMatchObject({ ok: true });
  });
});

describe('waiting', () => {
  test('a client that would time out is told it waits, and the same call picks the answer up once', async () => {
    const world = newWorld();
    const app = open(world);
    const first = app.gate.perform(request());
    await settle();
    await world.clock.advance(50_000);
    const waiting = await first;
    expect(waiting).toMatchObject({ kind: 'waiting', progress: 'waiting' });
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'done' });
    expect(world.calls).toHaveLength(1);
    void app.gate.perform(request());
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('an agent waits for its own action only', async () => {
    const world = newWorld();
    const app = open(world);
    const first = app.gate.perform(request());
    await settle();
    await world.clock.advance(50_000);
    const waiting = await first;
    const id = 'action' in waiting ? waiting.action : actionId.parse('00000000-0000-4000-8000-000000000000');
    const { signal } = new AbortController();
    expect(await app.gate.wait(agentId.parse('other'), id, signal)).toBeUndefined();
    const fetched = app.gate.wait(agent, id, signal);
    await press(app, world, 'deny');
    expect(await fetched).toMatchObject({ outcome: 'denied' });
  });

  test('ten identical calls at once are one question and one action', async () => {
    const world = newWorld();
    const app = open(world);
    const answers = Promise.all(Array.from({ length: 10 }, () => app.gate.perform(request())));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    expect(new Set((await answers).map((answer) => ('action' in answer ? answer.action : '')))).toHaveProperty('size', 1);
    expect(world.calls).toHaveLength(1);
  });

  test('a call that its agent cancels takes its card away', async () => {
    const world = newWorld();
    const app = open(world);
    const cancel = new AbortController();
    const answer = app.gate.perform(request(undefined, undefined, cancel.signal));
    await settle();
    cancel.abort();
    await answer;
    await settle();
    expect(app.approvals.waiting()).toHaveLength(0);
    expect(app.approvals.list(0)[0]).toMatchObject({ answer: 'withdrawn', progress: 'undone' });
    expect(world.calls).toHaveLength(0);
  });
});

describe('attempts to get through', () => {
  test.each(['intent', 'asked', 'answered', 'held', 'started'])('when "%s" cannot be recorded, nothing leaves and no card stays open', async (kind) => {
    const world = newWorld();
    const app = open(world);
    app.knobs.unrecordable.add(kind);
    const answer = app.gate.perform(request());
    await settle();
    if (app.approvals.waiting().length > 0) await press(app, world, 'approve');
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'failed', reason: 'not_recorded' });
    expect(app.approvals.waiting()).toHaveLength(0);
    expect(world.calls).toHaveLength(0);
  });

  test('arguments changed by the sender after the card was made are not what is done', async () => {
    const world = newWorld();
    const app = open(world);
    const args = { to: ['ana@northwind.example'] };
    const answer = app.gate.perform(request(args));
    await settle();
    args.to.push('thief@evil.example');
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    await answer;
    expect(world.calls[0]?.arguments).toEqual({ to: ['ana@northwind.example'] });
    const to = world.calls[0]?.arguments['to'];
    expect(Object.isFrozen(to)).toBe(true);
  });

  test('an answer for another digest, an unknown card or an early click is refused', async () => {
    const world = newWorld();
    const app = open(world);
    void app.gate.perform(request());
    await settle();
    const [card] = app.approvals.waiting();
    const given = { id: card!.id, digest: card!.digest, answer: 'approve', isConfirmed: true, reason: null } as const;
    expect(app.approvals.give(given)).toMatchObject({ problem: { id: 'approval.problem.tooSoon' } });
    await world.clock.advance(1000);
    expect(app.approvals.give({ ...given, digest: digest.parse('0'.repeat(64)) })).toMatchObject({ problem: { id: 'approval.problem.changed' } });
    expect(app.approvals.give(given)).toMatchObject({ ok: true });
    expect(app.approvals.give(given)).toMatchObject({ problem: { id: 'approval.problem.gone' } });
  });

  test('frozen arguments that were altered in the database are refused', async () => {
    const world = newWorld();
    const before = open(world);
    void before.gate.perform(request());
    await settle();
    before.approvals.close();
    const entry = String(world.database.prepare('SELECT entry FROM outbox').get()?.['entry']);
    world.database.prepare('UPDATE outbox SET entry = ?').run(entry.replaceAll('ana@northwind.example', 'thief@evil.example'));
    const after = open(world);
    await after.gate.recover();
    await press(after, world, 'approve');
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(0);
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'failed' });
  });

  test('paused: nothing passes, not even what is allowed, and a held send is stopped', async () => {
    const world = newWorld();
    const app = open(world);
    const held = app.gate.perform(request());
    await press(app, world, 'approve');
    app.pause.set(true);
    expect(await held).toMatchObject({ outcome: 'blocked', reason: 'paused' });
    app.knobs.decide = decision('allow');
    expect(await app.gate.perform(request({}, 'read_message'))).toMatchObject({ outcome: 'blocked', reason: 'paused' });
    await app.gate.perform(request({ to: ['bo@acme.example'] }));
    expect(world.events.filter(({ kind }) => kind === 'intent').at(-1)).toMatchObject({ effect: 'send', sentence: { wanted: { id: 'activity.generic.wanted' } } });
    await world.clock.advance(60_000);
    expect(world.calls).toHaveLength(0);
    expect(open(world).pause.isPaused).toBe(true);
  });

  test('one paused Claw is stopped, another goes on', async () => {
    const world = newWorld();
    const app = open(world);
    const answer = app.gate.perform(request());
    await settle();
    app.knobs.pausedAgents.add(agent);
    app.gate.stopAgent(agent);
    expect(await answer).toMatchObject({ reason: 'agent_paused' });
  });

  test('without anyone to ask, what needs a person is refused at once', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.canAsk = false;
    expect(await app.gate.perform(request())).toMatchObject({ reason: 'nobody_to_ask' });
    expect(world.calls).toHaveLength(0);
  });
});

describe('after a stop', () => {
  test('a waiting card is there again, and its answer is kept for the agent', async () => {
    const world = newWorld();
    const before = open(world);
    const first = before.gate.perform(request());
    await settle();
    await world.clock.advance(50_000);
    await first;
    before.approvals.close();
    const after = open(world);
    await after.gate.recover();
    await press(after, world, 'approve');
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(1);
    expect(await after.gate.perform(request())).toMatchObject({ outcome: 'done' });
    expect(world.calls).toHaveLength(1);
  });

  test('a send that was held is held again, then done once', async () => {
    const world = newWorld();
    const before = open(world);
    void before.gate.perform(request());
    await press(before, world, 'approve');
    const stopped = world.database.prepare('SELECT state FROM outbox').get();
    expect(stopped).toMatchObject({ state: 'held' });
    const after = open({ ...world, clock: world.clock });
    await after.gate.recover();
    await settle();
    await world.clock.advance(10_000);
    expect(world.calls.length).toBe(1);
  });

  test('a send that was being done is unknown, and is not done again', async () => {
    const world = newWorld();
    const before = open(world);
    before.knobs.answer = () => new Promise(() => undefined);
    void before.gate.perform(request());
    await press(before, world, 'approve');
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(1);
    const after = open(world);
    await after.gate.recover();
    await settle();
    expect(world.calls).toHaveLength(1);
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'unknown' });
    expect(await after.gate.perform(request())).toMatchObject({ outcome: 'unknown' });
  });

  test('an approved send from long ago is not sent out of the blue', async () => {
    const world = newWorld();
    const before = open(world);
    void before.gate.perform(request());
    await press(before, world, 'approve');
    before.pause.set(false);
    world.database.prepare('UPDATE outbox SET held_until = held_until - 3600000').run();
    const after = open({ ...world, calls: [] });
    await after.gate.recover();
    await settle();
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'failed' });
  });

  test('what the record holds without an end is told as unknown', async () => {
    const world = newWorld();
    const before = open(world);
    before.knobs.decide = decision('allow');
    before.knobs.answer = () => new Promise(() => undefined);
    void before.gate.perform(request({}, 'read_message'));
    await settle();
    await open(world).gate.recover();
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'unknown' });
  });
});
