import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentId, grantId, type AgentId, type ApprovalId } from '../../preload/contract.ts';
import { grantMigrations, Grants } from '../../main/approvals/grants.ts';
import { allowNextTime } from '../../main/ipc/next-time.ts';
import type { ActionRequest, Described, Facts } from '../../main/model/action.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { say } from '../../main/model/say.ts';
import { policyOf } from '../policy/questions.ts';
import { agent, newWorld, open, press, request, settle, type World } from './harness.ts';

const other = agentId.parse('travel');
const facts = (args: JsonObject): Facts => ({ effect: 'send', isReversible: false, recipientAddresses: Array.isArray(args['to']) ? args['to'].map(String) : [], attachments: [] });

function mail(args: JsonObject, over: Partial<Facts> = {}, risk: 'normal' | 'high' = 'normal'): Described {
  return {
    facts: { ...facts(args), ...over },
    materials: [],
    card: { headline: say('h'), summary: say('s'), unusual: [], rows: [], risk, confirm: null },
    sentence: { did: say('did'), wanted: say('wanted'), details: [] },
  };
}

/** The gate with the real rules and the real ledger of standing answers. */
function start(world: World, text?: string) {
  const grants = new Grants(world.database, world.clock, () => grantId.parse(randomUUID()));
  const policy = policyOf({ ...(text === undefined ? {} : { text }), grants: grants.list() });
  grants.onChange(() => policy.update({ grants: grants.list() }));
  const app = open(world, undefined, { policy, grants });
  app.knobs.settings = { sendHoldSeconds: 0, answerWithinSeconds: 60 };
  app.knobs.describe = (args) => Promise.resolve(mail(args));
  const allow = (id: ApprovalId) => {
    const digest = app.approvals.find(id)!.digest;
    return allowNextTime({ approvals: app.approvals, clock: world.clock, gate: app.gate, grants, report: () => undefined, organization: { mayGrant: true }, agents: { get: () => ({ pairedAt: 0 }) }, connections: { find: () => ({}) } }, id, digest);
  };
  return { ...app, grants, allow };
}

function ledgerWorld(): World {
  const world = newWorld();
  for (const sql of grantMigrations) world.database.exec(sql);
  return world;
}

const from = (id: AgentId, args?: JsonObject): ActionRequest => ({ ...request(args), agent: id });

/** Asks, lets the time run out, and gives the card that nobody answered. */
async function unanswered(world: World, app: ReturnType<typeof start>, asked: ActionRequest = request()) {
  const answer = app.gate.perform(asked);
  await settle();
  const [card] = app.approvals.waiting();
  await world.clock.advance(60_000);
  expect(await answer).toMatchObject({ kind: 'waiting' });
  await world.clock.advance(1000);
  return app.approvals.find(card!.id)!;
}

describe('a card that nobody answered', () => {
  test('can be allowed the next time: the same call is done once, without a question, and the one after asks', async () => {
    const world = ledgerWorld();
    const app = start(world);
    const card = await unanswered(world, app);
    expect(card).toMatchObject({ answer: 'timed_out', nextTime: { grant: null } });
    expect(app.allow(card.id)).toEqual({ ok: true, value: null });
    expect(app.grants.list()).toMatchObject([{ uses: 0, usesLeft: 1, scope: { kind: 'once', digest: card.digest } }]);
    expect(app.approvals.find(card.id)?.nextTime).toEqual({ grant: app.grants.list()[0]!.id });
    // It comes within the time in which it would have been told the old answer again.
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'done' });
    expect(world.calls).toHaveLength(1);
    expect(app.grants.list()).toEqual([]);
    expect(world.events.findLast(({ kind }) => kind === 'intent')).toMatchObject({ decision: { answer: 'allow', title: 'You allowed this once' } });
    void app.gate.perform(request());
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('two identical calls at the same moment use it once; the other one is asked about', async () => {
    const world = ledgerWorld();
    const app = start(world);
    const card = await unanswered(world, app);
    app.allow(card.id);
    const calls = [app.gate.perform(request()), app.gate.perform(request())];
    await settle();
    expect(world.calls).toHaveLength(1);
    expect(app.approvals.waiting()).toHaveLength(1);
    await press(app, world, 'deny');
    expect((await Promise.all(calls)).map((answer) => ('outcome' in answer ? answer.outcome : answer.kind)).toSorted()).toEqual(['denied', 'done']);
  });

  test('allowed twice, or on two cards for the same thing, it is still one use', async () => {
    const world = ledgerWorld();
    const app = start(world);
    const first = await unanswered(world, app);
    await world.clock.advance(11 * 60_000);
    const second = await unanswered(world, app);
    expect(app.allow(first.id)).toMatchObject({ ok: true });
    expect(app.allow(first.id)).toMatchObject({ ok: false, problem: { id: 'nextTime.problem.again' } });
    expect(app.allow(second.id)).toMatchObject({ ok: true });
    expect(app.grants.list()).toHaveLength(1);
  });

  test('is allowed by nobody who clicks before they can have seen that it is over', async () => {
    const world = ledgerWorld();
    const app = start(world);
    void app.gate.perform(request());
    await settle();
    const [card] = app.approvals.waiting();
    await world.clock.advance(60_000);
    expect(app.allow(card!.id)).toMatchObject({ ok: false, problem: { id: 'approval.problem.tooSoon' } });
    expect(app.grants.list()).toEqual([]);
  });

  test('keeps the offer over a restart, and the grant ends the same day', async () => {
    const world = ledgerWorld();
    const before = start(world);
    const card = await unanswered(world, before);
    before.gate.close();
    before.grants.close();
    const after = start(world);
    await after.gate.recover();
    expect(after.allow(card.id)).toMatchObject({ ok: true });
    const [grant] = after.grants.list();
    expect(new Date(grant!.until - 1).getDate()).toBe(new Date(grant!.from).getDate());
    expect(grant!.until - grant!.from).toBeLessThanOrEqual(24 * 3_600_000);
    await world.clock.advance(grant!.until - world.clock.now());
    void after.gate.perform(request());
    await settle();
    expect(world.calls).toEqual([]);
    expect(after.approvals.waiting()).toHaveLength(1);
  });

  test('taken back before the Claw asks again, it is asked about', async () => {
    const world = ledgerWorld();
    const app = start(world);
    const card = await unanswered(world, app);
    app.allow(card.id);
    expect(app.grants.revoke(app.approvals.find(card.id)!.nextTime!.grant!)).toBe(true);
    void app.gate.perform(request());
    await settle();
    expect(world.calls).toEqual([]);
    expect(app.approvals.waiting()).toHaveLength(1);
    expect(app.allow(card.id)).toMatchObject({ ok: false, problem: { id: 'nextTime.problem.again' } });
  });

  test.for<[string, Partial<Facts>, ('high' | 'normal')?, string?]>([
    ['a payment', { effect: 'pay' }],
    ['a deletion', { effect: 'delete' }],
    ['a command', { effect: 'run' }],
    ['a tool nobody knows', { effect: 'unknown' }],
    ['much at stake', {}, 'high'],
    ['what the organization wants to be asked about', {}, 'normal', '@id("x") @requireApproval("y") permit (principal, action, resource);'],
    ['what has to be signed', {}, 'normal', '@id("x") @requireReauth permit (principal, action, resource);'],
  ])('offers nothing for %s', async ([, over, risk, text]) => {
    const world = ledgerWorld();
    const app = start(world, text);
    app.knobs.settings = { ...app.knobs.settings, payHoldSeconds: 0, deleteHoldSeconds: 0 };
    app.knobs.describe = (args) => Promise.resolve(mail(args, over, risk));
    const card = await unanswered(world, app);
    expect(card.answer).toBe('timed_out');
    expect(card.nextTime).toBeUndefined();
    expect(app.allow(card.id)).toMatchObject({ ok: false });
    expect(app.grants.list()).toEqual([]);
  });

  test('a card that was answered, or still waits, offers nothing', async () => {
    const world = ledgerWorld();
    const app = start(world);
    void app.gate.perform(request());
    await settle();
    const [card] = app.approvals.waiting();
    expect(app.allow(card!.id)).toMatchObject({ ok: false });
    await press(app, world, 'deny');
    expect(app.approvals.find(card!.id)?.nextTime).toBeUndefined();
    expect(app.allow(card!.id)).toMatchObject({ ok: false });
  });

  test('what has become dangerous since is asked about all the same', async () => {
    const world = ledgerWorld();
    const app = start(world);
    const card = await unanswered(world, app);
    app.allow(card.id);
    app.knobs.describe = (args) => Promise.resolve(mail(args, {}, 'high'));
    void app.gate.perform(request());
    await settle();
    expect(world.calls).toEqual([]);
    expect(app.approvals.waiting()).toHaveLength(1);
  });
});

describe('whatever Claws try after one thing was allowed for the next time', () => {
  const allowed = { to: ['ana@northwind.example'], text: 'Hello' };
  const variants: readonly JsonObject[] = [allowed, { ...allowed, text: 'Hello ' }, { ...allowed, to: ['ana@northwind.example', 'eve@evil.example'] }, { text: 'Hello', to: ['ana@northwind.example'], cc: null }, { to: 'ana@northwind.example', text: 'Hello' }];
  const attempt = fc.record({ who: fc.constantFrom(agent, other), args: fc.constantFrom(...variants), name: fc.constantFrom('send_email', 'send_email '), isParallel: fc.boolean(), later: fc.constantFrom(0, 0, 60_000, 3_600_000) });

  test('no more than that one thing is done, once, for that Claw', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 6 }), async (attempts) => {
      const world = ledgerWorld();
      const app = start(world);
      const card = await unanswered(world, app, from(agent, allowed));
      app.allow(card.id);
      for (const { who, args, name, isParallel, later } of attempts) {
        await world.clock.advance(later);
        void app.gate.perform({ ...from(who, args), name });
        if (!isParallel) await settle();
      }
      await settle();
      const done = world.calls.map(({ agent: who, arguments: args, name }) => ({ who, args, name }));
      expect(done.length).toBeLessThanOrEqual(1);
      for (const one of done) expect(one).toEqual({ who: agent, args: allowed, name: 'send_email' });
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
