import { describe, expect, test } from 'vitest';
import { actionId, agentId } from '../../preload/contract.ts';
import type { ActionAnswer } from '../../main/model/action.ts';
import { agent, decision, held, newWorld, open, press, request, settle, type World } from './harness.ts';

const minute = 60_000;
const hour = 60 * minute;
const noSignal = new AbortController().signal;

function idOf(answer: ActionAnswer) {
  return 'action' in answer ? answer.action : actionId.parse('00000000-0000-4000-8000-000000000000');
}

/** An action that ended after its client was told to wait. */
async function endedUnseen(world: World, app: ReturnType<typeof open>, answer: 'approve' | 'deny', asked = request()): Promise<void> {
  const first = app.gate.perform(asked);
  await settle();
  await world.clock.advance(50_000);
  await first;
  await press(app, world, answer);
  await world.clock.advance(10_000);
}

describe('kept answers', () => {
  test('an old refusal is no answer to a new request', async () => {
    const world = newWorld();
    const app = open(world);
    await endedUnseen(world, app, 'deny');
    await world.clock.advance(11 * minute);
    void app.gate.perform(request());
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('a send that was done is told for a day instead of asked again', async () => {
    const world = newWorld();
    const app = open(world);
    await endedUnseen(world, app, 'approve');
    await world.clock.advance(20 * hour);
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'done', result: { content: [{ text: 'sent' }] } });
    expect(world.calls).toHaveLength(1);
  });

  test('once fetched, neither the result nor the arguments stay; asking again says that it was done', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.answer = () => Promise.resolve({ kind: 'result', result: { content: [{ type: 'text', text: 'the whole message' }] } });
    const { answer } = await held(world, app);
    await world.clock.advance(10_000);
    const ended = await answer;
    const [kept] = world.database.prepare('SELECT entry, answer FROM outbox').all();
    expect(JSON.stringify(kept)).not.toContain('the whole message');
    expect(JSON.stringify(kept)).not.toContain('ana@northwind.example');
    expect(await app.gate.wait(agent, idOf(ended), noSignal)).toMatchObject({ outcome: 'done', result: { content: [{ text: expect.stringContaining('Do not repeat') }] } });
  });

  test('what nobody fetched is dropped after a day without a restart', async () => {
    const world = newWorld();
    const app = open(world);
    await endedUnseen(world, app, 'approve');
    await world.clock.advance(25 * hour);
    app.knobs.decide = decision('allow');
    await app.gate.perform(request({}, 'read_message'));
    await settle();
    expect(world.database.prepare('SELECT count(*) AS rows FROM outbox').get()).toMatchObject({ rows: 0 });
  });

  test('while paused, and to who may not use the connection any more, a kept result is held back', async () => {
    const world = newWorld();
    const app = open(world);
    const first = app.gate.perform(request());
    await settle();
    await world.clock.advance(50_000);
    const id = idOf(await first);
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    app.pause.set(true);
    expect(JSON.stringify(await app.gate.wait(agent, id, noSignal))).not.toContain('sent');
    app.pause.set(false);
    app.knobs.mayUse = false;
    expect(JSON.stringify(await app.gate.wait(agent, id, noSignal))).not.toContain('sent');
    app.knobs.mayUse = true;
    expect(await app.gate.wait(agent, id, noSignal)).toMatchObject({ result: { content: [{ text: 'sent' }] } });
  });

  test('another agent gets nothing by the id of an ended action', async () => {
    const world = newWorld();
    const app = open(world);
    const { answer } = await held(world, app);
    await world.clock.advance(10_000);
    expect(await app.gate.wait(agentId.parse('other'), idOf(await answer), noSignal)).toBeUndefined();
  });

  test('who is paired anew under a forgotten id finds nothing of the one before', async () => {
    const world = newWorld();
    const app = open(world);
    await endedUnseen(world, app, 'approve');
    app.knobs.forgottenAgents.add(agent);
    app.gate.forgetAgent(agent);
    app.knobs.forgottenAgents.clear();
    void app.gate.perform(request());
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('a held send of a forgotten agent is not done, not even after a restart', async () => {
    const world = newWorld();
    const app = open(world);
    const { answer } = await held(world, app);
    app.gate.forgetAgent(agent);
    expect(await answer).toMatchObject({ reason: 'access_removed' });
    const after = open(world);
    await after.gate.recover();
    await world.clock.advance(minute);
    expect(world.calls).toHaveLength(0);
  });
});
