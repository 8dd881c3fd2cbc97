import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { approvalId, digest, type Approval, type FieldEdit } from '../../preload/contract.ts';
import { digestOf } from '../../main/gate/freeze.ts';
import type { Described, EditableField } from '../../main/model/action.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { say } from '../../main/model/say.ts';
import { agent, decision, newWorld, open, press, request, settle, type World } from './harness.ts';

const editable: readonly EditableField[] = [
  { at: '/to', kind: 'people', label: say('card.row.to') },
  { at: '/cc', kind: 'people', label: say('card.row.cc') },
  { at: '/subject', kind: 'line', label: say('card.row.subject') },
  { at: '/text', kind: 'text', label: say('card.row.message') },
];
const people = { type: 'array', items: { type: 'string' }, maxItems: 3, minItems: 1 };
const inputSchema: JsonObject = {
  type: 'object',
  properties: { to: people, cc: people, subject: { type: 'string', maxLength: 20 }, text: { type: 'string' }, attachments: { type: 'array' } },
};
const asked: JsonObject = { to: ['ana@northwind.example'], subject: 'Prices', text: 'Hi\nAna', attachments: [{ path: '/home/dana/prices.xlsx' }] };

/** A description that shows the arguments, as ours do. */
async function describeArguments(args: JsonObject): Promise<Described> {
  const to = Array.isArray(args['to']) ? args['to'].map(String) : [];
  const subject = JSON.stringify(args['subject'] ?? null);
  return {
    facts: { effect: 'send', isReversible: false, subject, recipients: to.map((address) => ({ address, domain: '', isOutside: true, isFirstTime: true })) },
    materials: [],
    card: { headline: say('h'), summary: say('s', { args: JSON.stringify(args) }), unusual: [], rows: [], risk: to.length > 2 ? 'high' : 'normal', confirm: null },
    sentence: { did: say('did', { subject }), wanted: say('wanted'), details: [] },
  };
}

function opened(world: World) {
  const app = open(world);
  app.knobs.describe = describeArguments;
  app.knobs.editable = editable;
  app.knobs.inputSchema = inputSchema;
  return app;
}

type App = ReturnType<typeof opened>;

async function waiting(app: App): Promise<Approval> {
  await settle();
  const [card] = app.approvals.waiting();
  if (!card) throw new Error('No card is waiting.');
  return card;
}

async function ask(world: World, args: JsonObject = asked) {
  const app = opened(world);
  const answer = app.gate.perform(request(args));
  return { app, answer, card: await waiting(app) };
}

const subject = (value: string): FieldEdit => ({ at: '/subject', value });
const edit = (app: App, card: Approval, ...edits: FieldEdit[]) => app.gate.editing.edit(card.id, card.digest, edits);
const shown = { ok: true, value: { kind: 'shown', digest: expect.any(String) as unknown } };

const deniesWhere = (isDenied: (args: string) => boolean) => (question: { readonly arguments: JsonObject }) => (isDenied(JSON.stringify(question.arguments)) ? decision('deny', 'organization') : decision('ask'));

const untouched = async (app: App, card: Approval): Promise<void> => expect(await waiting(app)).toEqual(card);

describe('what may be changed', () => {
  test('the fields that the profile marks, with what stands there and the limits of the schema', async () => {
    const { app, card } = await ask(newWorld());
    expect(card.isEditable).toBe(true);
    expect(await app.gate.editing.start(card.id, card.digest)).toMatchObject({
      ok: true,
      value: {
        fields: [
          { at: '/to', kind: 'people', value: ['ana@northwind.example'], longest: 3 },
          { at: '/cc', kind: 'people', value: [] },
          { at: '/subject', kind: 'line', value: 'Prices', longest: 20 },
          { at: '/text', kind: 'text', value: 'Hi\nAna', longest: null },
        ],
      },
    });
  });

  test('characters that nobody could see are left out of the form, and counted', async () => {
    const { app, card } = await ask(newWorld(), { ...asked, subject: 'Pri\u202Eces\u200B' });
    const started = await app.gate.editing.start(card.id, card.digest);
    expect(started.ok && started.value.fields.find(({ at }) => at === '/subject')).toMatchObject({ value: 'Prices', hiddenCharacters: 2 });
  });

  test('nothing of an action that holds a sign-in of ours: the form would show it', async () => {
    const world = newWorld();
    const app = opened(world);
    app.knobs.secrets = () => ({ kinds: ['own'], owners: ['work-mail'] });
    void app.gate.perform(request(asked));
    const card = await waiting(app);
    expect(card.isEditable).toBeUndefined();
    expect(await app.gate.editing.start(card.id, card.digest)).toMatchObject({ ok: false, problem: { id: 'edit.problem.nothing' } });
    expect(await edit(app, card, subject('Other'))).toMatchObject({ ok: true, value: { kind: 'wrong' } });
  });

  test('nothing where the profile marks nothing', async () => {
    const world = newWorld();
    const app = opened(world);
    app.knobs.editable = [];
    void app.gate.perform(request(asked));
    expect((await waiting(app)).isEditable).toBeUndefined();
  });

  test('who opens the form has as long as for a new question', async () => {
    const world = newWorld();
    const { app, card } = await ask(world);
    await world.clock.advance(290_000);
    await app.gate.editing.start(card.id, card.digest);
    await world.clock.advance(200_000);
    expect(app.approvals.waiting()).toHaveLength(1);
    await world.clock.advance(100_000);
    expect(app.approvals.waiting()).toHaveLength(0);
  });
});

describe('an edited action', () => {
  test('is what is done, and the agent is told which arguments changed', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    expect(await edit(app, card, subject('Prices for Q3'), { at: '/to', value: ['bo@acme.example', ' '] })).toMatchObject(shown);
    const next = await waiting(app);
    expect(next.id).toBe(card.id);
    expect(next.digest).not.toBe(card.digest);
    expect(next.edit?.changes).toEqual([
      { kind: 'people', label: say('card.row.to'), removed: ['ana@northwind.example'], added: ['bo@acme.example'] },
      { kind: 'line', label: say('card.row.subject'), before: 'Prices', after: 'Prices for Q3' },
    ]);
    expect(next.card.grants).toBeUndefined();
    expect(await press(app, world, 'approve')).toMatchObject({ ok: true });
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'done_with_changes', changedFields: ['to', 'subject'] });
    expect(world.calls.map((call) => call.arguments)).toEqual([{ ...asked, to: ['bo@acme.example'], subject: 'Prices for Q3' }]);
  });

  test('the record has what was asked for, what changed, who did it, and both digests, before anything is done', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    await edit(app, card, subject('Prices for Q3'));
    const next = await waiting(app);
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    await answer;
    expect(world.events.map(({ kind }) => kind)).toEqual(['intent', 'asked', 'edited', 'answered', 'held', 'started', 'ended']);
    expect(world.events[0]).toMatchObject({ arguments: asked, digest: card.digest });
    expect(world.events[2]).toMatchObject({ by: 'you', from: card.digest, to: next.digest, changes: [{ at: '/subject', before: 'Prices', after: 'Prices for Q3' }], facts: { subject: '"Prices for Q3"' } });
    expect(world.events.at(-1)).toMatchObject({ outcome: 'done_with_changes' });
  });

  test('the same call of the agent joins it and finds its answer, the edited one is another', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    await edit(app, card, subject('Prices for Q3'));
    const again = app.gate.perform(request(asked));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    expect(await again).toMatchObject({ outcome: 'done_with_changes' });
    expect(await answer).toMatchObject({ outcome: 'done_with_changes' });
    expect(world.calls).toHaveLength(1);
    void app.gate.perform(request({ ...asked, subject: 'Prices for Q3' }));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('the answer is kept under what the agent asked for, across a restart', async () => {
    const world = newWorld();
    const before = await ask(world);
    await edit(before.app, before.card, subject('Prices for Q3'));
    const shownBefore = await waiting(before.app);
    before.app.gate.close();
    before.app.approvals.close();
    const after = opened(world);
    await after.gate.recover();
    expect(await waiting(after)).toEqual(shownBefore);
    await press(after, world, 'approve');
    await world.clock.advance(10_000);
    expect(world.calls.map((call) => call.arguments['subject'])).toEqual(['Prices for Q3']);
    expect(await after.gate.perform(request(asked))).toMatchObject({ outcome: 'done_with_changes', changedFields: ['subject'] });
    expect(world.calls).toHaveLength(1);
  });

  test('approved, then stopped before it was held: done as edited after the start', async () => {
    const world = newWorld();
    const before = await ask(world);
    await edit(before.app, before.card, subject('Prices for Q3'));
    const never = new Promise<void>(() => undefined);
    before.app.knobs.slow.set('edited', never);
    await press(before.app, world, 'approve');
    before.app.gate.close();
    before.app.approvals.close();
    const after = opened(world);
    await after.gate.recover();
    await settle();
    await world.clock.advance(10_000);
    expect(world.calls.map((call) => call.arguments['subject'])).toEqual(['Prices for Q3']);
    expect(world.events.at(-1)).toMatchObject({ kind: 'ended', outcome: 'done_with_changes' });
  });

  test('held, then stopped: done as edited after the start, and told so', async () => {
    const world = newWorld();
    const before = await ask(world);
    await edit(before.app, before.card, subject('Prices for Q3'));
    await press(before.app, world, 'approve');
    expect(before.app.gate.held()).toHaveLength(1);
    before.app.gate.close();
    const after = opened(world);
    await after.gate.recover();
    await settle();
    await world.clock.advance(10_000);
    expect(world.calls.map((call) => call.arguments['subject'])).toEqual(['Prices for Q3']);
    expect(await after.gate.perform(request(asked))).toMatchObject({ changedFields: ['subject'] });
  });

  test('can be edited again, on top of the first time, and be made what it was', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    await edit(app, card, subject('Prices for Q3'));
    const second = await waiting(app);
    await edit(app, second, { at: '/text', value: 'Hi\nAna and Bo' });
    const third = await waiting(app);
    expect(third.edit?.changes.map(({ label }) => label.id)).toEqual(['card.row.subject', 'card.row.message']);
    expect(await app.gate.editing.edit(third.id, third.digest, null)).toMatchObject(shown);
    const last = await waiting(app);
    expect(last.digest).toBe(card.digest);
    expect(last.edit).toBeUndefined();
    expect(last.card).toEqual(card.card);
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'done' });
    expect(world.calls.map((call) => call.arguments)).toEqual([asked]);
    expect(world.events.map(({ kind }) => kind)).not.toContain('edited');
  });

  test('denied after an edit: nothing was done, and no edit is told', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    await edit(app, card, subject('Prices for Q3'));
    await press(app, world, 'deny');
    const ended = await answer;
    expect(ended).toMatchObject({ outcome: 'denied' });
    expect(ended).not.toHaveProperty('changedFields');
    expect(world.calls).toHaveLength(0);
  });

  test('not known whether it was done: the agent is told that it was changed, too', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    app.knobs.answer = () => Promise.resolve({ kind: 'unknown', text: 'No answer came.' });
    await edit(app, card, subject('Prices for Q3'));
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'unknown', changedFields: ['subject'] });
  });

  test('what was given is copied: changing it afterwards changes nothing that was shown', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    const to = ['bo@acme.example'];
    const edited = edit(app, card, { at: '/to', value: to });
    to[0] = 'eve@evil.example';
    to.push('eve@evil.example');
    await edited;
    const next = await waiting(app);
    to.length = 0;
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    await answer;
    const [call] = world.calls;
    if (!call) throw new Error('Nothing was done.');
    expect(Object.isFrozen(call.arguments)).toBe(true);
    expect(Object.isFrozen(call.arguments['to'])).toBe(true);
    expect(JSON.stringify(next.card.summary.values)).toContain(JSON.stringify(JSON.stringify(call.arguments)).slice(1, -1));
  });

  test('files are looked at again: the new card stands for what they are now', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    const material = { path: '/home/dana/prices.xlsx', bytes: 5, sha256: 'f'.repeat(64) };
    app.knobs.describe = async (args) => ({ ...(await describeArguments(args)), materials: [material] });
    await edit(app, card, subject('Prices for Q3'));
    const next = await waiting(app);
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    await answer;
    const [call] = world.calls;
    if (!call) throw new Error('Nothing was done.');
    expect(call.materials).toEqual([material]);
    expect(digestOf({ kind: 'invokeTool', agent, connection: request().connection, name: call.name, arguments: call.arguments, materials: [material] })).toBe(next.digest);
  });

  test('no record of the edit, no deed', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    app.knobs.unrecordable.add('edited');
    await edit(app, card, subject('Prices for Q3'));
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    expect(await answer).toMatchObject({ outcome: 'failed', reason: 'not_recorded' });
    expect(world.calls).toHaveLength(0);
  });
});

describe('what an edit must not do', () => {
  test.each([
    ['a field that is not marked', { at: '/attachments', value: ['/etc/shadow'] }],
    ['a field inside one that is not marked', { at: '/attachments/0/path', value: '/etc/shadow' }],
    ['a field that is not there', { at: '/account', value: 'ceo@acme.example' }],
    ['all of it', { at: '', value: 'x' }],
    ['what every object inherits', { at: '/__proto__/subject', value: 'x' }],
    ['a list where a text is', { at: '/subject', value: ['x'] }],
    ['a text where a list is', { at: '/to', value: 'eve@evil.example' }],
  ] as const)('%s stays as it was', async (_what, change) => {
    const { app, card } = await ask(newWorld());
    const given: FieldEdit = { at: change.at, value: typeof change.value === 'string' ? change.value : [...change.value] };
    expect(await edit(app, card, subject('Fine'), given)).toMatchObject({ ok: true, value: { kind: 'wrong', problems: [{ at: null, problem: { id: 'edit.problem.notEditable' } }] } });
    await untouched(app, card);
  });

  test.each([
    ['longer than the schema allows', subject('x'.repeat(21)), '/subject', 'edit.problem.mostLength'],
    ['more people than the schema allows', { at: '/to', value: ['a@b.example', 'c@d.example', 'e@f.example', 'g@h.example'] }, '/to', 'edit.problem.mostItems'],
    ['nobody where somebody is needed', { at: '/to', value: [''] }, '/to', 'edit.problem.leastItems'],
    ['no address', { at: '/to', value: ['ana'] }, '/to', 'edit.problem.address'],
    ['a header in the subject', subject('Hi\nBcc: eve@evil.example'), '/subject', 'edit.problem.oneLine'],
    ['half a character', { at: '/text', value: 'Hi \uD83D' }, null, 'edit.problem.unicode'],
  ] as const)('%s is told beside its field and changes nothing', async (_what, change, at, id) => {
    const { app, card } = await ask(newWorld());
    const given: FieldEdit = { at: change.at, value: typeof change.value === 'string' ? change.value : [...change.value] };
    expect(await edit(app, card, given)).toMatchObject({ ok: true, value: { kind: 'wrong', problems: [{ at, problem: { id } }] } });
    await untouched(app, card);
  });

  test('what the whole schema, or the description, refuses is told beside the field it names', async () => {
    const { app, card } = await ask(newWorld());
    app.knobs.validate = () => ({ ok: false, text: '"subject" must match a pattern.' });
    expect(await edit(app, card, subject('Other'))).toMatchObject({ value: { problems: [{ at: '/subject', problem: { id: 'edit.problem.refused' } }] } });
    app.knobs.validate = undefined;
    app.knobs.describe = async () => ({ invalid: '"to" names nobody.' });
    expect(await edit(app, card, subject('Other'))).toMatchObject({ value: { problems: [{ at: '/to' }] } });
    await untouched(app, card);
  });

  const forbidden = { id: 'edit.problem.forbidden', values: { layer: 'organization', reason: 'Because' } };

  test('what the rules forbid cannot be made of it; what to change is told, and the record has the change and the rule', async () => {
    const world = newWorld();
    const { app, card } = await ask(world);
    app.knobs.rules = deniesWhere((args) => args.includes('Rival'));
    expect(await edit(app, card, { at: '/text', value: 'Hello' }, subject('Rival'))).toEqual({ ok: true, value: { kind: 'wrong', problems: [{ at: '/subject', problem: forbidden }] } });
    await untouched(app, card);
    expect(world.events.at(-1)).toEqual({
      at: world.clock.now(),
      kind: 'edit_refused',
      action: card.action,
      by: 'you',
      from: card.digest,
      changes: [
        { at: '/subject', kind: 'line', label: say('card.row.subject'), before: 'Prices', after: 'Rival' },
        { at: '/text', kind: 'text', label: say('card.row.message'), before: 'Hi\nAna', after: 'Hello' },
      ],
      decision: decision('deny', 'organization'),
    });
    expect(await edit(app, card, subject('Prices for Q3'))).toMatchObject(shown);
  });

  test('of addresses that were added, the one that is forbidden is told', async () => {
    const { app, card } = await ask(newWorld());
    app.knobs.rules = deniesWhere((args) => args.includes('rival'));
    expect(await edit(app, card, { at: '/to', value: ['bo@acme.example', 'eve@rival.example', 'ana@northwind.example'] })).toMatchObject({ value: { problems: [{ at: '/to', entry: 1, problem: forbidden }] } });
  });

  test('what is forbidden only together is told as a whole, and each part that is by itself at its own place', async () => {
    const { app, card } = await ask(newWorld());
    app.knobs.rules = deniesWhere((args) => args.includes('Rival') && args.includes('Offer'));
    expect(await edit(app, card, subject('Rival'), { at: '/text', value: 'Offer' })).toMatchObject({ value: { problems: [{ at: null, problem: forbidden }] } });
    app.knobs.rules = deniesWhere((args) => args.includes('Rival') || args.includes('Offer'));
    expect(await edit(app, card, subject('Rival'), { at: '/text', value: 'Offer' })).toMatchObject({ value: { problems: [{ at: '/subject' }, { at: '/text' }] } });
  });

  test('what a change would have held of secrets does not stay in the record of it', async () => {
    const world = newWorld();
    const { app, card } = await ask(world);
    app.knobs.decide = decision('deny');
    app.knobs.secrets = (sent) => (sent.includes('ghp_found') ? { kinds: ['github'], owners: [] } : undefined);
    await edit(app, card, { at: '/text', value: 'My key: ghp_found, my password: hunter2' });
    expect(JSON.stringify(world.events.at(-1))).toContain('edit_refused');
    expect(JSON.stringify(world.events)).not.toMatch(/ghp_found|hunter2/);
  });

  test('a record that cannot be written does not let the change through', async () => {
    const { app, card } = await ask(newWorld());
    app.knobs.unrecordable.add('edit_refused');
    app.knobs.rules = deniesWhere((args) => args.includes('Rival'));
    expect(await edit(app, card, subject('Rival'))).toMatchObject({ value: { kind: 'wrong' } });
    await untouched(app, card);
  });

  test('where taking changes back is forbidden by now, that is told on the card', async () => {
    const { app, card } = await ask(newWorld());
    expect(await edit(app, card, subject('Prices for Q3'))).toMatchObject(shown);
    const changed = await waiting(app);
    app.knobs.rules = deniesWhere((args) => args.includes('"Prices"'));
    expect(await app.gate.editing.edit(changed.id, changed.digest, null)).toEqual({ ok: false, problem: forbidden });
    await untouched(app, changed);
  });

  test('what the rules would allow is asked all the same', async () => {
    const world = newWorld();
    const { app, card } = await ask(world);
    app.knobs.decide = decision('allow');
    expect(await edit(app, card, subject('Harmless'))).toMatchObject(shown);
    await world.clock.advance(60_000);
    expect(world.calls).toHaveLength(0);
    expect(app.approvals.waiting()).toHaveLength(1);
  });

  test('it becomes no other kind of thing', async () => {
    const { app, card } = await ask(newWorld());
    app.knobs.describe = async (args) => {
      const described = await describeArguments(args);
      return { ...described, facts: { ...described.facts, effect: 'pay' } };
    };
    expect(await edit(app, card, subject('Pay'))).toMatchObject({ ok: false, problem: { id: 'edit.problem.effect' } });
    await untouched(app, card);
  });

  test('more at stake than before: nothing is approved without the tick', async () => {
    const world = newWorld();
    const { app, card } = await ask(world);
    app.knobs.describe = async (args) => {
      const described = await describeArguments(args);
      return { ...described, card: { ...described.card, risk: 'high', confirm: say('tick') } };
    };
    await edit(app, card, { at: '/to', value: ['a@b.example', 'c@d.example', 'e@f.example'] });
    const next = await waiting(app);
    await world.clock.advance(1000);
    const answer = { id: next.id, digest: next.digest, answer: 'approve', reason: null } as const;
    expect(app.approvals.give({ ...answer, isConfirmed: false })).toMatchObject({ ok: false, problem: { id: 'approval.problem.unconfirmed' } });
    expect(app.approvals.give({ ...answer, isConfirmed: true })).toMatchObject({ ok: true });
  });

  test('the card before the edit cannot be approved any more, nor the edited one before anyone read it', async () => {
    const world = newWorld();
    const { app, card } = await ask(world);
    await world.clock.advance(5000);
    await edit(app, card, subject('Prices for Q3'));
    const next = await waiting(app);
    const answer = { id: card.id, answer: 'approve', isConfirmed: true, reason: null } as const;
    expect(app.approvals.give({ ...answer, digest: card.digest })).toMatchObject({ ok: false, problem: { id: 'approval.problem.changed' } });
    expect(app.approvals.give({ ...answer, digest: next.digest })).toMatchObject({ ok: false, problem: { id: 'approval.problem.tooSoon' } });
    await world.clock.advance(600);
    expect(app.approvals.give({ ...answer, digest: next.digest })).toMatchObject({ ok: true });
    expect(app.approvals.give({ ...answer, digest: next.digest })).toMatchObject({ ok: false, problem: { id: 'approval.problem.gone' } });
    expect(await edit(app, next, subject('Later'))).toMatchObject({ ok: false, problem: { id: 'approval.problem.gone' } });
    await settle();
    await world.clock.advance(10_000);
    expect(world.calls).toHaveLength(1);
  });

  test('two edits at once: one is taken, the other is told to look again', async () => {
    const world = newWorld();
    const { app, card } = await ask(world);
    const results = await Promise.all([edit(app, card, subject('One')), edit(app, card, subject('Two'))]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.find(({ ok }) => !ok)).toMatchObject({ problem: { id: 'approval.problem.changed' } });
  });

  test('answered while the edit is being described: the answer counts for what was shown', async () => {
    const world = newWorld();
    const { app, card } = await ask(world);
    const described = Promise.withResolvers<void>();
    app.knobs.describe = async (args) => {
      await described.promise;
      return describeArguments(args);
    };
    const edited = edit(app, card, subject('Too late'));
    await press(app, world, 'approve');
    described.resolve();
    expect(await edited).toMatchObject({ ok: false, problem: { id: 'approval.problem.gone' } });
    await world.clock.advance(10_000);
    expect(world.calls.map((call) => call.arguments)).toEqual([asked]);
  });

  test('paused while it is edited: gone', async () => {
    const { app, answer, card } = await ask(newWorld());
    app.pause.set(true);
    expect(await answer).toMatchObject({ reason: 'paused' });
    expect(await edit(app, card, subject('Other'))).toMatchObject({ ok: false, problem: { id: 'approval.problem.gone' } });
  });

  test('a card that is not there, or of no action', async () => {
    const { app, card } = await ask(newWorld());
    const nobody = approvalId.parse('3f1c0a52-6a0e-4a53-9d53-0f3f3f2b7c11');
    expect(await app.gate.editing.edit(nobody, card.digest, [])).toMatchObject({ ok: false });
    expect(await app.gate.editing.start(card.id, digest.parse('0'.repeat(64)))).toMatchObject({ ok: false, problem: { id: 'approval.problem.changed' } });
    const { approval } = app.approvals.ask({ kind: 'pairing', agent: { id: agent, name: 'x' }, action: null, connectionName: null, digest: card.digest, card: card.card, answerWithinSeconds: 60 });
    expect(await app.gate.editing.start(approval.id, approval.digest)).toMatchObject({ ok: false, problem: { id: 'approval.problem.gone' } });
  });

  test('an edit that cannot be kept changes nothing, neither on disk nor in memory', async () => {
    const world = newWorld();
    const { app, answer, card } = await ask(world);
    world.database.exec(`CREATE TRIGGER full BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    expect(await edit(app, card, subject('Lost'))).toMatchObject({ ok: false, problem: { id: 'edit.problem.notKept' } });
    world.database.exec('DROP TRIGGER full');
    await untouched(app, card);
    await press(app, world, 'approve');
    await world.clock.advance(10_000);
    await answer;
    expect(world.calls.map((call) => call.arguments)).toEqual([asked]);
  });
});

const typed: fc.Arbitrary<FieldEdit> = fc.oneof(
  fc.record({ at: fc.constantFrom('/subject', '/text', '/attachments', '/account', '/x~1y', '/__proto__'), value: fc.string({ maxLength: 30, unit: 'binary' }) }),
  fc.record({ at: fc.constantFrom('/to', '/cc', '/subject', '/attachments'), value: fc.array(fc.oneof(fc.emailAddress(), fc.string({ maxLength: 8 })), { maxLength: 4 }) }),
);
const step = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), edits: fc.array(typed, { maxLength: 3 }) }),
  fc.constant({ kind: 'restore' as const }),
  fc.constant({ kind: 'stale' as const }),
  fc.constant({ kind: 'restart' as const }),
);

test('whatever is typed and whenever it stops: what is done is byte for byte what the last shown card’s digest covers, and nothing but marked fields differs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      const world = newWorld();
      let { app, card } = await ask(world);
      const first = card;
      for (const one of steps) {
        if (one.kind === 'edit') await app.gate.editing.edit(card.id, card.digest, one.edits);
        if (one.kind === 'restore') await app.gate.editing.edit(card.id, card.digest, null);
        if (one.kind === 'stale' && card.digest !== first.digest) expect((await app.gate.editing.edit(card.id, first.digest, [subject('Stale')])).ok).toBe(false);
        if (one.kind === 'restart') {
          app.gate.close();
          app.approvals.close();
          app = opened(world);
          await app.gate.recover();
        }
        card = await waiting(app);
      }
      const last = card;
      await press(app, world, 'approve');
      await world.clock.advance(10_000);
      const [call] = world.calls;
      if (!call) throw new Error('Nothing was done.');
      expect(world.calls).toHaveLength(1);
      expect(digestOf({ kind: 'invokeTool', agent, connection: request().connection, name: call.name, arguments: call.arguments, materials: call.materials })).toBe(last.digest);
      expect(JSON.stringify(last.card.summary.values)).toContain(JSON.stringify(JSON.stringify(call.arguments)).slice(1, -1));
      const marked = new Set(editable.map(({ at }) => at.slice(1)));
      for (const key of new Set([...Object.keys(asked), ...Object.keys(call.arguments)])) if (!marked.has(key)) expect(call.arguments[key]).toEqual(asked[key]);
      expect(last.edit !== undefined).toBe(last.digest !== first.digest);
      expect(world.events.find(({ kind }) => kind === 'ended')).toMatchObject({ outcome: last.edit === undefined ? 'done' : 'done_with_changes' });
    }),
    { numRuns: 60 },
  );
});
