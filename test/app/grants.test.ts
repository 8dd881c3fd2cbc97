import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Approval } from '../../preload/contract.ts';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { silence } from '../../main/model/conversation.ts';
import { claw, openedApp, type OpenedApp } from './opened-app.ts';

async function approve(app: OpenedApp, card: Approval, grant?: string) {
  // No Approve counts sooner than 600 ms after the card was shown.
  await pause(650);
  const given = { id: card.id, digest: card.digest, answer: 'approve' as const, isConfirmed: false, reason: null };
  return approvalCalls(app.services).answerApproval(grant === undefined ? given : { ...given, grant });
}

test('a yes for an hour lets the next one to the same person through, and asks about anybody else', async () => {
  await using app = await openedApp();
  const { activity, gate, grants, settings } = app.services;
  settings.update({ sendHoldSeconds: 0 });
  const first = await app.askToSend('ana@northwind.example');
  expect(await approve(app, first.card, 'recipients')).toEqual({ ok: true, value: null });
  expect(await first.answer).toMatchObject({ outcome: 'done' });
  const again = gate.perform({ kind: 'invokeTool', agent: claw, connection: app.services.connections.list()[0]!.id, name: 'send_email', arguments: { to: ['ana@northwind.example'], subject: 'Another', text: 'Hello again' }, reach: null, signal: new AbortController().signal, conversation: silence });
  expect(await again).toMatchObject({ outcome: 'done' });
  expect(grants.list()).toMatchObject([{ uses: 1, agent: claw }]);
  const detail = await activity.read((await again as { action: Approval['action'] }).action!);
  expect(detail?.decision).toMatchObject({ answer: 'allow', layer: 'personal', title: 'Your standing answer' });
  const stranger = await app.askToSend('eve@evil.example');
  expect(stranger.card.card.grants?.map(({ id }) => id)).toEqual(['same', 'recipients']);
  // Taken back, the same person is asked about again.
  expect(await approvalCalls(app.services).revokeGrant({ id: grants.list()[0]!.id })).toEqual({ ok: true, value: null });
  const third = await app.askToSend('ana@northwind.example');
  expect(third.card.answer).toBeNull();
});

test('what a card does not offer cannot be granted, and nothing is approved by asking for it', async () => {
  await using app = await openedApp();
  const { answer, card } = await app.askToSend('ana@northwind.example');
  void answer;
  for (const grant of ['everything', 'uri', '__proto__']) {
    expect(await approve(app, card, grant)).toMatchObject({ ok: false });
  }
  const calls = approvalCalls(app.services);
  expect(await calls.answerApproval({ id: card.id, digest: card.digest, answer: 'deny', isConfirmed: false, reason: null, grant: 'same' })).toMatchObject({ ok: false });
  expect(app.services.approvals.waiting()).toHaveLength(1);
  expect(app.services.grants.list()).toEqual([]);
});

test('an answer that is refused grants nothing', async () => {
  await using app = await openedApp();
  const { card } = await app.askToSend('ana@northwind.example');
  // Sooner than anybody could have read it.
  const calls = approvalCalls(app.services);
  expect(await calls.answerApproval({ id: card.id, digest: card.digest, answer: 'approve', isConfirmed: false, reason: null, grant: 'same' })).toMatchObject({ ok: false });
  expect(app.services.grants.list()).toEqual([]);
});
