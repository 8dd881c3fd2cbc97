import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Card, Message, Row } from '../../../preload/contract.ts';
import { card as cardSchema } from '../../../preload/contract.ts';
import { inEnglish } from '../../../main/text/text.ts';
import { everybodyBut } from '../../model/acquaintances.ts';
import { createSetting, type Setting } from './setting.ts';

const text = inEnglish;
let setting: Setting;

beforeAll(async () => {
  const nowhere = { host: '127.0.0.1', port: 1, security: 'loopback' } as const;
  setting = await createSetting({ imap: nowhere, smtp: nowhere });
});

afterAll(async () => {
  await setting.dispose();
});

const marksOf = (marks: Card['unusual']): readonly string[] => marks.map((mark) => text(mark.text));
const rowOf = <K extends Row['kind']>(rows: readonly Row[], kind: K): Extract<Row, { kind: K }> => {
  const row = rows.find((each): each is Extract<Row, { kind: K }> => each.kind === kind);
  if (row === undefined) throw new Error(`There is no row of kind ${kind}.`);
  return row;
};
const messagesIn = (value: unknown): readonly Message[] => {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'id' in value && 'values' in value ? [value as Message] : [];
  return [...own, ...Object.values(value).flatMap(messagesIn)];
};

const mail = { to: ['Ana Ruiz <ana@northwind.example>', 'bo@acme.example'], subject: 'Q3 price list', text: 'Dear Ana,\nsee https://acme.example/prices' };

describe('what a person may change', () => {
  it.each([
    ['send_email', ['/to', '/cc', '/bcc', '/subject', '/text']],
    ['create_draft', ['/to', '/cc', '/bcc', '/subject', '/text']],
    ['reply', ['/text']],
    ['read_message', []],
  ])('of %s is never the account, nor what is attached, nor which message is meant', (name, places) => {
    expect(setting.connector.profile(name)?.editable?.map(({ at }) => at)).toEqual(places);
  });
});

describe('the card of an email', () => {
  it('says who, from where, what, and leads with who is outside', async () => {
    const { card, facts, sentence } = await setting.describe('send_email', mail);
    expect(text(card.headline)).toBe('Send this email?');
    expect(text(card.summary)).toBe('Marketing Claw wants to send an email to 2 people, 1 of them outside your company');
    expect(marksOf(card.unusual)).toEqual(['1 person outside your company', '1 person for the first time', 'Contains a link']);
    expect(rowOf(card.rows, 'people').people).toMatchObject([
      { address: 'ana@northwind.example', name: 'Ana Ruiz', marks: [{ text: { id: 'mark.outside' } }, { text: { id: 'mark.firstTime' } }] },
      { address: 'bo@acme.example', marks: [] },
    ]);
    expect(rowOf(card.rows, 'account')).toMatchObject({ address: 'you@acme.example', connection: 'Work mail' });
    expect(rowOf(card.rows, 'message')).toMatchObject({ text: mail.text, links: [{ host: 'acme.example', marks: [] }] });
    expect(card).toMatchObject({ risk: 'normal', confirm: null });
    expect(facts).toMatchObject({ effect: 'send', isReversible: false, account: 'you@acme.example', recipientCount: 2, outsideCount: 1, firstTimeCount: 1, subject: 'Q3 price list' });
    expect(text(sentence.did)).toBe('sent “Q3 price list” to ana@northwind.example and 1 other');
    expect(text(sentence.wanted)).toBe('wanted to send “Q3 price list” to ana@northwind.example and 1 other');
  });

  it('counts a subdomain of the company as inside, and a domain that merely ends like it as outside', async () => {
    const { facts } = await setting.describe('send_email', { ...mail, to: ['a@mail.acme.example', 'b@notacme.example'] });
    expect(facts.recipients?.map((recipient) => recipient.isOutside)).toEqual([false, true]);
  });

  it('asks to confirm the number from ten people on, wherever they stand', async () => {
    const people = Array.from({ length: 9 }, (_, index) => `p${index}@acme.example`);
    const nine = await setting.describe('send_email', { ...mail, to: people });
    expect(nine.card.risk).toBe('normal');
    const ten = await setting.describe('send_email', { ...mail, to: ['bo@acme.example'], bcc: people });
    expect(ten.card.risk).toBe('high');
    expect(text(ten.card.confirm ?? { id: '', values: {} })).toBe('This goes to 10 people, and that is right');
    expect(marksOf(ten.card.unusual)[0]).toBe('Goes to 10 people');
  });

  it('names everybody once', async () => {
    const { facts } = await setting.describe('send_email', { ...mail, to: ['bo@acme.example', 'BO@acme.example'], cc: ['Bo <bo@acme.example>'] });
    expect(facts.recipientCount).toBe(1);
  });

  it('warns of an address that imitates the company and asks to confirm it', async () => {
    const { card } = await setting.describe('send_email', { ...mail, to: ['boss@аcme.example'] });
    expect(card.risk).toBe('high');
    expect(text(card.confirm ?? { id: '', values: {} })).toContain('boss@xn--cme-5cd.example');
    expect(rowOf(card.rows, 'people').people[0]?.marks.map((mark) => [text(mark.text), mark.tone])).toContainEqual(['Looks like acme.example, but is not', 'stop']);
  });

  it('warns of a link that leads elsewhere and of a file that is not what it seems', async () => {
    const path = join(setting.folder, 'invoice.pdf.exe');
    await writeFile(path, 'MZ');
    const { card } = await setting.describe('send_email', { ...mail, text: '[acme.example](https://evil.example)', attachments: [{ path }] });
    expect(marksOf(card.unusual)).toEqual(expect.arrayContaining(['Contains a link that may mislead', '“invoice.pdf.exe” looks like a document but is not one']));
    expect(rowOf(card.rows, 'message').links).toMatchObject([{ text: 'acme.example', host: 'evil.example', marks: [{ tone: 'stop' }] }]);
    expect(rowOf(card.rows, 'files').files).toMatchObject([{ name: 'invoice.pdf.exe', bytes: 2, folder: setting.folder }]);
    expect(card.risk).toBe('high');
  });

  it('shows hostile text disarmed, everywhere', async () => {
    const evil = '\u202Eevil\u200B\u{E0041}';
    const { card, sentence } = await setting.describe(
      'send_email',
      { to: [`Ana ${evil} <ana@northwind.example>`], subject: `Hello ${evil}`, text: `Line\n${evil} https://x${evil}.example/` },
      { agentName: `Claw ${evil}`, connectionName: `Work ${evil}` },
    );
    const everything = JSON.stringify([card, sentence]);
    expect(everything).not.toMatch(/[\u202E\u200B]|\u{E0041}/u);
    expect(everything).toContain('⟦U+202E⟧');
    expect(marksOf(card.unusual)).toContain('Contains hidden characters, shown here as ⟦U+…⟧');
  });

  it.each([
    ['a line break in the subject', { subject: 'Hi\r\nBcc: eve@evil.example' }, '"subject"'],
    ['a line break in an address', { to: ['ana@northwind.example\r\nBcc: eve@evil.example'] }, 'line breaks'],
    ['a group', { cc: ['Friends: eve@evil.example;'] }, 'group'],
    ['nobody', { to: [] }, '"to"'],
    ['more than 500 people', { to: Array.from({ length: 300 }, (_, i) => `a${i}@b.example`), bcc: Array.from({ length: 201 }, (_, i) => `c${i}@b.example`) }, 'more than 500'],
    ['a text beyond the limit', { text: 'x'.repeat(200_001) }, '"text"'],
    ['an argument it does not know', { headers: { Bcc: 'eve@evil.example' } }, 'headers'],
    ['a file it may not read', { attachments: [{ path: '/etc/passwd' }] }, 'not a file in a folder'],
  ])('is not made for %s', async (_name, change, reason) => {
    expect(await setting.refusal('send_email', { ...mail, ...change })).toContain(reason);
  });
});

describe('the tools', () => {
  it('are described to agents with schemas that take nothing else', async () => {
    const tools = await setting.connector.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['search_messages', 'read_message', 'create_draft', 'send_email', 'reply']);
    for (const { inputSchema } of tools) expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    const send = tools.find((tool) => tool.name === 'send_email')?.inputSchema;
    expect(send).toMatchObject({ required: ['to', 'subject', 'text'], properties: { to: { type: 'array', minItems: 1, maxItems: 500 }, text: { maxLength: 200_000 } } });
  });

  it('take the arguments apart again when called, whoever calls', async () => {
    const answer = await setting.call('send_email', { ...mail, headers: 'Bcc: eve@evil.example' }, { materials: [] });
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('headers') });
    expect(await setting.call('delete_everything', {}, { materials: [] })).toMatchObject({ kind: 'failed' });
  });
});

describe('every card and sentence', () => {
  it('fits the contract and has words for all it says', async () => {
    const path = join(setting.folder, 'prices.csv');
    await writeFile(path, 'x');
    const wordy = { ...mail, cc: ['x@аcme.example'], bcc: ['y@bücher.example'], attachments: [{ path }] };
    const described = await Promise.all([
      setting.describe('send_email', wordy),
      setting.describe('create_draft', wordy),
      setting.describe('search_messages', { query: 'invoice', folder: 'Archive' }),
      setting.describe('search_messages', { isUnread: true }),
      setting.describe('search_messages', {}),
    ]);
    for (const { card, sentence } of described) {
      expect(() => cardSchema.omit({ why: true, holdSeconds: true }).parse(card)).not.toThrow();
      for (const message of messagesIn([card, sentence])) expect(text(message)).not.toMatch(new RegExp(`^${message.id}$|[{}]`));
    }
    for (const { name } of await setting.connector.listTools()) {
      const ability = setting.connector.profile(name)?.ability;
      expect(ability === undefined ? '' : text(ability)).toContain('Work mail');
    }
  });

  it('tells of reading in plain words', async () => {
    const search = await setting.describe('search_messages', { query: 'invoice' });
    expect(text(search.sentence.did)).toBe('searched the inbox for “invoice”');
    const unread = await setting.describe('search_messages', { isUnread: true, folder: 'Sent' });
    expect(text(unread.sentence.did)).toBe('listed unread emails in “Sent”');
    const draft = await setting.describe('create_draft', { to: [], subject: 'Later', text: '' });
    expect(text(draft.sentence.did)).toBe('saved a draft “Later”');
    expect(draft.facts).toMatchObject({ effect: 'change', isReversible: true });
  });

  it('is refused for a tool there is none of', () => {
    expect(setting.connector.profile('delete_everything')).toBeUndefined();
    expect(setting.connector.profile('constructor')).toBeUndefined();
  });
});

describe('an attached file', () => {
  it('that is another thing than its name says has to be confirmed', async () => {
    const path = join(setting.folder, 'invoice.pdf');
    await writeFile(path, Buffer.concat([Buffer.from('MZ'), Buffer.alloc(60, 1)]));
    const { card, facts } = await setting.describe('send_email', { ...mail, attachments: [{ path }] });
    expect(facts).toMatchObject({ attachmentTypes: ['pdf'], disguisedFiles: ['invoice.pdf'] });
    expect(card.risk).toBe('high');
    expect(card.confirm && text(card.confirm)).toBe('I know what “invoice.pdf” is and want to send it');
    expect(rowOf(card.rows, 'files').files[0]?.marks).toMatchObject([{ text: { id: 'mark.disguised' } }]);
  });

  it('that is a program and says so is marked', async () => {
    const path = join(setting.folder, 'setup.exe');
    await writeFile(path, Buffer.concat([Buffer.from('MZ'), Buffer.alloc(60, 1)]));
    const { card, facts } = await setting.describe('send_email', { ...mail, attachments: [{ path }] });
    expect(facts.disguisedFiles).toBeUndefined();
    expect(marksOf(card.unusual)).toContain('“setup.exe” is a program');
  });
});

it('tells a domain that imitates one that you know from one that imitates your own', async () => {
  const { card, facts } = await setting.describe('send_email', { ...mail, to: ['ana@northwlnd.example', 'bo@acrne.example'], text: '' }, { contacts: () => Promise.resolve(everybodyBut([], ['northwind.example'])) });
  expect(facts.doubtfulDomains).toEqual(['northwlnd.example', 'acrne.example']);
  expect(rowOf(card.rows, 'people').people.map(({ marks }) => marks[0] && text(marks[0].text))).toEqual(['Looks like northwind.example, which you know, but is not', 'Looks like acme.example, but is not']);
});
