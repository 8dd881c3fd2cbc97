import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Approval, Approver, SignatureShown } from '../../preload/contract.ts';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { signingCalls } from '../../main/ipc/signing-calls.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import { openedApp, withPolicy, type OpenedApp } from './opened-app.ts';

const own = 'my own words';
const mine = { by: 'passcode', passcode: own } as const;
const reauth = '@id("show") @requireReauth permit (principal, action, resource) when { context.facts.effect == "send" };';
const two = '@id("two") @requireApprovers("2") permit (principal, action, resource) when { context.facts.effect == "send" };';

async function approve({ services }: OpenedApp, { id, digest }: Approval, signature?: SignatureShown) {
  return approvalCalls(services).answerApproval({ id, digest, answer: 'approve', isConfirmed: true, reason: null, ...(signature && { signature }) });
}

function deny({ services }: OpenedApp, { id, digest }: Approval) {
  return approvalCalls(services).answerApproval({ id, digest, answer: 'deny', isConfirmed: false, reason: null });
}

const read = (): Promise<void> => pause(650);

/** Two people who may sign. */
async function withApprovers(app: OpenedApp): Promise<readonly Approver[]> {
  const { setPasscode, addApprover } = signingCalls(app.services);
  await setPasscode({ current: null, next: own });
  for (const name of ['Ana', 'Bo']) expect(await addApprover({ presence: mine, approver: null, name, passcode: `${name} knows it` })).toMatchObject({ ok: true });
  return app.services.signing.setUp.view().approvers;
}

const by = (approver: Approver, passcode = `${approver.name} knows it`): SignatureShown => ({ by: 'approver', approver: approver.id, passcode });

test('a passcode signs the card it was shown for; another card, and the same one with more in the call, stay as they are', async () => {
  await using app = await openedApp();
  app.deliver(withPolicy(reauth));
  app.services.settings.update({ sendHoldSeconds: 0 });
  await signingCalls(app.services).setPasscode({ current: null, next: own });
  const one = await app.askToSend('ana@northwind.example');
  const other = await app.askToSend('bo@acme.example');
  await read();
  expect(await approve(app, one.card)).toMatchObject({ problem: { id: 'approval.problem.unsigned' } });
  expect(await approve(app, one.card, { by: 'passcode', passcode: 'guess' })).toMatchObject({ problem: { id: 'signing.problem.wrong' } });
  expect(await approve(app, { ...one.card, digest: other.card.digest }, mine)).toMatchObject({ problem: { id: 'approval.problem.changed' } });
  expect(await approve(app, one.card, mine)).toEqual({ ok: true, value: null });
  expect(await one.answer).toMatchObject({ outcome: 'done' });
  expect(app.services.approvals.find(other.card.id)?.answer).toBeNull();
  expect(await approve(app, one.card, mine)).toMatchObject({ problem: { id: 'approval.problem.gone' } });
  await deny(app, other.card);
});

test('a no that comes while the second passcode is compared stands', async () => {
  await using app = await openedApp();
  app.deliver(withPolicy(two));
  const [ana, bo] = await withApprovers(app);
  const { answer, card } = await app.askToSend('ana@northwind.example');
  await read();
  expect(await approve(app, card, by(ana!))).toEqual({ ok: true, value: null });
  await read();
  const signing = approve(app, card, by(bo!));
  expect(await deny(app, card)).toEqual({ ok: true, value: null });
  expect(await signing).toMatchObject({ problem: { id: 'approval.problem.gone' } });
  expect(await answer).toMatchObject({ outcome: 'denied' });
});

test('the account’s own passcode is no second signature, and an approver’s is not the account’s', async () => {
  await using app = await openedApp();
  app.deliver(withPolicy(two));
  const [ana] = await withApprovers(app);
  const { card } = await app.askToSend('ana@northwind.example');
  await read();
  expect(await approve(app, card, mine)).toMatchObject({ problem: { id: 'signing.problem.needsName' } });
  app.deliver(withPolicy(reauth));
  const next = await app.askToSend('bo@acme.example');
  await read();
  expect(await approve(app, next.card, by(ana!))).toMatchObject({ problem: { id: 'signing.problem.needsAccount' } });
  await deny(app, next.card);
});

test('removing who signed first takes the signature back', async () => {
  await using app = await openedApp();
  app.deliver(withPolicy(two));
  const [ana] = await withApprovers(app);
  const { card } = await app.askToSend('ana@northwind.example');
  await read();
  await approve(app, card, by(ana!));
  expect(app.services.approvals.find(card.id)?.signing?.signed).toHaveLength(1);
  await signingCalls(app.services).removeApprover({ presence: mine, approver: ana!.id });
  expect(app.services.approvals.find(card.id)?.signing?.signed).toEqual([]);
  await deny(app, card);
});

test('a reset denies what waits, ends every standing answer, and is recorded; a new passcode does not count yet', async () => {
  await using app = await openedApp();
  const { approvals, grants, gate } = app.services;
  const { setPasscode, resetPasscode } = signingCalls(app.services);
  await setPasscode({ current: null, next: own });
  const first = await app.askToSend('ana@northwind.example');
  const offered = gate.offer(first.card.action!, 'same');
  grants.give(offered!.action, offered!.offer);
  app.deliver(withPolicy(reauth));
  const { answer, card } = await app.askToSend('bo@acme.example');
  expect(await resetPasscode(undefined)).toEqual({ ok: true, value: null });
  expect(await answer).toMatchObject({ outcome: 'denied' });
  expect(approvals.waiting()).toEqual([]);
  expect(grants.list()).toEqual([]);
  await setPasscode({ current: null, next: 'found it unlocked' });
  const later = await app.askToSend('cy@acme.example');
  await read();
  expect(await approve(app, later.card, { by: 'passcode', passcode: 'found it unlocked' })).toMatchObject({ problem: { id: 'signing.problem.wait' } });
  expect(approvals.find(card.id)?.answer).toBe('denied');
  await deny(app, later.card);
});

test('the organization names who may sign, asks for one of its groups, and can forbid a reset', async () => {
  await using app = await openedApp();
  const { setPasscode, resetPasscode, addApprover } = signingCalls(app.services);
  const settings = managedSettings.parse({
    policy: two.replace('permit', '@approverGroup("finance") permit'),
    approvers: [{ id: 'ana', name: 'Ana' }, { id: 'bo', name: 'Bo', groups: ['finance'] }, { id: 'cy', name: 'Cy' }],
    forbidPasscodeReset: true,
  });
  app.deliver({ state: 'ok', settings, remarks: [] });
  await setPasscode({ current: null, next: own });
  expect(await resetPasscode(undefined)).toMatchObject({ problem: { id: 'signing.problem.resetForbidden' } });
  expect(await addApprover({ presence: mine, approver: null, name: 'Eve', passcode: 'eve knows it' })).toMatchObject({ problem: { id: 'signing.problem.managed' } });
  const [ana, bo, cy] = app.services.signing.setUp.view().approvers;
  for (const approver of [ana!, bo!, cy!]) await addApprover({ presence: mine, approver: approver.id, name: '', passcode: `${approver.name} knows it` });
  const { card } = await app.askToSend('ana@northwind.example');
  await read();
  await approve(app, card, by(ana!));
  await read();
  expect(await approve(app, card, by(cy!))).toMatchObject({ problem: { id: 'signing.problem.group' } });
  // Settings that nobody can read take no signature back, and let nothing be done.
  app.deliver({ state: 'unreadable', problem: { id: 'managed.problem.json', values: {} } });
  expect(app.services.approvals.find(card.id)?.answer).not.toBe('approved');
});
