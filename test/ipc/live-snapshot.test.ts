import { expect, test } from 'vitest';
import { silence } from '../../main/model/conversation.ts';
import { LiveSnapshot } from '../../main/ipc/live-snapshot.ts';
import { RecordWatch } from '../../main/ipc/record-watch.ts';
import type { Urgency } from '../../main/ipc/snapshot-keeper.ts';
import { openedApp, withPolicy, claw, type OpenedApp } from '../app/opened-app.ts';

function follow({ services }: OpenedApp): { readonly live: LiveSnapshot; readonly touches: Urgency[]; readonly stop: () => void } {
  const live = new LiveSnapshot(services, new RecordWatch(services.activity, services.clock));
  const touches: Urgency[] = [];
  return { live, touches, stop: live.follow((urgency) => touches.push(urgency)) };
}

test('a slice stays the same object until something it shows has changed', async () => {
  await using app = await openedApp();
  const { agents, connections, settings } = app.services;
  const { live, stop } = follow(app);
  await live.refresh();
  const first = live.take();
  const kept = (): readonly string[] => {
    const next = live.take();
    return (['approvals', 'held', 'agents', 'connections', 'settings', 'rules'] as const).filter((slice) => next[slice] === first[slice]);
  };
  expect(kept()).toEqual(['approvals', 'held', 'agents', 'connections', 'settings', 'rules']);
  agents.setOptions(claw, { waitSeconds: 20 });
  expect(kept()).toEqual(['approvals', 'connections', 'settings', 'rules']);
  expect(live.take().agents[0]).toMatchObject({ id: claw, waitSeconds: 20, lockedOptions: [] });
  settings.update({ sendHoldSeconds: 3 });
  expect(kept()).toEqual(['connections']);
  expect(live.take().settings.sendHoldSeconds).toBe(3);
  connections.add({ name: 'Files', kind: 'remote', config: { url: 'https://files.example/mcp' } });
  expect(kept()).toEqual([]);
  expect(live.take().connections.map(({ name }) => name)).toContain('Files');
  stop();
});

test('a new card and a pause are told at once, with how often the Claw asked as soon as the record was asked', async () => {
  await using app = await openedApp();
  const { live, touches, stop } = follow(app);
  await live.refresh();
  live.take();
  const { answer } = await app.askToSend('ana@northwind.example');
  expect(touches).toContain('now');
  expect(live.take()).toMatchObject({ approvals: [{ answer: null }], status: { tray: 'waiting', isPaused: false } });
  await expect.poll(async () => (await live.refresh(), live.take().agents[0]?.askedThisWeek)).toBe(1);
  touches.length = 0;
  app.services.pause.set(true);
  expect(touches).toContain('now');
  expect(live.take().status).toMatchObject({ isPaused: true, tray: 'paused' });
  await answer;
  stop();
});

test('a call that nobody is asked about is looked at later, and shows when its connection was used', async () => {
  await using app = await openedApp();
  const { connections, gate } = app.services;
  const { live, touches, stop } = follow(app);
  const mailbox = connections.list()[0]!.id;
  const tools = await app.services.catalog.listConnection(mailbox);
  const reading = tools.find(({ annotations }) => annotations?.['readOnlyHint'] === true)!.name;
  await live.refresh();
  expect(live.take().connections[0]?.lastUsedAt).toBeNull();
  touches.length = 0;
  const ended = await gate.perform({ kind: 'invokeTool', agent: claw, connection: mailbox, name: reading, arguments: {}, reach: null, signal: new AbortController().signal, conversation: silence });
  expect(ended).toMatchObject({ kind: 'ended', outcome: 'done' });
  await expect.poll(() => touches.length).toBeGreaterThan(0);
  expect(new Set(touches)).toEqual(new Set(['later']));
  await expect.poll(async () => (await live.refresh(), live.take().connections[0]?.lastUsedAt)).toBeTypeOf('number');
  stop();
});

test('a mailbox is shown once it is known whether its password is there', async () => {
  await using app = await openedApp();
  const { connections } = app.services;
  const { live, stop } = follow(app);
  await live.refresh();
  const server = { host: 'mail.acme.example', port: 993, security: 'tls' };
  connections.add({ name: 'Work mail', kind: 'email', config: { address: 'dana@acme.example', user: 'dana', imap: server, smtp: server } });
  expect(live.take().connections.map(({ kind }) => kind)).toEqual(['practice']);
  await live.refresh();
  expect(live.take().connections.find(({ kind }) => kind === 'email')).toMatchObject({ credential: { kept: 'missing' }, health: { state: 'needs_sign_in' } });
  stop();
});

test('what the organization delivers is in the next snapshot, its rules first', async () => {
  await using app = await openedApp();
  const { live, touches, stop } = follow(app);
  await live.refresh();
  live.take();
  app.deliver(withPolicy('@title("Nothing leaves") forbid (principal, action, resource);'));
  expect(touches).toContain('now');
  expect(live.take().rules.list[0]).toMatchObject({ layer: 'organization', answer: 'deny' });
  stop();
});
