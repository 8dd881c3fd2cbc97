import { describe, expect, test } from 'vitest';
import { connectionId } from '../../preload/contract.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { Profiles } from '../../main/profiles/profiles.ts';
import { sayPhrase } from '../../main/text/phrases.ts';
import { describeWith, shipped, shownIn, text } from './setting.ts';

const profiles = new Profiles({ shipped, sayPhrase });
const here = connectionId.parse('here');
const string = { type: 'string' };
const strings = { type: 'array', items: string };
const maybe = (schema: JsonObject): JsonObject => ({ anyOf: [schema, { type: 'null' }], default: null });

function profileOf(name: string, properties: JsonObject, required: readonly string[]) {
  return profiles.of(here, { name, inputSchema: { type: 'object', properties, required: [...required] } });
}

/** Input schemas as these servers publish them, shortened by what they say in words. */
const tools = {
  create_pull_request: [{ owner: string, repo: string, title: string, head: string, base: string, body: string, draft: { type: 'boolean' }, maintainer_can_modify: { type: 'boolean' }, reviewers: strings, show_ui: { type: 'boolean' } }, ['owner', 'repo', 'title', 'head', 'base']],
  slack_post_message: [{ channel_id: string, text: string }, ['channel_id', 'text']],
  send_email: [{ to: strings, subject: string, body: string, htmlBody: string, mimeType: { ...string, enum: ['text/plain'] }, cc: strings, bcc: strings, threadId: string, inReplyTo: string, attachments: strings }, ['to', 'subject', 'body']],
  'create-event': [{ account: string, calendarId: string, summary: string, description: string, start: string, end: string, timeZone: string, location: string, attendees: { type: 'array', items: { type: 'object', properties: { email: string } } }, sendUpdates: string, recurrence: strings }, ['calendarId', 'summary', 'start', 'end']],
  'hubspot-batch-update-objects': [{ objectType: string, inputs: { type: 'array', items: { type: 'object' } } }, ['objectType', 'inputs']],
  create_refund: [{ payment_intent: string, amount: { type: 'integer' } }, ['payment_intent']],
  create_price: [{ product: string, unit_amount: { type: 'integer' }, currency: string }, ['product', 'unit_amount', 'currency']],
  'API-patch-page': [{ page_id: string, properties: { type: 'object' }, in_trash: { type: 'boolean' } }, ['page_id']],
  jira_create_issue: [{ project_key: string, summary: string, issue_type: string, assignee: maybe(string), description: maybe(string), components: maybe(string), additional_fields: maybe(string) }, ['project_key', 'summary', 'issue_type']],
  jira_delete_issue: [{ issue_key: string }, ['issue_key']],
} as const satisfies Record<string, readonly [JsonObject, readonly string[]]>;

function describeCall(name: keyof typeof tools, args: JsonObject) {
  const [properties, required] = tools[name];
  const profile = profileOf(name, properties, required);
  if (profile === undefined) throw new Error(`${name} is not known.`);
  return describeWith(profile, args);
}

const marksOf = (described: Awaited<ReturnType<typeof describeCall>>) => described.card.unusual.map((mark) => mark.text.id);

describe('tools of public servers', () => {
  test('an invitation says when it is and who is invited', async () => {
    const described = await describeCall('create-event', {
      calendarId: 'primary',
      summary: 'Price talk',
      start: '2026-12-01T10:00:00',
      end: '2026-12-01T11:00:00+01:00',
      attendees: [{ email: 'ana@northwind.example' }, { email: 'bo@acme.example' }],
      sendUpdates: 'all',
    });
    expect(text(described.card.summary)).toBe('Finance Claw wants to put “Price talk” into the calendar and invite 2 people on Ledger');
    expect(described.facts).toMatchObject({ effect: 'change', outsideCount: 1, recipientCount: 2, resources: ['primary'], startsAt: Date.parse('2026-12-01T10:00:00Z') / 1000 });
    expect(described.card.rows.filter((row) => row.kind === 'instant')).toMatchObject([{ precision: 'clock', at: Date.UTC(2026, 11, 1, 10) }, { precision: 'moment', at: Date.UTC(2026, 11, 1, 10) }]);
    expect(described.card).toMatchObject({ risk: 'high', confirm: { id: 'profile.calendar.create.confirm' } });
    expect(marksOf(described)).toEqual(['mark.outsideCount', 'mark.firstTimeCount']);
  });

  test('an email of another server is told like one of ours', async () => {
    const described = await describeCall('send_email', { to: ['Ana <ana@northwind.example>'], bcc: ['spy@аcme.example'], subject: 'Prices', body: 'See [acme.example](https://evil.example/x)', attachments: ['/tmp/prices.pdf.exe'] });
    expect(text(described.sentence.did)).toBe('sent “Prices” to 2 people');
    expect(described.facts).toMatchObject({ effect: 'send', attachments: [{ name: '/tmp/prices.pdf.exe' }], attachmentTypes: ['exe'], recipientCount: 2 });
    expect(marksOf(described)).toEqual(['mark.outsideCount', 'mark.firstTimeCount', 'mark.doubtfulDomain', 'mark.disguisedFile', 'mark.misleadingLink']);
    expect(described.card.rows.find(({ kind }) => kind === 'files')).toMatchObject({ files: [{ name: 'prices.pdf.exe', folder: '/tmp/', bytes: null }] });
  });

  test('a recipient that is no address is not guessed at', async () => {
    expect((await describeCall('send_email', { to: ['everybody'], subject: 'a', body: 'b' })).facts.effect).toBe('unknown');
  });

  test('a refund is a payment, a price is none', async () => {
    const refund = await describeCall('create_refund', { payment_intent: 'pi_3N', amount: 500 });
    expect(refund.facts.effect).toBe('pay');
    expect(text(refund.card.summary)).toBe('Finance Claw wants to pay back a part of the payment “pi_3N” on Ledger');
    expect(refund.card.confirm && text(refund.card.confirm)).toBe('A part of the payment “pi_3N” may be paid back');
    const price = await describeCall('create_price', { product: 'prod_1', unit_amount: 500, currency: 'isk' });
    expect(price.facts).toMatchObject({ effect: 'change', amountMinor: 5, currency: 'ISK' });
    expect(text(price.card.summary)).toBe('Finance Claw wants to set the price of “prod_1” to 5 ISK on Ledger');
  });

  test('a page is changed, or put in the trash, which has to be confirmed', async () => {
    expect((await describeCall('API-patch-page', { page_id: 'p1', properties: { title: 'x' } })).card).toMatchObject({ risk: 'normal', confirm: null });
    expect((await describeCall('API-patch-page', { page_id: 'p1', in_trash: true })).card).toMatchObject({ risk: 'high', confirm: { id: 'profile.notion.change.confirm' } });
  });

  test('ten records at once have to be confirmed', async () => {
    const inputs = Array.from({ length: 10 }, (_, id) => ({ id: String(id), properties: { stage: 'lost' } }));
    const described = await describeCall('hubspot-batch-update-objects', { objectType: 'deals', inputs });
    expect(described.facts.itemCount).toBe(10);
    expect(described.card.confirm && text(described.card.confirm)).toBe('These 10 records may be changed');
    expect(shownIn(described.card.rows)).toContain('"stage": "lost"');
  });

  test('what a server sends as nothing is nothing', async () => {
    const described = await describeCall('jira_create_issue', { project_key: 'FIN', summary: 'Close the month', issue_type: 'Task', assignee: null, description: null });
    expect(text(described.card.summary)).toBe('Finance Claw wants to make the issue “Close the month” in FIN on Ledger');
  });

  test.each(Object.entries(tools))('%s with another shape stays unknown', (name, [properties, required]) => {
    const [first = ''] = required;
    expect(profileOf(name, properties, required)).toBeDefined();
    expect(profileOf(name, { ...properties, sudo: { type: 'boolean' } }, [...required, 'sudo'])).toBeUndefined();
    expect(profileOf(name, { ...properties, [first]: { type: 'boolean' } }, required)).toBeUndefined();
    expect(profileOf(name, Object.fromEntries(Object.entries(properties).filter(([key]) => key !== first)), [])).toBeUndefined();
  });

  test('an option that is not described is not passed over', async () => {
    const args = { owner: 'acme', repo: 'site', title: 'Fix', head: 'fix', base: 'main' };
    expect((await describeCall('create_pull_request', args)).facts.effect).toBe('change');
    expect((await describeCall('create_pull_request', { ...args, show_ui: false })).facts.effect).toBe('unknown');
  });
});

test('an answer to a stranger is told, and what the profile names can be granted', async () => {
  const answer = await describeCall('send_email', { to: ['ana@northwind.example'], subject: 'Re: x', body: 'y', threadId: 't1' });
  expect(answer.facts).toMatchObject({ isReplyToStranger: true, recipientAddresses: ['ana@northwind.example'], attachments: [] });
  expect(marksOf(answer)).toContain('mark.replyToStranger');
  expect(answer.grants).toEqual(['same_action', 'same_recipients']);
  const known = await describeCall('send_email', { to: ['bo@northwind.example'], subject: 'Re: x', body: 'y', threadId: 't1' });
  expect(known.facts.isReplyToStranger).toBe(false);
  expect((await describeCall('send_email', { to: ['ana@northwind.example'], subject: 'x', body: 'y' })).facts.isReplyToStranger).toBeUndefined();
});
