import { expect, test } from 'vitest';
import type { SecretsFound } from '../../main/model/secret.ts';
import { decision, newWorld, open, press, request, resourceRequest, settle, type World } from './harness.ts';

/** What the harness takes for a key of somebody else, and for a secret of ours. */
const found: SecretsFound = { kinds: ['github'], owners: [] };
const own: SecretsFound = { kinds: ['own'], owners: ['work-mail'] };
const lookFor = (sent: string): SecretsFound | undefined => (sent.includes('hunter2') ? own : sent.includes('ghp_found') ? found : undefined);

function start(world: World) {
  const app = open(world);
  app.knobs.secrets = lookFor;
  app.knobs.settings = { clientWaitSeconds: 600 };
  return app;
}

test('a key in the arguments is unusual: a high-risk card with a line to tick, masked in the record, and done as it was sent', async () => {
  const world = newWorld();
  const app = start(world);
  const answer = app.gate.perform(request({ to: ['ana@northwind.example'], text: 'use ghp_found' }));
  await settle();
  const [asked] = app.approvals.waiting();
  expect(asked?.card).toMatchObject({
    risk: 'high',
    confirm: { id: 'card.secret.confirm' },
    unusual: [{ text: { id: 'card.mark.secret', values: { kind: 'github' } }, tone: 'mind' }],
  });
  // Without the tick it is not approved.
  await world.clock.advance(1000);
  expect(app.approvals.give({ id: asked!.id, digest: asked!.digest, answer: 'approve', isConfirmed: false, reason: null })).toMatchObject({ ok: false });
  await press(app, world, 'approve');
  await world.clock.advance(10_000);
  expect(await answer).toMatchObject({ outcome: 'done' });
  expect(world.calls[0]?.arguments).toEqual({ to: ['ana@northwind.example'], text: 'use ghp_found' });
  expect(JSON.stringify(world.events)).not.toContain('ghp_found');
  expect(world.events[0]).toMatchObject({ kind: 'intent', arguments: { text: 'use [secret removed]' }, facts: { secrets: ['github'] }, sentence: { details: [{ id: 'activity.secret' }] } });
  expect(world.events.map(({ kind }) => kind)).not.toContain('own_secret_sent');
});

test('a secret of ours is told apart: not shown even on the card, whose it is, and an event of its own', async () => {
  const world = newWorld();
  const app = start(world);
  const answer = app.gate.perform(request({ to: 'hunter2' }));
  await settle();
  const [asked] = app.approvals.waiting();
  expect(asked?.card).toMatchObject({ risk: 'high', confirm: { id: 'card.secret.confirmOwn' }, unusual: [{ text: { id: 'card.mark.ownSecret' }, tone: 'stop' }] });
  expect(JSON.stringify(app.approvals.list(0))).not.toContain('hunter2');
  expect(world.events[1]).toMatchObject({ kind: 'own_secret_sent', connections: [{ id: 'work-mail' }] });
  const onDisk = world.database.prepare('SELECT entry FROM outbox').all();
  expect(onDisk).toHaveLength(1);
  expect(JSON.stringify(onDisk)).not.toContain('hunter2');
  await press(app, world, 'approve');
  await world.clock.advance(10_000);
  expect(await answer).toMatchObject({ outcome: 'done' });
  expect(world.calls[0]?.arguments).toEqual({ to: 'hunter2' });
  expect(JSON.stringify(world.events)).not.toContain('hunter2');
});

test('killed while such a card waits: approved after the restart, it is refused, because what was sent is no longer there', async () => {
  const world = newWorld();
  const before = start(world);
  void before.gate.perform(request({ to: 'hunter2' }));
  await settle();
  const after = start(world);
  await after.gate.recover();
  await press(after, world, 'approve');
  await world.clock.advance(20_000);
  expect(world.calls).toHaveLength(0);
  expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'failed', reason: 'changed_since_approval' });
});

test('what is allowed without a question is masked and told too; rules see what was found', async () => {
  const world = newWorld();
  const app = start(world);
  app.knobs.decide = decision('allow');
  expect(await app.gate.perform(request({ q: 'hunter2' }, 'read_message'))).toMatchObject({ outcome: 'done' });
  expect(await app.gate.perform(resourceRequest('files://share?token=ghp_found'))).toMatchObject({ outcome: 'done' });
  expect(world.questions.map(({ facts }) => facts.secrets)).toEqual([['own'], ['github']]);
  expect(world.events.filter(({ kind }) => kind === 'own_secret_sent')).toHaveLength(1);
  expect(world.events.find((event) => event.kind === 'intent' && event.actionKind === 'readResource')).toMatchObject({ tool: 'files://share?token=[secret removed]' });
  expect(JSON.stringify(world.events)).not.toMatch(/hunter2|ghp_found/);
});

test('a service that repeats the key in its error does not bring it into the record', async () => {
  const world = newWorld();
  const app = start(world);
  app.knobs.decide = decision('allow');
  app.knobs.answer = () => Promise.resolve({ kind: 'failed', text: 'ghp_found is not valid' });
  expect(await app.gate.perform(request({ key: 'ghp_found' }, 'read_message'))).toMatchObject({ outcome: 'failed' });
  expect(JSON.stringify(world.events)).not.toContain('ghp_found');
});

test('a secret of ours that cannot be recorded is not sent', async () => {
  const world = newWorld();
  const app = start(world);
  app.knobs.decide = decision('allow');
  app.knobs.unrecordable.add('own_secret_sent');
  expect(await app.gate.perform(request({ q: 'hunter2' }, 'read_message'))).toMatchObject({ outcome: 'failed', reason: 'not_recorded' });
  expect(world.calls).toHaveLength(0);
});
