import { describe, expect, test } from 'vitest';
import { actionId, connectionId } from '../../preload/contract.ts';
import type { ActionAnswer } from '../../main/model/action.ts';
import type { Reach } from '../../main/model/reach.ts';
import { connection, decision, agent, newWorld, open, press, promptRequest, request, resourceRequest, settle } from './harness.ts';

const readOnly: Reach = [{ connection, mayRead: true, mayAct: false }];
const actOnly: Reach = [{ connection, mayRead: false, mayAct: true }];
const elsewhere: Reach = [{ connection: connectionId.parse('books'), mayRead: true, mayAct: true }];
const nowhere: Reach = [];
const noSignal = new AbortController().signal;

function idOf(answer: ActionAnswer) {
  return 'action' in answer ? answer.action : actionId.parse('00000000-0000-4000-8000-000000000000');
}

describe('what a token does not reach', () => {
  test.each([
    ['a send with a token for reading', request(), readOnly],
    ['a tool nobody described with a token for reading', request({}, 'mystery'), readOnly],
    ['a send with a token for another connection', request(), elsewhere],
    ['a send with a token that reaches nothing', request(), nowhere],
    ['a resource with a token for acting', resourceRequest('note://1'), actOnly],
    ['a resource of another connection', resourceRequest('note://1'), elsewhere],
    ['a prompt with a token for acting', promptRequest('greet'), actOnly],
  ] as const)('%s: refused and recorded, whatever the rules say; nobody is asked and nothing leaves', async (_what, asked, reach) => {
    const world = newWorld();
    const app = open(world);
    for (const answer of ['allow', 'ask'] as const) {
      app.knobs.decide = decision(answer);
      expect(await app.gate.perform({ ...asked, reach })).toMatchObject({ kind: 'ended', outcome: 'blocked', reason: 'outside_token' });
    }
    expect(app.approvals.waiting()).toEqual([]);
    expect(world.calls).toEqual([]);
    expect(world.events.map(({ kind }) => kind)).toEqual(['intent', 'ended', 'intent', 'ended']);
    expect(world.events[1]).toMatchObject({ outcome: 'blocked', reason: 'outside_token' });
  });

  test('is not even looked up at the service to describe it', async () => {
    const world = newWorld();
    const app = open(world);
    let lookedUp = 0;
    const { describe: plain } = app.knobs;
    app.knobs.describe = (args, context) => {
      lookedUp += 1;
      return plain(args, context);
    };
    await app.gate.perform({ ...request(), reach: readOnly });
    expect(lookedUp).toBe(0);
    void app.gate.perform({ ...request(), reach: actOnly });
    await settle();
    expect(lookedUp).toBe(1);
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('is not told either: neither by the same call again, nor by the id of an action of a wider token', async () => {
    const world = newWorld();
    const app = open(world);
    const first = app.gate.perform(request());
    await settle();
    await world.clock.advance(50_000);
    const id = idOf(await first);
    expect(await app.gate.perform({ ...request(), reach: readOnly })).toMatchObject({ reason: 'outside_token' });
    expect(await app.gate.wait(agent, id, noSignal, undefined, readOnly)).toBeUndefined();
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    expect(await app.gate.wait(agent, id, noSignal, undefined, elsewhere)).toBeUndefined();
    expect(await app.gate.perform({ ...request(), reach: readOnly })).toMatchObject({ reason: 'outside_token' });
    expect(await app.gate.wait(agent, id, noSignal, undefined, actOnly)).toMatchObject({ outcome: 'done', result: { content: [{ text: 'sent' }] } });
    expect(await app.gate.wait(agent, id, noSignal, undefined, readOnly)).toBeUndefined();
    expect(world.calls).toHaveLength(1);
  });

  test('what it does reach passes as ever', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = decision('allow');
    app.knobs.settings = { sendHoldSeconds: 0 };
    expect(await app.gate.perform({ ...request(), reach: actOnly })).toMatchObject({ outcome: 'done' });
    expect(await app.gate.perform({ ...resourceRequest('note://1'), reach: readOnly })).toMatchObject({ outcome: 'done' });
    expect(world.calls).toHaveLength(2);
  });
});
