import { expect, test } from 'vitest';
import { Contacts } from '../../main/activity/contacts.ts';
import type { Facts } from '../../main/model/action.ts';
import { appendAll, edited, ended, intent, opened, sent, started } from './fixtures/activity-fixture.ts';

const paid: Facts = { effect: 'pay', isReversible: false, payee: 'Northwind  GmbH' };
const fetched: Facts = { effect: 'read', isReversible: true, hosts: ['docs.example'] };
const drafted: Facts = { effect: 'change', isReversible: true, recipients: [{ address: 'eve@evil.example', domain: 'evil.example', isOutside: true, isFirstTime: true }] };

test('people, payees and hosts are known once something was done, from the record and from what is appended', async () => {
  const activity = await opened();
  await appendAll(activity, [...sent(), ...sent({ facts: paid })]);
  const contacts = new Contacts(activity);
  const known = await contacts.now();
  expect(known.isKnown('address', 'ANA@northwind.example')).toBe(true);
  expect(known.isKnown('payee', 'northwind gmbh')).toBe(true);
  expect(known.isKnown('host', 'docs.example')).toBe(false);
  await appendAll(activity, sent({ facts: fetched }));
  await expect.poll(async () => (await contacts.now()).isKnown('host', 'docs.example')).toBe(true);
  contacts.close();
});

test('nobody is known by a draft, by what was not done, or by what was only asked for', async () => {
  const activity = await opened();
  const contacts = new Contacts(activity);
  await contacts.now();
  const denied = intent();
  const changed = intent();
  await appendAll(activity, [...sent({ facts: drafted }), denied, ended(denied.action, 'denied'), changed, edited(changed.action, 'x', 'bo@acme.example'), started(changed.action), ended(changed.action, 'done_with_changes')]);
  await expect.poll(async () => (await contacts.now()).isKnown('address', 'bo@acme.example')).toBe(true);
  const known = await contacts.now();
  expect(known.isKnown('address', 'ana@northwind.example')).toBe(false);
  expect(known.isKnown('address', 'eve@evil.example')).toBe(false);
  contacts.close();
});

test('an action that began before the app did is known when it ends', async () => {
  const activity = await opened();
  const first = intent();
  await activity.append(first);
  const contacts = new Contacts(activity);
  expect((await contacts.now()).isKnown('address', 'ana@northwind.example')).toBe(false);
  await activity.append(ended(first.action));
  await expect.poll(async () => (await contacts.now()).isKnown('address', 'ana@northwind.example')).toBe(true);
  contacts.close();
});

test('domains of people one wrote to are the ones that others imitate; a page that was read makes none of them harmless', async () => {
  const activity = await opened();
  await appendAll(activity, [...sent(), ...sent({ facts: { ...fetched, hosts: ['northw1nd.example'] } })]);
  const contacts = new Contacts(activity);
  const known = await contacts.now();
  expect(known.imitatedBy('northwind.example')).toBeNull();
  expect(known.imitatedBy('northw1nd.example')).toBe('northwind.example');
  expect(known.imitatedBy('nortwind.example')).toBe('northwind.example');
  contacts.close();
});

test('a record that cannot be read is asked again', async () => {
  let isBroken = true;
  const contacts = new Contacts({ onAppended: () => () => undefined, contactsSince: () => (isBroken ? Promise.reject(new Error('locked')) : Promise.resolve([{ kind: 'payee', name: 'a', sequence: 1 }])) });
  await expect(contacts.now()).rejects.toThrow('locked');
  isBroken = false;
  expect((await contacts.now()).isKnown('payee', 'A')).toBe(true);
});
