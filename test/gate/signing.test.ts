import { describe, expect, test } from 'vitest';
import { approverId, type Approval, type Approver } from '../../preload/contract.ts';
import type { Proof } from '../../main/approvals/proofs.ts';
import type { SigningNeed } from '../../main/model/signing.ts';
import { decision, newWorld, open, request, settle, type World } from './harness.ts';

type App = ReturnType<typeof open>;

const ana: Approver = { id: approverId.parse('ana'), name: 'Ana', groups: [] };
const bo: Approver = { id: approverId.parse('bo'), name: 'Bo', groups: ['finance'] };
const cy: Approver = { id: approverId.parse('cy'), name: 'Cy', groups: [] };
const two: SigningNeed = { people: 2, groups: [] };
const present: SigningNeed = { people: 1, groups: [] };
const asks = (signing: SigningNeed) => ({ ...decision('ask'), signing });

function card(app: App): Approval {
  const [asked] = app.approvals.waiting();
  if (asked === undefined) throw new Error('No card is waiting.');
  return asked;
}

function proofOf(app: App, approver: Approver | null, of: Pick<Approval, 'id' | 'digest'> = card(app)): Proof {
  return app.proofs.issue(of, { approver, how: 'passcode' });
}

/** What the renderer's Approve becomes, with or without a proof. */
function approve(app: App, proof?: Proof, { id, digest } = card(app)) {
  return app.approvals.give({ id, digest, answer: 'approve', isConfirmed: true, reason: null }, proof);
}

async function ask(world: World, signing: SigningNeed) {
  const app = open(world);
  app.knobs.decide = asks(signing);
  const answer = app.gate.perform(request());
  await settle();
  await world.clock.advance(1000);
  return { app, answer };
}

/** Past the hold, and the time in which nobody has read a card. */
async function goOn(world: World, milliseconds = 1000) {
  await world.clock.advance(milliseconds);
  await settle();
}

describe('a card that wants the person to be there', () => {
  test('is not approved by an answer without a proof, however often', async () => {
    const world = newWorld();
    const { app } = await ask(world, present);
    for (let attempt = 0; attempt < 5; attempt += 1) expect(approve(app)).toMatchObject({ ok: false, problem: { id: 'approval.problem.unsigned' } });
    expect(approve(app, { kind: 'proof' })).toMatchObject({ ok: false, problem: { id: 'approval.problem.unsigned' } });
    await goOn(world, 20_000);
    expect(world.calls).toHaveLength(0);
    expect(card(app).answer).toBeNull();
  });

  test('is approved with one, and the record says how', async () => {
    const world = newWorld();
    const { app, answer } = await ask(world, present);
    expect(approve(app, proofOf(app, null))).toEqual({ ok: true, value: null });
    await goOn(world);
    await goOn(world, 10_000);
    expect(await answer).toMatchObject({ outcome: 'done' });
    expect(world.events.find(({ kind }) => kind === 'answered')).toMatchObject({ answer: 'approved', by: 'you', signatures: [{ approver: null, how: 'passcode' }] });
  });

  test('takes a proof once, at once, and for itself alone', async () => {
    const world = newWorld();
    const { app } = await ask(world, present);
    void app.gate.perform(request({ to: ['bo@acme.example'] }));
    await settle();
    await goOn(world);
    const [first, second] = app.approvals.waiting();
    if (first === undefined || second === undefined) throw new Error('Two cards should be waiting.');
    expect(approve(app, proofOf(app, null, second), first)).toMatchObject({ ok: false });
    expect(approve(app, proofOf(app, null, { id: first.id, digest: second.digest }), first)).toMatchObject({ ok: false });
    const late = proofOf(app, null, first);
    await goOn(world, 10_000);
    expect(approve(app, late, first)).toMatchObject({ ok: false });
    const proof = proofOf(app, null, first);
    expect(approve(app, proof, first)).toMatchObject({ ok: true });
    expect(approve(app, proof, second)).toMatchObject({ ok: false });
  });

  test('needs no proof to be denied', async () => {
    const world = newWorld();
    const { app, answer } = await ask(world, present);
    const { id, digest } = card(app);
    expect(app.approvals.give({ id, digest, answer: 'deny', isConfirmed: false, reason: null })).toMatchObject({ ok: true });
    expect(await answer).toMatchObject({ outcome: 'denied' });
  });

  test('offers nothing to allow for a while, and no standing answer covers it', async () => {
    const world = newWorld();
    const { app } = await ask(world, present);
    expect(card(app).card.grants).toBeUndefined();
    expect(app.gate.offer(card(app).action!, 'same')).toBeUndefined();
  });
});

describe('a card that two people have to sign', () => {
  test('waits for the second, tells the Claw so, and the record has both names', async () => {
    const world = newWorld();
    const { app, answer } = await ask(world, two);
    expect(approve(app, proofOf(app, ana))).toEqual({ ok: true, value: null });
    await goOn(world);
    expect(card(app)).toMatchObject({ answer: null, signing: { signed: [{ approver: 'ana', name: 'Ana' }] } });
    await goOn(world, 50_000);
    const told = await answer;
    expect(told).toMatchObject({ kind: 'waiting', progress: 'waiting', isSignedOnce: true });
    expect(world.calls).toHaveLength(0);
    expect(approve(app, proofOf(app, bo))).toEqual({ ok: true, value: null });
    await goOn(world);
    await goOn(world, 10_000);
    expect(world.calls).toHaveLength(1);
    expect(world.events.find(({ kind }) => kind === 'answered')).toMatchObject({ by: 'Ana, Bo', signatures: [{ name: 'Ana' }, { name: 'Bo' }] });
  });

  test('is not signed twice by the same person, by nobody’s name, or too soon after the first', async () => {
    const world = newWorld();
    const { app } = await ask(world, two);
    expect(approve(app, proofOf(app, null))).toMatchObject({ problem: { id: 'signing.problem.needsName' } });
    approve(app, proofOf(app, ana));
    expect(approve(app, proofOf(app, bo))).toMatchObject({ problem: { id: 'approval.problem.tooSoon' } });
    await goOn(world);
    expect(approve(app, proofOf(app, ana))).toMatchObject({ problem: { id: 'signing.problem.samePerson' } });
    expect(approve(app)).toMatchObject({ problem: { id: 'approval.problem.unsigned' } });
    await goOn(world, 20_000);
    expect(world.calls).toHaveLength(0);
  });

  test.for<[string, Approver, Approver, boolean]>([
    ['the first is of it', bo, ana, true],
    ['the second is of it', ana, bo, true],
    ['neither is', ana, cy, false],
  ])('has one of the group: %s', async ([, first, second, isTaken]) => {
    const world = newWorld();
    const { app } = await ask(world, { people: 2, groups: ['finance'] });
    approve(app, proofOf(app, first));
    await goOn(world);
    expect(approve(app, proofOf(app, second))).toMatchObject(isTaken ? { ok: true } : { problem: { id: 'signing.problem.group' } });
  });

  test('is refused when either says no, and a signature that comes a moment later finds nothing', async () => {
    const world = newWorld();
    const { app, answer } = await ask(world, two);
    const shown = card(app);
    approve(app, proofOf(app, ana));
    await goOn(world);
    const proof = proofOf(app, bo);
    expect(app.approvals.give({ id: shown.id, digest: shown.digest, answer: 'deny', isConfirmed: false, reason: null })).toMatchObject({ ok: true });
    expect(approve(app, proof, shown)).toMatchObject({ problem: { id: 'approval.problem.gone' } });
    expect(await answer).toMatchObject({ reason: 'denied_by_person' });
    await goOn(world, 20_000);
    expect(world.calls).toHaveLength(0);
  });

  test('keeps the first signature over a restart, and its own end', async () => {
    const world = newWorld();
    const { app } = await ask(world, two);
    approve(app, proofOf(app, ana));
    await goOn(world);
    app.gate.close();
    app.approvals.close();
    const next = open(world);
    next.knobs.decide = asks(two);
    await next.gate.recover();
    expect(card(next).signing?.signed).toMatchObject([{ name: 'Ana' }]);
    await goOn(world);
    expect(approve(next, proofOf(next, ana))).toMatchObject({ problem: { id: 'signing.problem.samePerson' } });
    expect(approve(next, proofOf(next, bo))).toMatchObject({ ok: true });
    await goOn(world);
    await goOn(world, 10_000);
    expect(world.calls).toHaveLength(1);
  });

  test('ends in its own time when the second does not come', async () => {
    const world = newWorld();
    const { app } = await ask(world, two);
    const { expiresAt } = card(app);
    approve(app, proofOf(app, ana));
    expect(card(app).expiresAt).toBe(expiresAt);
    await goOn(world, 300_000);
    expect(app.approvals.waiting()).toEqual([]);
    expect(world.events.find(({ kind }) => kind === 'ended')).toMatchObject({ outcome: 'timed_out' });
  });

  test('loses the first signature when what it shows changes, and when who gave it may sign no more', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = asks(two);
    app.knobs.editable = [{ at: '/subject', kind: 'line', label: { id: 'edit.subject', values: {} } }];
    app.knobs.inputSchema = { type: 'object', properties: { subject: { type: 'string' } } };
    void app.gate.perform(request({ to: ['ana@northwind.example'], subject: 'before' }));
    await settle();
    await goOn(world);
    const before = card(app);
    approve(app, proofOf(app, ana));
    const swapped = proofOf(app, bo, before);
    expect(await app.gate.editing.edit(before.id, before.digest, [{ at: '/subject', value: 'after' }])).toMatchObject({ ok: true, value: { kind: 'shown' } });
    await goOn(world);
    const after = card(app);
    expect(after.digest).not.toBe(before.digest);
    expect(after.signing).toEqual({ people: 2, groups: [], signed: [] });
    expect(approve(app, swapped, after)).toMatchObject({ problem: { id: 'approval.problem.unsigned' } });
    approve(app, proofOf(app, ana));
    app.approvals.keepSignatures(({ approver }) => approver !== ana.id);
    expect(card(app).signing?.signed).toEqual([]);
    await goOn(world, 20_000);
    expect(world.calls).toHaveLength(0);
  });
});

test('rules that want more signed than the card asked for end it, and rules that want less do not', async () => {
  const world = newWorld();
  const { app, answer } = await ask(world, present);
  app.knobs.decide = decision('ask');
  app.gate.stopForbidden();
  expect(app.approvals.waiting()).toHaveLength(1);
  app.knobs.decide = asks(two);
  app.gate.stopForbidden();
  expect(await answer).toMatchObject({ reason: 'rules_changed' });
});

test('what was approved with a click is not done once it has to be signed', async () => {
  const world = newWorld();
  const app = open(world);
  const answer = app.gate.perform(request());
  await settle();
  await world.clock.advance(1000);
  approve(app);
  await settle();
  app.knobs.decide = asks(present);
  await goOn(world, 20_000);
  expect(await answer).toMatchObject({ reason: 'rules_changed' });
  expect(world.calls).toHaveLength(0);
});
