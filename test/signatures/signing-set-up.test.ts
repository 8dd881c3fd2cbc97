import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { approverId, type Approver, type PresenceShown } from '../../preload/contract.ts';
import type { SystemPresence } from '../../main/model/presence.ts';
import { Approvers } from '../../main/signatures/approvers.ts';
import { Passcodes } from '../../main/signatures/passcodes.ts';
import { signatureMigrations } from '../../main/signatures/signature-migrations.ts';
import { ApproverCheck, PresenceCheck } from '../../main/signatures/signatures.ts';
import { SigningSetUp, type SigningChange } from '../../main/signatures/signing-set-up.ts';
import { ManualClock } from '../gate/harness.ts';

const mine: PresenceShown = { by: 'passcode', passcode: 'my own words' };
const day = 24 * 3_600_000;

class Desk {
  readonly clock = new ManualClock();
  readonly changes: SigningChange[] = [];
  readonly asked: string[] = [];
  mayReset = true;
  touch = true;
  readonly presence: PresenceCheck;
  readonly byName: ApproverCheck;
  readonly setUp: SigningSetUp;
  readonly approvers: Approvers;

  constructor({ hasTouchId = false, managed = [] }: { readonly hasTouchId?: boolean; readonly managed?: readonly Approver[] } = {}) {
    const database = new DatabaseSync(':memory:');
    for (const sql of signatureMigrations) database.exec(sql);
    this.approvers = new Approvers(database, this.clock, managed);
    const system: SystemPresence = {
      how: 'touch_id',
      isReady: () => hasTouchId,
      prove: (reason) => {
        this.asked.push(reason);
        return Promise.resolve(this.touch);
      },
    };
    const parts = { passcodes: new Passcodes(database, this.clock, 14), approvers: this.approvers, system, text: ({ id }: { readonly id: string }) => id, now: () => this.clock.now() };
    this.presence = new PresenceCheck(parts);
    this.byName = new ApproverCheck(parts);
    this.setUp = new SigningSetUp({ ...parts, presence: this.presence, mayReset: () => this.mayReset });
    this.setUp.onChange((change) => this.changes.push(change));
  }

  set(next = 'my own words', current: PresenceShown | null = null) {
    return this.setUp.setPasscode({ current, next });
  }

  add(name: string, passcode = `${name} knows it`, approver: Approver['id'] | null = null, presence = mine) {
    return this.setUp.addApprover({ presence, approver, name, passcode });
  }
}

const says = (id: string) => ({ ok: false, problem: { id: `signing.problem.${id}` } });
let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

describe('the account’s passcode', () => {
  test('has six characters, and changing it takes the old one', async () => {
    expect(await desk.set('short')).toMatchObject(says('tooShort'));
    expect(await desk.set()).toMatchObject({ ok: true });
    expect(await desk.set('another one')).toMatchObject(says('needsOld'));
    expect(await desk.set('another one', { by: 'system' })).toMatchObject(says('needsOld'));
    expect(await desk.set('another one', { by: 'passcode', passcode: 'guess' })).toMatchObject(says('wrong'));
    expect(await desk.presence.check(mine)).toMatchObject({ ok: true });
    expect(await desk.set('another one', mine)).toMatchObject({ ok: true });
    expect(await desk.presence.check(mine)).toMatchObject(says('wrong'));
    expect(desk.changes).toEqual([{ kind: 'passcode_set' }, { kind: 'passcode_changed' }]);
  });

  test('two who set the first one at once: one of them does', async () => {
    const [one, other] = await Promise.all([desk.set('the first one'), desk.set('the other one')]);
    const right = await Promise.all(['the first one', 'the other one'].map((passcode) => desk.presence.check({ by: 'passcode', passcode })));
    expect(right.filter(({ ok }) => ok)).toHaveLength(1);
    expect([one, other].some(({ ok }) => ok)).toBe(true);
  });

  test('is set past Touch ID only by the one whose finger it is', async () => {
    desk = new Desk({ hasTouchId: true });
    desk.touch = false;
    expect(await desk.set()).toMatchObject(says('system'));
    expect(desk.setUp.view().hasPasscode).toBe(false);
    desk.touch = true;
    expect(await desk.set()).toMatchObject({ ok: true });
    expect(desk.asked).toEqual(['signing.touchId.reason', 'signing.touchId.reason']);
  });

  test('that is forgotten can be reset: a new one counts after a day', async () => {
    await desk.set();
    expect(await desk.setUp.resetPasscode()).toMatchObject({ ok: true });
    expect(desk.changes.at(-1)).toEqual({ kind: 'passcode_reset' });
    await desk.set('found it unlocked');
    const shown = { by: 'passcode', passcode: 'found it unlocked' } as const;
    expect(await desk.presence.check(shown)).toMatchObject({ problem: { id: 'signing.problem.wait', values: { minutes: 1440 } } });
    await desk.clock.advance(day);
    expect(await desk.presence.check(shown)).toMatchObject({ ok: true });
  });

  test('is not reset where the organization forbids it', async () => {
    await desk.set();
    desk.mayReset = false;
    expect(await desk.setUp.resetPasscode()).toMatchObject(says('resetForbidden'));
    expect(await desk.presence.check(mine)).toMatchObject({ ok: true });
  });

  test('is not taken where the system is asked for and is not there', async () => {
    await desk.set();
    expect(await desk.presence.check({ by: 'system' })).toMatchObject(says('noSystem'));
  });
});

describe('an approver', () => {
  test('is added and removed by whoever the account belongs to, and signs with their own passcode', async () => {
    expect(await desk.add('Bo')).toMatchObject(says('noPasscode'));
    await desk.set();
    expect(await desk.add('Bo', 'Bo knows it', null, { by: 'passcode', passcode: 'guess' })).toMatchObject(says('wrong'));
    expect(await desk.add('Bo', 'short')).toMatchObject(says('tooShort'));
    expect(await desk.add('Bo', 'my own words')).toMatchObject(says('sameAsYours'));
    expect(await desk.add('Bo')).toMatchObject({ ok: true });
    expect(await desk.add(' bo ')).toMatchObject(says('nameTaken'));
    const [bo] = desk.setUp.view().approvers;
    expect(bo).toMatchObject({ name: 'Bo', hasPasscode: true });
    expect(await desk.byName.check({ by: 'approver', approver: bo!.id, passcode: 'Bo knows it' })).toMatchObject({ ok: true, value: { approver: { name: 'Bo' }, how: 'passcode' } });
    expect(await desk.setUp.removeApprover({ presence: mine, approver: bo!.id })).toMatchObject({ ok: true });
    expect(await desk.byName.check({ by: 'approver', approver: bo!.id, passcode: 'Bo knows it' })).toMatchObject(says('wrong'));
  });

  test('who is removed while their passcode is compared signs nothing', async () => {
    await desk.set();
    await desk.add('Bo');
    const [bo] = desk.setUp.view().approvers;
    const checking = desk.byName.check({ by: 'approver', approver: bo!.id, passcode: 'Bo knows it' });
    desk.approvers.remove(bo!.id);
    expect(await checking).toMatchObject({ ok: false });
  });

  test('nobody has is told in the same words as a wrong passcode', async () => {
    await desk.set();
    await desk.add('Bo');
    const [bo] = desk.setUp.view().approvers;
    const wrong = await desk.byName.check({ by: 'approver', approver: bo!.id, passcode: 'guess' });
    const unknown = await desk.byName.check({ by: 'approver', approver: approverId.parse('nobody'), passcode: 'guess' });
    expect(unknown).toEqual(wrong);
  });

  test('of the organization gets a passcode here, and no other can be added', async () => {
    const cy: Approver = { id: approverId.parse('cy'), name: 'Cy', groups: ['finance'] };
    desk = new Desk({ managed: [cy] });
    await desk.set();
    expect(await desk.add('Bo')).toMatchObject(says('managed'));
    expect(await desk.add('', 'Cy knows it', approverId.parse('dan'))).toMatchObject(says('approverGone'));
    expect(await desk.add('', 'Cy knows it', cy.id)).toMatchObject({ ok: true });
    expect(await desk.add('', 'somebody else', cy.id)).toMatchObject(says('hasPasscode'));
    expect(await desk.byName.check({ by: 'approver', approver: cy.id, passcode: 'Cy knows it' })).toMatchObject({ ok: true, value: { approver: cy } });
    await desk.setUp.removeApprover({ presence: mine, approver: cy.id });
    expect(desk.setUp.view().approvers).toEqual([{ ...cy, hasPasscode: false }]);
  });
});

test('what is shown of it holds no passcode and no hash', async () => {
  await desk.set();
  await desk.add('Bo');
  const told = JSON.stringify([desk.setUp.view(), desk.changes]);
  for (const secret of ['my own words', 'Bo knows it', 'hash', 'salt']) expect(told).not.toContain(secret);
});
