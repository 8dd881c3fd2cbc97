import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { actionId, connectionId, digest, grantId } from '../../preload/contract.ts';
import { grantOffers } from '../../main/approvals/grant-offers.ts';
import { grantMigrations, Grants, type GrantChange } from '../../main/approvals/grants.ts';
import type { Facts, FrozenAction } from '../../main/model/action.ts';
import type { GrantOffer } from '../../main/model/grant.ts';
import { agent, connection, ManualClock } from '../gate/harness.ts';

const hour = 3_600_000;
const action: FrozenAction = { id: actionId.parse(randomUUID()), kind: 'invokeTool', agent, connection, name: 'send_email', arguments: {}, materials: [], digest: digest.parse('a'.repeat(64)), requestedAt: 0 };
const mail: Facts = { effect: 'send', isReversible: false, recipientAddresses: ['ana@northwind.example', 'bo@acme.example'], attachments: [] };

function offersOf(facts: Facts, over: Partial<FrozenAction> = {}, risk: 'normal' | 'high' = 'normal'): readonly string[] {
  return grantOffers({ ...action, ...over }, facts, risk).map(({ id }) => id);
}

describe('what a card offers to allow for a while', () => {
  test('is made of this action’s own facts, narrowest first', () => {
    expect(offersOf(mail)).toEqual(['same', 'recipients']);
    expect(grantOffers(action, mail, 'normal')[1]).toMatchObject({ scope: { kind: 'recipients', addresses: ['ana@northwind.example', 'bo@acme.example'] }, sentence: { values: { people: 'ana@northwind.example, bo@acme.example' } }, lasts: 'hour' });
    expect(offersOf({ effect: 'change', isReversible: true })).toEqual(['same']);
    expect(offersOf({ effect: 'read', isReversible: true })).toEqual(['reading']);
    expect(offersOf({ effect: 'read', isReversible: true, uri: 'file:///a' }, { kind: 'readResource', name: 'file:///./a' })).toEqual(['uri']);
  });

  test.for<[string, Facts, Partial<FrozenAction>?, 'high'?]>([
    ['a payment', { effect: 'pay', isReversible: false }],
    ['a deletion', { effect: 'delete', isReversible: false }],
    ['a command', { effect: 'run', isReversible: false }],
    ['a destination', { effect: 'connect', isReversible: false }],
    ['a tool nobody knows', { effect: 'unknown', isReversible: false }],
    ['much at stake', mail, {}, 'high'],
    ['a secret in it', { ...mail, secrets: ['github'] }],
    ['a prompt', { effect: 'read', isReversible: true }, { kind: 'getPrompt' }],
    ['watching a resource', { effect: 'read', isReversible: true, uri: 'file:///a' }, { kind: 'watchResource' }],
  ])('is nothing for %s', ([, facts, over, risk]) => {
    expect(offersOf(facts, over, risk)).toEqual([]);
  });

  test.for<[string, Partial<Facts>]>([
    ['with something attached', { attachments: [{ name: 'a.pdf', bytes: 1 }] }],
    ['to a crowd', { recipientAddresses: Array.from({ length: 11 }, (_, index) => `p${index}@a.example`) }],
    ['to nobody', { recipientAddresses: [] }],
  ])('is no circle of people for a message %s', ([, facts]) => {
    expect(offersOf({ ...mail, ...facts })).toEqual(['same']);
  });

  test('is what the tool’s profile names, of what is possible', () => {
    const read: Facts = { effect: 'read', isReversible: true, paths: ['/a'], resources: ['calendar'] };
    expect(grantOffers(action, read, 'normal', ['same_action', 'same_resource']).map(({ id }) => id)).toEqual(['same', 'resources']);
    expect(grantOffers(action, read, 'normal', ['same_resource'])[0]).toMatchObject({ scope: { kind: 'resources', effect: 'read', resources: ['calendar'], paths: ['/a'] }, lasts: 'today', sentence: { values: { what: 'calendar, /a' } } });
    expect(grantOffers(action, mail, 'normal', ['same_action']).map(({ id }) => id)).toEqual(['same']);
    expect(grantOffers(action, mail, 'normal', ['same_resource'])).toEqual([]);
    expect(grantOffers(action, mail, 'normal', [])).toEqual([]);
    expect(grantOffers(action, { ...mail, effect: 'pay' }, 'normal', ['same_action'])).toEqual([]);
    expect(grantOffers(action, { ...mail, resources: ['a'], recipients: [{ address: 'a@b.example', domain: 'b.example', isOutside: true, isFirstTime: true }] }, 'normal', ['same_resource'])).toEqual([]);
  });

  test('shows text that lies as it is', () => {
    const [, offer] = grantOffers(action, { ...mail, recipientAddresses: ['ana\u202e@northwind.example'] }, 'normal');
    expect(offer?.sentence.values['people']).toBe('ana⟦U+202E⟧@northwind.example');
  });
});

interface Ledger {
  readonly clock: ManualClock;
  readonly database: DatabaseSync;
  readonly changes: GrantChange['kind'][];
  readonly open: () => Grants;
}

function newLedger(): Ledger {
  const database = new DatabaseSync(':memory:');
  for (const sql of grantMigrations) database.exec(sql);
  const clock = new ManualClock();
  const changes: GrantChange['kind'][] = [];
  return {
    clock,
    database,
    changes,
    open() {
      const grants = new Grants(database, clock, () => grantId.parse(randomUUID()));
      grants.onChange(({ kind }) => changes.push(kind));
      return grants;
    },
  };
}

function offer(over: Partial<GrantOffer> = {}): GrantOffer {
  const [, recipients] = grantOffers(action, mail, 'normal');
  return { ...recipients!, ...over };
}

describe('the ledger of standing answers', () => {
  test('counts uses, and the last one ends it without taking it back', () => {
    const { open, changes } = newLedger();
    const grants = open();
    const { id } = grants.give(action, offer({ uses: 2 }));
    grants.use(id);
    expect(grants.list()).toMatchObject([{ id, uses: 1, usesLeft: 1 }]);
    grants.use(id);
    expect(grants.list()).toEqual([]);
    expect(grants.isRevoked(id)).toBe(false);
    grants.use(id);
    expect(changes).toEqual(['given', 'used', 'over']);
  });

  test('ends by the passing of time, also where the clock on the wall was set back', async () => {
    const { open, clock } = newLedger();
    const grants = open();
    const { id, from, until } = grants.give(action, offer());
    expect(until - from).toBe(hour);
    await clock.advance(hour - 1);
    expect(grants.list()).toHaveLength(1);
    await clock.advance(1);
    expect(grants.list()).toEqual([]);
    expect(grants.isRevoked(id)).toBe(false);
  });

  test('lasts until midnight where it is for today', () => {
    const { open, clock } = newLedger();
    const { until } = open().give(action, offer({ lasts: 'today' }));
    expect(new Date(until).getHours()).toBe(0);
    expect(until).toBeGreaterThan(clock.now());
    expect(until - clock.now()).toBeLessThanOrEqual(25 * hour);
  });

  test('survives a restart; what ran out meanwhile, or is from a time to come, does not', async () => {
    const { open, clock } = newLedger();
    const first = open();
    first.give(action, offer());
    first.close();
    await clock.advance(hour / 2);
    const second = open();
    expect(second.list()).toHaveLength(1);
    second.close();
    await clock.advance(-hour);
    expect(open().list()).toEqual([]);
  });

  test('a restart after its end finds it ended', async () => {
    const { open, clock } = newLedger();
    const first = open();
    first.give(action, offer());
    first.close();
    await clock.advance(2 * hour);
    expect(open().list()).toEqual([]);
  });

  test('what was taken back is so for good, and is told once', () => {
    const { open, changes } = newLedger();
    const grants = open();
    const { id } = grants.give(action, offer());
    expect(grants.revoke(id)).toBe(true);
    expect(grants.revoke(id)).toBe(false);
    expect(grants.isRevoked(id)).toBe(true);
    expect(changes).toEqual(['given', 'revoked']);
  });

  test('a Claw that is forgotten leaves none behind', () => {
    const { open } = newLedger();
    const grants = open();
    grants.give(action, offer());
    grants.give({ ...action, connection: connectionId.parse('other') }, offer());
    grants.revokeWhere(({ connection: where }) => where === connection);
    expect(grants.list()).toMatchObject([{ connection: 'other' }]);
  });

  test('what cannot be written is no grant', () => {
    const { open, database } = newLedger();
    const grants = open();
    database.exec(`CREATE TRIGGER full BEFORE INSERT ON grants BEGIN SELECT RAISE(FAIL, 'disk full'); END`);
    expect(() => grants.give(action, offer())).toThrow('disk full');
    expect(grants.list()).toEqual([]);
  });
});
