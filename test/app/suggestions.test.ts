import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Approval } from '../../preload/contract.ts';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { suggestionCalls } from '../../main/ipc/suggestion-calls.ts';
import { viewToday } from '../../main/ipc/view-today.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import { silence } from '../../main/model/conversation.ts';
import { claw, openedApp, withPolicy, type OpenedApp } from './opened-app.ts';

const ana = 'ana@northwind.example';
const midnight = (): number => new Date().setHours(0, 0, 0, 0);

/** Sends of the same kind to the same people, up to their open cards. */
async function ask({ services }: OpenedApp, subjects: readonly string[], to = ana) {
  const { approvals, connections, gate } = services;
  const connection = connections.list()[0]!.id;
  const before = approvals.waiting().length;
  const answers = subjects.map((subject) => gate.perform({ kind: 'invokeTool', agent: claw, connection, name: 'send_email', arguments: { to: [to], subject, text: 'Hello' }, reach: null, signal: new AbortController().signal, conversation: silence }));
  while (approvals.waiting().length < before + subjects.length) await pause(10);
  return { answers, cards: approvals.waiting().slice(before) };
}

async function answer({ services }: OpenedApp, cards: readonly Approval[], given: 'approve' | 'deny'): Promise<void> {
  await pause(650);
  for (const { id, digest } of cards) expect(await approvalCalls(services).answerApproval({ id, digest, answer: given, isConfirmed: true, reason: null })).toEqual({ ok: true, value: null });
}

async function approveFive(app: OpenedApp): Promise<void> {
  app.services.settings.update({ sendHoldSeconds: 0 });
  const { answers, cards } = await ask(app, ['1', '2', '3', '4', '5']);
  await answer(app, cards, 'approve');
  await Promise.all(answers);
}

async function today(app: OpenedApp) {
  await app.services.suggester.refresh(midnight());
  return viewToday(app.services);
}

test('five times yes to the same people: one narrow rule is suggested, made, used, and taken back', async () => {
  await using app = await openedApp();
  await approveFive(app);
  const { suggestion, ...figures } = await today(app);
  expect(figures).toEqual({ asked: 5, approved: 5, answered: 5 });
  expect(suggestion).toMatchObject({ approvals: 5, agent: { id: claw }, sentence: { id: 'suggestion.recipients', values: { what: ana, agent: 'Marketing', count: 5 } } });
  expect(suggestion?.cedar).toContain(ana);
  expect(suggestion?.answers).toHaveLength(5);
  const { makeSuggestedRule } = suggestionCalls(app.services);
  expect(await makeSuggestedRule({ key: suggestion!.key })).toEqual({ ok: true, value: null });
  const [grant] = app.services.grants.list();
  expect(grant).toMatchObject({ scope: { kind: 'recipients', addresses: [ana] }, uses: 0, usesLeft: 200 });
  expect(grant!.until - grant!.from).toBe(14 * 24 * 3_600_000);
  // It is there already, so it is neither suggested nor made again.
  expect((await today(app)).suggestion).toBeNull();
  expect(await makeSuggestedRule({ key: suggestion!.key })).toMatchObject({ ok: false });
  const connection = app.services.connections.list()[0]!.id;
  const send = (to: string) => app.services.gate.perform({ kind: 'invokeTool', agent: claw, connection, name: 'send_email', arguments: { to: [to], subject: 'Six', text: 'Hello' }, reach: null, signal: new AbortController().signal, conversation: silence });
  expect(await send(ana)).toMatchObject({ outcome: 'done' });
  const { cards } = await ask(app, ['7'], 'eve@evil.example');
  expect(cards).toHaveLength(1);
  app.services.grants.revoke(grant!.id);
  const after = await ask(app, ['8']);
  expect(after.cards).toHaveLength(1);
});

test('a no among them, also one of this moment, and a yes that was undone: no rule', async () => {
  await using app = await openedApp();
  await approveFive(app);
  const { suggestion } = await today(app);
  const { cards, answers } = await ask(app, ['6']);
  await answer(app, cards, 'deny');
  await answers[0];
  expect(await suggestionCalls(app.services).makeSuggestedRule({ key: suggestion!.key })).toMatchObject({ ok: false, problem: { id: 'suggestion.problem.gone' } });
  expect((await today(app)).suggestion).toBeNull();
  expect(app.services.grants.list()).toEqual([]);
});

test('what was approved and then undone speaks against it', async () => {
  await using app = await openedApp();
  await approveFive(app);
  app.services.settings.update({ sendHoldSeconds: 60 });
  const { cards, answers } = await ask(app, ['6']);
  await answer(app, cards, 'approve');
  while (app.services.gate.held().length === 0) await pause(10);
  app.services.gate.undo(app.services.gate.held()[0]!.action);
  expect(await answers[0]).toMatchObject({ outcome: 'undone' });
  expect((await today(app)).suggestion).toBeNull();
});

test('"Not now" is silent for that rule, also after a restart', async () => {
  await using app = await openedApp();
  await approveFive(app);
  const { suggestion } = await today(app);
  expect(await suggestionCalls(app.services).silenceSuggestion({ key: suggestion!.key })).toEqual({ ok: true, value: null });
  expect((await today(app)).suggestion).toBeNull();
  await app.close();
  const again = await openedApp(app.home);
  expect((await today(again)).suggestion).toBeNull();
  expect((await today(again)).asked).toBe(5);
  await again.close();
});

test('where the organization wants to be asked, or wants it signed, nothing is suggested or made', async () => {
  await using app = await openedApp();
  await approveFive(app);
  const { suggestion } = await today(app);
  for (const policy of ['@id("ask") @requireApproval("Acme asks.") permit (principal, action, resource);', '@id("sign") @requireReauth permit (principal, action, resource);', '@id("no") forbid (principal, action, resource);']) {
    app.deliver(withPolicy(policy));
    expect((await today(app)).suggestion).toBeNull();
    expect(await suggestionCalls(app.services).makeSuggestedRule({ key: suggestion!.key })).toMatchObject({ ok: false });
  }
});

test('an organization that forbids standing answers: none is offered, suggested or given, and those there are end', async () => {
  await using app = await openedApp();
  await approveFive(app);
  const { suggestion } = await today(app);
  await suggestionCalls(app.services).makeSuggestedRule({ key: suggestion!.key });
  expect(app.services.grants.list()).toHaveLength(1);
  const shown = await ask(app, ['A'], 'bo@acme.example');
  expect(shown.cards[0]?.card.grants).toBeDefined();
  app.deliver({ state: 'ok', settings: managedSettings.parse({ forbidStandingAnswers: true }), remarks: [] });
  expect(app.services.grants.list()).toEqual([]);
  expect((await today(app)).suggestion).toBeNull();
  const { cards } = await ask(app, ['6']);
  expect(cards[0]?.card.grants).toBeUndefined();
  await pause(650);
  const [before] = shown.cards;
  expect(await approvalCalls(app.services).answerApproval({ id: before!.id, digest: before!.digest, answer: 'approve', isConfirmed: false, reason: null, grant: 'recipients' })).toMatchObject({ ok: false, problem: { id: 'grant.problem.forbidden' } });
  expect(app.services.grants.list()).toEqual([]);
});

test('answers about a Claw that was forgotten speak for no other one that gets its id', async () => {
  await using app = await openedApp();
  await approveFive(app);
  app.services.agents.forget(claw);
  expect((await today(app)).suggestion).toBeNull();
  app.services.agents.add('Marketing');
  expect(app.services.agents.get(claw)).toBeDefined();
  await app.services.suggester.refresh(midnight() - 1);
  expect(viewToday(app.services).suggestion).toBeNull();
});
