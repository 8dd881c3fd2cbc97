import { describe, expect, test } from 'vitest';
import type { ActionProfile, Described } from '../../main/model/action.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { toolProfile } from '../../main/model/tool-profile.ts';
import { say } from '../../main/model/say.ts';
import type { UpstreamTool } from '../../main/model/upstream.ts';
import { Profiles } from '../../main/profiles/profiles.ts';
import { sayPhrase } from '../../main/text/phrases.ts';
import { policyOf } from '../policy/questions.ts';
import { payment } from '../profiles/setting.ts';
import { connection, newWorld, open, press, request, resourceRequest, settle, type World } from './harness.ts';

const watched = { connections: ['*'], coversOrganization: false };

function reading(over: Partial<Described['facts']> = {}, risk: 'normal' | 'high' = 'normal'): Described {
  return {
    facts: { effect: 'read', isReversible: true, ...over },
    materials: [],
    card: { headline: say('h'), summary: say('s'), unusual: [], rows: [], risk, confirm: null },
    sentence: { did: say('did'), wanted: say('wanted'), details: [] },
  };
}

/** The gate with the real rules, where the person wants to be asked about the tool, and reading is watched. */
function start(world: World, described: Described = reading()) {
  const personal = [{ connection: 'work-mail', tool: 'send_email', rule: 'ask', createdAt: 1 }];
  const policy = policyOf({ personal, watch: watched });
  const app = open(world, undefined, { policy });
  app.knobs.describe = () => Promise.resolve(described);
  return { ...app, policy, personal };
}

describe('where reading is watched', () => {
  test('it is done without a question, and the record says which rule would have asked', async () => {
    const world = newWorld();
    const app = start(world);
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'done' });
    expect(app.approvals.list(0)).toEqual([]);
    expect(world.events.find(({ kind }) => kind === 'intent')).toMatchObject({ decision: { answer: 'allow', wouldAsk: true, title: 'You want to be asked', policies: ['personal:work-mail/send_email'] } });
  });

  test.for<[string, Described]>([
    ['a send', reading({ effect: 'send' })],
    ['what nobody knows', reading({ effect: 'unknown' })],
    ['much at stake', reading({}, 'high')],
  ])('%s is asked about', async ([, described]) => {
    const world = newWorld();
    const app = start(world, described);
    void app.gate.perform(request());
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
    expect(world.calls).toEqual([]);
  });

  test('a secret in what is read with is asked about', async () => {
    const world = newWorld();
    const app = start(world);
    app.knobs.secrets = () => ({ kinds: ['github'], owners: [] });
    void app.gate.perform(request({ query: 'ghp_found' }));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('a tool without a profile counts as no reading, whatever its server says of it', async () => {
    const world = newWorld();
    const app = open(world, undefined, { policy: policyOf({ watch: watched }), profiles: { of: (id, tool) => new Profiles({ shipped: [], sayPhrase }).of(id, { ...tool, annotations: { readOnlyHint: true } }) } });
    void app.gate.perform(request({}, 'list_everything'));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
    expect(world.calls).toEqual([]);
  });

  test('what the person refused twice since the start is not let through by it', async () => {
    const world = newWorld();
    const app = start(world);
    app.policy.update({ watch: { connections: [], coversOrganization: false } });
    for (let time = 0; time < 2; time += 1) {
      const answer = app.gate.perform(request());
      await press(app, world, 'deny');
      expect(await answer).toMatchObject({ outcome: 'denied' });
    }
    app.policy.update({ watch: watched });
    expect(await app.gate.perform(request())).toMatchObject({ outcome: 'denied', reason: 'refused_before' });
    expect(world.calls).toEqual([]);
  });

  test('a resource is read as a tool is, and not where nobody watches any more', async () => {
    const world = newWorld();
    const text = '@requireApproval("Acme asks.") permit (principal, action, resource) when { context.facts.effect == "read" };';
    const policy = policyOf({ text, watch: { connections: [connection], coversOrganization: true } });
    const app = open(world, undefined, { policy });
    expect(await app.gate.perform(resourceRequest('file:///a'))).toMatchObject({ outcome: 'done' });
    policy.update({ watch: { connections: [], coversOrganization: false } });
    void app.gate.perform(resourceRequest('file:///a'));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });
});

describe('an organization’s profile that says “read” of a tool', () => {
  const schema: JsonObject = { type: 'object', properties: { supplier: { type: 'string' }, amount: { type: 'integer' }, currency: { type: 'string' } }, required: ['supplier', 'amount', 'currency'] };
  const args = { supplier: 'Northwind', amount: 100, currency: 'EUR' };
  const own = toolProfile.parse(payment);
  const claimed = toolProfile.parse({ ...payment, effect: 'read' });

  /** Asked about by the person's own rule, so that watching is all that could let it through. */
  function withProfiles(world: World, shipped: readonly ReturnType<typeof toolProfile.parse>[], tool: Partial<UpstreamTool> = {}) {
    const profiles = new Profiles({ shipped, sayPhrase });
    profiles.setOrganization([claimed]);
    const personal = [{ connection: 'work-mail', tool: 'ledger_pay', rule: 'ask', createdAt: 1 }];
    const app = open(world, undefined, {
      policy: policyOf({ personal, watch: watched }),
      profiles: { of: (id, known): ActionProfile | undefined => profiles.of(id, { ...known, ...tool }) },
    });
    app.knobs.inputSchema = schema;
    return app;
  }

  test('is watched where nobody says otherwise', async () => {
    const world = newWorld();
    expect(await withProfiles(world, []).gate.perform(request(args, 'ledger_pay'))).toMatchObject({ outcome: 'done' });
  });

  test.for<[string, readonly ReturnType<typeof toolProfile.parse>[], Partial<UpstreamTool>]>([
    ['the profile that comes with Countersign says otherwise', [own], {}],
    ['its server says that it changes something', [], { annotations: { readOnlyHint: false } }],
    ['its server says that it destroys something', [], { annotations: { destructiveHint: true, readOnlyHint: true } }],
  ])('is asked about where %s', async ([, shipped, tool]) => {
    const world = newWorld();
    const app = withProfiles(world, shipped, tool);
    void app.gate.perform(request(args, 'ledger_pay'));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
    expect(world.calls).toEqual([]);
  });
});
