import { describe, expect } from 'vitest';
import { digest } from '../../preload/contract.ts';
import { request, settle } from '../gate/harness.ts';
import { attack, mail, newSetting } from './setting.ts';

describe('answers that were never given', () => {
  attack('Arguments changed after the card is shown', async () => {
    const { app, approve, world } = await newSetting();
    const args = { to: ['ana@northwind.example'], nested: { amount: 1 } };
    const answer = app.gate.perform(request(args, 'mystery'));
    await settle();
    args.to.push('eve@evil.example');
    args.nested.amount = 1_000_000;
    await approve();
    await answer;
    expect(world.calls[0]?.arguments).toEqual({ to: ['ana@northwind.example'], nested: { amount: 1 } });
  });

  attack('Yes to one card sent with the id of another', async () => {
    const { app, shown, world } = await newSetting();
    const { approval } = await shown('mystery', { a: 1 });
    await world.clock.advance(1000);
    const forged = { id: approval.id, answer: 'approve', isConfirmed: true, reason: null } as const;
    expect(app.approvals.give({ ...forged, digest: digest.parse('f'.repeat(64)) })).toMatchObject({ ok: false });
    await settle();
    expect(world.calls).toHaveLength(0);
  });

  attack('Yes without the key fact ticked', async () => {
    const { app, shown, world } = await newSetting();
    const { approval } = await shown('mystery', {});
    await world.clock.advance(1000);
    expect(app.approvals.give({ id: approval.id, digest: approval.digest, answer: 'approve', isConfirmed: false, reason: null })).toMatchObject({ ok: false });
    expect(world.calls).toHaveLength(0);
  });

  attack('Yes sooner than anybody can read', async () => {
    const { app, shown, world } = await newSetting();
    const { approval } = await shown('send_email', mail);
    await world.clock.advance(599);
    expect(app.approvals.give({ id: approval.id, digest: approval.digest, answer: 'approve', isConfirmed: true, reason: null })).toMatchObject({ ok: false });
    await settle();
    expect(world.calls).toHaveLength(0);
  });

  attack('Two yeses to one card', async () => {
    const { app, shown, world, approve } = await newSetting();
    const { approval, answer } = await shown('mystery', {});
    expect(await approve()).toMatchObject({ ok: true });
    expect(app.approvals.give({ id: approval.id, digest: approval.digest, answer: 'approve', isConfirmed: true, reason: null })).toMatchObject({ ok: false });
    await answer;
    expect(world.calls).toHaveLength(1);
  });

  attack('Ten identical calls at once', async () => {
    const { app, approve, world } = await newSetting();
    const calls = Array.from({ length: 10 }, () => app.gate.perform(request(mail, 'send_email')));
    await settle();
    expect(app.approvals.waiting()).toHaveLength(1);
    await approve();
    await world.clock.advance(1000);
    const answers = await Promise.all(calls);
    expect(answers.map((one) => one.kind === 'ended' && one.outcome)).toEqual(Array.from({ length: 10 }, () => 'done'));
    expect(world.calls).toHaveLength(1);
  });

  attack('The same question until somebody clicks', async () => {
    const { app, world } = await newSetting();
    for (let time = 0; time < 2; time += 1) {
      const answer = app.gate.perform(request({ a: 1 }, 'mystery'));
      await settle();
      await world.clock.advance(1000);
      const [card] = app.approvals.waiting();
      app.approvals.give({ id: card!.id, digest: card!.digest, answer: 'deny', isConfirmed: false, reason: null });
      await answer;
    }
    expect(await app.gate.perform(request({ a: 1 }, 'mystery'))).toMatchObject({ outcome: 'denied', reason: 'refused_before' });
    expect(app.approvals.waiting()).toHaveLength(0);
  });

  attack('More questions than a person reads', async () => {
    const { app } = await newSetting();
    for (let number = 0; number < 20; number += 1) void app.gate.perform(request({ number }, 'mystery'));
    await settle();
    expect(await app.gate.perform(request({ number: 20 }, 'mystery'))).toMatchObject({ kind: 'rejected', code: 'too_many_waiting' });
  });

  attack('Question left open overnight', async () => {
    const { shown, world } = await newSetting();
    const { answer } = await shown('mystery', {});
    await world.clock.advance(301_000);
    expect(await answer).toMatchObject({ kind: expect.stringMatching(/ended|waiting/) });
    expect(world.calls).toHaveLength(0);
  });
});
