import { describe, expect, test } from 'vitest';
import { agentId, connectionId } from '../../preload/contract.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import { say } from '../../main/model/say.ts';
import { claw, openedApp, withPolicy, type OpenedApp } from './opened-app.ts';
import { silence } from '../../main/model/conversation.ts';

const changes: readonly [string, (app: OpenedApp) => void, string][] = [
  ['its connections are narrowed', ({ services }) => services.agents.setConnections(claw, []), 'access_removed'],
  ['it is forgotten', ({ services }) => services.agents.forget(claw), 'access_removed'],
  ['it is paused', ({ services }) => services.agents.setPaused(claw, true), 'agent_paused'],
  ['the connection is removed', ({ services }) => services.connections.remove(services.connections.list()[0]!.id), 'access_removed'],
  ['the person forbids the tool', ({ services }) => services.settings.setToolRule({ connection: services.connections.list()[0]!.id, tool: 'send_email', rule: 'never' }), 'personal_rule'],
  ['the organization forbids it', (app) => app.deliver(withPolicy('@id("no-mail") @title("No mail") forbid (principal, action, resource);')), 'company_policy'],
  ['the managed settings turn invalid', (app) => app.deliver({ state: 'invalid', problem: say('status.problem.managed') }), 'company_policy'],
  ['everything is paused', ({ services }) => services.pause.set(true), 'paused'],
];

describe('while a Claw’s card waits', () => {
  test.each(changes)('%s: the card goes away, nothing is done, and the record says why', async (_what, change, reason) => {
    await using app = await openedApp();
    const { answer, card } = await app.askToSend('ana@northwind.example');
    change(app);
    const ended = await answer;
    expect(ended).toMatchObject({ kind: 'ended', outcome: 'blocked', reason });
    expect(app.services.approvals.waiting()).toHaveLength(0);
    expect(app.services.approvals.give({ id: card.id, digest: card.digest, answer: 'approve', isConfirmed: true, reason: null })).toMatchObject({ ok: false });
    const detail = await app.services.activity.read(card.action!);
    expect(detail?.entry.progress).toBe('blocked');
    expect(detail?.entry.details[0]?.id).toMatch(/^activity\.ended\./);
  });
});

test('an app that is closed keeps its open card for the next start, where it can be answered', async () => {
  const first = await openedApp();
  const { card } = await first.askToSend('ana@northwind.example');
  await first.close();
  await using second = await openedApp(first.home);
  expect(second.services.approvals.waiting().map(({ id }) => id)).toEqual([card.id]);
  expect(second.services.approvals.give({ id: card.id, digest: card.digest, answer: 'deny', isConfirmed: false, reason: null })).toEqual({ ok: true, value: null });
});

test('a connection that the organization takes back can be reached by nobody any more', async () => {
  await using app = await openedApp();
  const connections = [{ id: 'books', name: 'Books', kind: 'command', command: process.execPath, args: ['-e', ''] }];
  app.deliver({ state: 'ok', settings: managedSettings.parse({ connections }), remarks: [] });
  expect(app.services.connections.list().map(({ id }) => id)).toContain('books');
  app.deliver({ state: 'absent' });
  const answer = await app.services.gate.perform({ kind: 'invokeTool', agent: claw, connection: connectionId.parse('books'), name: 'x', arguments: {}, reach: null, signal: new AbortController().signal, conversation: silence });
  expect(answer).toMatchObject({ kind: 'rejected', code: 'unknown_tool' });
});

test('managed settings that are broken for a while make nobody forget what was paused', async () => {
  await using app = await openedApp();
  const settings = managedSettings.parse({ agents: [{ id: 'finance', name: 'Finance Claw' }] });
  const finance = agentId.parse('finance');
  app.deliver({ state: 'ok', settings, remarks: [] });
  app.services.agents.setPaused(finance, true);
  app.deliver({ state: 'unreadable', problem: say('status.problem.managed') });
  app.deliver({ state: 'ok', settings, remarks: [] });
  expect(app.services.agents.get(finance)).toMatchObject({ isPaused: true });
  app.deliver({ state: 'absent' });
  expect(app.services.agents.get(finance)).toBeUndefined();
});
