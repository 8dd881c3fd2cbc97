import { describe, expect, test } from 'vitest';
import type { Approval, Card } from '../../preload/contract.ts';
import { stackOf } from '../../main/approvals/stack.ts';
import type { Facts } from '../../main/model/action.ts';
import { say } from '../../main/model/say.ts';
import { agent, connection, newWorld, open, request, settle, type World } from '../gate/harness.ts';

const to = (name: string) => request({ to: [`${name}@northwind.example`] });
const cardsOf = (approvals: readonly Approval[]) => approvals.map(({ id, digest }) => ({ id, digest }));

async function asked(count: number, world: World = newWorld()) {
  const app = open(world);
  const answers = Array.from({ length: count }, (_none, index) => app.gate.perform(to(`person${index}`)));
  await settle();
  await world.clock.advance(1000);
  return { app, world, answers };
}

describe('one answer for a stack', () => {
  test('is given to each of twelve, and each is recorded by itself, with how many there were', async () => {
    const { app, world, answers } = await asked(12);
    expect(app.approvals.giveStack(cardsOf(app.approvals.waiting()), 'approve', null)).toEqual({ ok: true, value: null });
    await settle();
    await world.clock.advance(11_000);
    expect(await Promise.all(answers)).toEqual(answers.map(() => expect.objectContaining({ outcome: 'done' })));
    expect(world.calls).toHaveLength(12);
    expect(world.events.filter(({ kind }) => kind === 'answered')).toEqual(answers.map(() => expect.objectContaining({ answer: 'approved', together: 11 })));
  });

  test('is a no to each, with the reason', async () => {
    const { app, answers, world } = await asked(3);
    app.approvals.giveStack(cardsOf(app.approvals.waiting()), 'deny', 'Not this week');
    expect(await Promise.all(answers)).toEqual(answers.map(() => expect.objectContaining({ outcome: 'denied', text: expect.stringContaining('Not this week') })));
    expect(world.calls).toEqual([]);
  });

  test('never answers one that joined after it was shown', async () => {
    const { app, world } = await asked(2);
    const shown = cardsOf(app.approvals.waiting());
    void app.gate.perform(to('late'));
    await settle();
    await world.clock.advance(1000);
    expect(app.approvals.giveStack(shown, 'approve', null).ok).toBe(true);
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('answers nothing when one of them shows something else, is gone, is named twice, or is too new', async () => {
    const { app, world } = await asked(3);
    const [first, second, third] = cardsOf(app.approvals.waiting());
    if (!first || !second || !third) throw new Error('Three cards wait.');
    expect(app.approvals.giveStack([first, { ...second, digest: third.digest }], 'approve', null)).toMatchObject({ problem: { id: 'approval.problem.changed' } });
    expect(app.approvals.giveStack([first, first], 'approve', null)).toMatchObject({ problem: { id: 'approval.problem.notTogether' } });
    void app.gate.perform(to('new'));
    await settle();
    const newest = cardsOf(app.approvals.waiting()).at(-1);
    if (!newest) throw new Error('A fourth card waits.');
    expect(app.approvals.giveStack([first, newest], 'approve', null)).toMatchObject({ problem: { id: 'approval.problem.tooSoon' } });
    app.approvals.withdraw(second.id);
    expect(app.approvals.giveStack([first, second], 'approve', null)).toMatchObject({ problem: { id: 'approval.problem.gone' } });
    await world.clock.advance(1000);
    expect(world.calls).toEqual([]);
    expect(app.approvals.waiting()).toHaveLength(3);
  });

  test('is there again after a restart, as a stack', async () => {
    const { app, world } = await asked(2);
    app.gate.close();
    app.approvals.close();
    const again = open(world);
    await again.gate.recover();
    await world.clock.advance(1000);
    expect(again.approvals.giveStack(cardsOf(again.approvals.waiting()), 'approve', null)).toEqual({ ok: true, value: null });
  });
});

describe('what lies on a stack', () => {
  const action = { kind: 'invokeTool' as const, agent, connection, name: 'move_event' };
  const facts: Facts = { effect: 'change', isReversible: true };
  const card: Card = { headline: say('h'), summary: say('s'), unusual: [], rows: [], risk: 'normal', confirm: null, why: say('w'), holdSeconds: 0 };
  const key = stackOf(action, facts, card, null)?.key;

  test('is of one Claw, one connection and one tool', () => {
    expect(key).toBeDefined();
    expect(stackOf({ ...action, name: 'add_event' }, facts, card, null)?.key).not.toBe(key);
    expect(stackOf({ ...action, kind: 'readResource' }, facts, card, null)?.key).not.toBe(key);
  });

  test.for<[string, ReturnType<typeof stackOf>]>([
    ['much is at stake', stackOf(action, facts, { ...card, risk: 'high' }, null)],
    ['a fact has to be ticked', stackOf(action, facts, { ...card, confirm: say('c') }, null)],
    ['a number has to be typed', stackOf(action, facts, { ...card, asksNumber: true }, null)],
    ['it has to be signed', stackOf(action, facts, card, { people: 1, groups: [] })],
    ['it pays', stackOf(action, { ...facts, effect: 'pay' }, card, null)],
    ['it deletes', stackOf(action, { ...facts, effect: 'delete' }, card, null)],
    ['it runs a command', stackOf(action, { ...facts, effect: 'run' }, card, null)],
    ['nobody knows what it does', stackOf(action, { ...facts, effect: 'unknown' }, card, null)],
  ])('is nothing where %s', ([, stack]) => {
    expect(stack).toBeUndefined();
  });
});
