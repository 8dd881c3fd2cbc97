import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { grantId } from '../../preload/contract.ts';
import type { Described } from '../../main/model/action.ts';
import { say } from '../../main/model/say.ts';
import { decision, newWorld, open, press, request, settle } from './harness.ts';

const id = grantId.parse(randomUUID());
const granted = { ...decision('allow', 'personal'), grant: id };

const mail: Described = {
  facts: { effect: 'send', isReversible: false, recipientAddresses: ['ana@northwind.example'], attachments: [] },
  materials: [],
  card: { headline: say('h'), summary: say('s'), unusual: [], rows: [], risk: 'normal', confirm: null },
  sentence: { did: say('did'), wanted: say('wanted'), details: [] },
};

describe('a card', () => {
  test('offers what may be granted, and the gate knows what it offered', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.describe = () => Promise.resolve(mail);
    void app.gate.perform(request());
    await settle();
    const [asked] = app.approvals.waiting();
    expect(asked?.card.grants?.map(({ id }) => id)).toEqual(['same', 'recipients']);
    expect(app.gate.offer(asked!.action!, 'recipients')).toMatchObject({ offer: { scope: { addresses: ['ana@northwind.example'] } }, action: { name: 'send_email' } });
    expect(app.gate.offer(asked!.action!, 'everything')).toBeUndefined();
    await press(app, world, 'deny');
    await settle();
    expect(app.gate.offer(asked!.action!, 'recipients')).toBeUndefined();
  });

  test('offers the same after a restart', async () => {
    const world = newWorld();
    const before = open(world);
    before.knobs.describe = () => Promise.resolve(mail);
    void before.gate.perform(request());
    await settle();
    before.gate.close();
    const after = open(world);
    await after.gate.recover();
    const [asked] = after.approvals.waiting();
    expect(after.gate.offer(asked!.action!, 'same')).toMatchObject({ offer: { scope: { kind: 'same', digest: asked!.digest } } });
  });

  test('offers nothing where the organization wants to be asked', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.describe = () => Promise.resolve(mail);
    app.knobs.decide = decision('ask', 'organization');
    void app.gate.perform(request());
    await settle();
    expect(app.approvals.waiting()[0]?.card.grants).toBeUndefined();
  });
});

describe('an action that a standing answer lets through', () => {
  test('is done without a question, counted, and held all the same', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = granted;
    const answer = app.gate.perform(request());
    await settle();
    expect(world.granted).toEqual([id]);
    expect(app.approvals.waiting()).toEqual([]);
    expect(world.calls).toHaveLength(0);
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'done' });
    expect(world.granted).toEqual([id]);
  });

  test('is not stopped when that was its last use, or it has run out since', async () => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = granted;
    const answer = app.gate.perform(request());
    await settle();
    app.knobs.decide = decision('ask');
    app.gate.stopForbidden();
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'done' });
  });

  test.for<[string, (app: ReturnType<typeof open>) => void, string]>([
    ['was taken back', (app) => app.knobs.revokedGrants.add(id), 'rules_changed'],
    ['no longer counts, because the organization now wants to be asked', (app) => (app.knobs.decide = decision('ask', 'organization')), 'rules_changed'],
    ['no longer counts, because the organization now forbids it', (app) => (app.knobs.decide = decision('deny', 'organization')), 'company_policy'],
  ])('is not done when the answer %s while it is held', async ([, change, reason]) => {
    const world = newWorld();
    const app = open(world);
    app.knobs.decide = granted;
    const answer = app.gate.perform(request());
    await settle();
    app.knobs.decide = decision('ask');
    change(app);
    app.gate.stopForbidden();
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ reason });
    expect(world.calls).toHaveLength(0);
  });

  test('is not done after a restart without being asked about: which answer it was is not known any more', async () => {
    const world = newWorld();
    const before = open(world);
    before.knobs.decide = granted;
    void before.gate.perform(request());
    await settle();
    before.gate.close();
    const after = open(world);
    after.knobs.decide = decision('ask');
    await after.gate.recover();
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(0);
  });
});
