import { expect, test } from 'vitest';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import type { ManagedRead } from '../../main/managed/managed-source.ts';
import { silence } from '../../main/model/conversation.ts';
import { claw, openedApp, type OpenedApp } from './opened-app.ts';

const companyAsks = '@id("ask-reads") @title("Acme asks about reading") @requireApproval("Acme asks.") permit (principal, action, resource) when { context.facts.effect == "read" };';

function delivered(settings: object): ManagedRead {
  return { state: 'ok', settings: managedSettings.parse({ policy: companyAsks, settings }), remarks: [] };
}

let searches = 0;

/** Searches the practice mailbox: what came of it, or that the person is asked. Never the same search twice: an answer that nobody fetched is kept. */
async function search({ services }: OpenedApp) {
  const { approvals, connections, gate } = services;
  const asked = new Promise<'asked'>((resolve) => approvals.onAsked(() => resolve('asked')));
  const gone = new AbortController();
  const answer = gate.perform({ kind: 'invokeTool', agent: claw, connection: connections.list()[0]!.id, name: 'search_messages', arguments: { limit: (searches += 1) }, reach: null, signal: gone.signal, conversation: silence });
  const first = await Promise.race([asked, answer]);
  gone.abort();
  await answer;
  return first;
}

test('the person turns it on for a connection: reading that would be asked about is done, told and found in the record, until it is turned off', async () => {
  await using app = await openedApp();
  const { activity, connections, settings } = app.services;
  const { id } = connections.list()[0]!;
  settings.setToolRule({ connection: id, tool: 'search_messages', rule: 'ask' });
  expect(await search(app)).toBe('asked');
  expect(settings.update({ watchReads: [id] })).toEqual({ ok: true, value: null });
  const done = await search(app);
  expect(done).toMatchObject({ outcome: 'done' });
  const found = await activity.search({ text: '', agent: null, connection: null, progress: null, wouldAsk: true, from: null, to: null }, null);
  expect(found.entries).toMatchObject([{ progress: 'done', details: [{ id: 'activity.watched', values: { rule: 'You want to be asked' } }, {}] }]);
  settings.update({ watchReads: [] });
  expect(await search(app)).toBe('asked');
});

test('what the company asks about is not let through by the person, and is by the company', async () => {
  await using app = await openedApp();
  app.services.settings.update({ watchReads: ['*'] });
  app.deliver(delivered({}));
  expect(await search(app)).toBe('asked');
  app.deliver(delivered({ watchReads: ['*'] }));
  expect(app.services.settings.lockedKeys()).toContain('watchReads');
  expect(await search(app)).toMatchObject({ outcome: 'done' });
  app.deliver(delivered({ watchReads: [] }));
  expect(app.services.settings.update({ watchReads: ['*'] })).toMatchObject({ ok: false, problem: { id: 'settings.problem.locked' } });
  expect(await search(app)).toBe('asked');
});

test('a connection that is removed is not watched any more, so that another one with its id is not either', async () => {
  await using app = await openedApp();
  const { connections, settings } = app.services;
  const { id } = connections.list()[0]!;
  settings.update({ watchReads: [id] });
  connections.remove(id);
  expect(settings.get().watchReads).toEqual([]);
});

test('nothing but ids of connections and “*” is taken', async () => {
  await using app = await openedApp();
  for (const watchReads of [['Work mail'], ['**'], ['']]) expect(app.services.settings.update({ watchReads })).toMatchObject({ ok: false, problem: { id: 'settings.problem.invalid' } });
});
