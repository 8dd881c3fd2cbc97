import { assert, property, webUrl } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestName } from '../../main/gate/describe.ts';
import { normalUri } from '../../main/gate/uri.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { agent, decision, newWorld, open, press, promptRequest, resourceRequest, settle, type World } from './harness.ts';

const uri = 'file:///reports/q3.txt';
const contents = { contents: [{ uri, text: 'Q3 went well' }] };

/** A start where everything is allowed and the service answers with that result. */
function allowing(world: World, result: JsonObject = contents) {
  const app = open(world);
  app.knobs.decide = decision('allow');
  app.knobs.answer = () => Promise.resolve({ kind: 'result', result });
  return app;
}

describe('resources and prompts take the same way', () => {
  test('a resource is read by its exact URI, recorded before and after, and told apart from a tool', async () => {
    const world = newWorld();
    const app = allowing(world);
    expect(await app.gate.perform(resourceRequest(uri))).toMatchObject({ outcome: 'done', result: contents });
    expect(world.calls[0]).toMatchObject({ name: uri, arguments: {} });
    expect(world.questions[0]).toMatchObject({ kind: 'readResource', name: uri, effect: 'read', facts: { effect: 'read', uri } });
    const sentence = { did: { id: 'activity.resource.did', values: { uri, connection: 'Work mail' } } };
    expect(world.events).toMatchObject([{ kind: 'intent', actionKind: 'readResource', tool: uri, sentence }, { kind: 'ended', outcome: 'done' }]);
  });

  test('a prompt is taken with its arguments; arguments that are no text are refused', async () => {
    const world = newWorld();
    const app = allowing(world, { messages: [] });
    expect(await app.gate.perform(promptRequest('letter', { to: 'Ana' }))).toMatchObject({ outcome: 'done', result: { messages: [] } });
    expect(world.calls[0]).toMatchObject({ name: 'letter', arguments: { to: 'Ana' } });
    expect(world.events[0]).toMatchObject({ actionKind: 'getPrompt', sentence: { did: { id: 'activity.prompt.did', values: { prompt: 'letter' } } } });
    expect(await app.gate.perform(promptRequest('letter', { to: ['Ana'] }))).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
    expect(await app.gate.perform({ ...resourceRequest(uri), arguments: { force: true } })).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
    expect(world.calls).toHaveLength(1);
  });

  test('a tool, a resource and a prompt of one name have different digests', async () => {
    const world = newWorld();
    const app = allowing(world);
    await app.gate.perform(resourceRequest('x:y'));
    await app.gate.perform(promptRequest('x:y'));
    await app.gate.perform({ ...promptRequest('x:y'), kind: 'invokeTool' });
    const digests = world.events.flatMap((event) => (event.kind === 'intent' ? [event.digest] : []));
    expect(new Set(digests)).toHaveProperty('size', 3);
  });

  test('a rule that asks puts a card; approved, it is read once, and the same request fetches it once', async () => {
    const world = newWorld();
    const app = allowing(world);
    app.knobs.decide = decision('ask');
    const first = app.gate.perform(resourceRequest(uri));
    await settle();
    expect(app.approvals.waiting()[0]?.card).toMatchObject({ headline: { id: 'card.resource.headline' }, rows: [{ text: uri, isStrong: true }, {}], risk: 'normal', holdSeconds: 0 });
    await world.clock.advance(50_000);
    expect(await first).toMatchObject({ kind: 'waiting' });
    await press(app, world, 'approve');
    expect(await app.gate.perform(resourceRequest(uri))).toMatchObject({ outcome: 'done', result: contents });
    expect(world.calls).toHaveLength(1);
    const [{ id }] = world.events.flatMap((event) => (event.kind === 'intent' ? [{ id: event.action }] : [])) as [{ id: never }];
    expect(await app.gate.wait(agent, id, new AbortController().signal)).toMatchObject({ result: { contents: [{ uri, text: expect.stringContaining('Do not repeat') }] } });
    void app.gate.perform(resourceRequest(uri));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('an approved prompt that waited over a restart is taken from the service then', async () => {
    const world = newWorld();
    const before = open(world);
    void before.gate.perform(promptRequest('letter', { to: 'Ana' }));
    await settle();
    before.approvals.close();
    const after = allowing(world, { messages: [] });
    after.knobs.decide = decision('ask');
    await after.gate.recover();
    await press(after, world, 'approve');
    expect(world.calls).toMatchObject([{ name: 'letter', arguments: { to: 'Ana' } }]);
    expect(await after.gate.perform(promptRequest('letter', { to: 'Ana' }))).toMatchObject({ outcome: 'done', result: { messages: [] } });
  });
});

describe('attempts to get at a resource', () => {
  test.each([
    ['a forbid rule', (app: ReturnType<typeof open>) => void (app.knobs.decide = decision('deny', 'organization')), 'company_policy'],
    ['a pause', (app: ReturnType<typeof open>) => app.pause.set(true), 'paused'],
    ['a pause of the agent', (app: ReturnType<typeof open>) => void app.knobs.pausedAgents.add(agent), 'agent_paused'],
  ])('%s: nothing is read, and the attempt is on record', async (_what, change, reason) => {
    const world = newWorld();
    const app = allowing(world);
    change(app);
    for (const attempt of [resourceRequest(uri), promptRequest('letter')]) {
      expect(await app.gate.perform(attempt)).toMatchObject({ outcome: 'blocked', reason });
    }
    expect(world.calls).toHaveLength(0);
    expect(world.events.map(({ kind }) => kind)).toEqual(['intent', 'ended', 'intent', 'ended']);
  });

  test('an agent without the connection, and a service with tools alone, have no resources and no prompts', async () => {
    const world = newWorld();
    const app = allowing(world);
    for (const knob of [{ mayUse: false }, { hasOffers: false, mayUse: true }]) {
      Object.assign(app.knobs, knob);
      expect(await app.gate.perform(resourceRequest(uri))).toMatchObject({ kind: 'rejected', code: 'unknown_resource' });
      expect(await app.gate.perform(promptRequest('letter'))).toMatchObject({ kind: 'rejected', code: 'unknown_prompt' });
    }
    expect(world.calls).toHaveLength(0);
  });

  test('a pause while it is read holds its contents back in the form of a resource', async () => {
    const world = newWorld();
    const app = allowing(world);
    app.knobs.answer = () => {
      app.pause.set(true);
      return Promise.resolve({ kind: 'result', result: contents });
    };
    const held = await app.gate.perform(resourceRequest(uri));
    expect(held).toMatchObject({ outcome: 'done', result: { contents: [{ uri, text: expect.stringContaining('held back') }] } });
    expect(JSON.stringify(held)).not.toContain('Q3 went well');
    app.pause.set(false);
    app.knobs.answer = () => {
      app.knobs.mayUse = false;
      return Promise.resolve({ kind: 'result', result: { messages: [{ role: 'user', content: { type: 'text', text: 'Q3 went well' } }] } });
    };
    expect(await app.gate.perform(promptRequest('letter'))).toMatchObject({ result: { messages: [{ content: { text: expect.stringContaining('held back') } }] } });
  });

  test('a URI with invisible characters or new lines cannot fake a card; one that is endless or no text is refused', async () => {
    const world = newWorld();
    const app = allowing(world);
    app.knobs.decide = decision('ask');
    void app.gate.perform(resourceRequest('file:///a\nConnection: safe\u202Etxt'));
    await settle();
    const shown = JSON.stringify(app.approvals.waiting()[0]?.card);
    expect(shown).toContain('⟦U+202E⟧');
    expect(shown).toContain('⟦U+000A⟧');
    for (const name of [`file:///${'a'.repeat(longestName)}`, 'file:///\uD800']) {
      expect(await app.gate.perform(resourceRequest(name))).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
    }
  });

  test('a secret in a URI stays out of the record', async () => {
    const world = newWorld();
    const app = allowing(world);
    await app.gate.perform(resourceRequest('https://ana:hunter2@files.example/q3'));
    expect(JSON.stringify(world.events)).not.toContain('hunter2');
    expect(world.calls[0]?.name).toContain('hunter2');
  });

  test.each([
    ['file:///etc/x/../passwd', 'file:///etc/passwd'],
    ['FILE:///etc/./p%61sswd', 'file:///etc/passwd'],
    ['file:///etc/%2e%2e/etc/passwd', 'file:///etc/passwd'],
    ['test://a/b%2Fc', 'test://a/b%2Fc'],
    ['notes', 'notes'],
  ])('rules see %s as %s', (written, normal) => expect(normalUri(written)).toBe(normal));

  test('the normal form of a normal form of ordinary URIs is itself', () => {
    assert(property(webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      expect(normalUri(normalUri(url))).toBe(normalUri(url));
    }));
  });
});
