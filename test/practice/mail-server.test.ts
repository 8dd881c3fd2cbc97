import { connect } from 'node:net';
import { once } from 'node:events';
import { ImapFlow } from 'imapflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../main/model/clock.ts';
import { startPracticeMailServer, type PracticeMailServer } from '../../main/practice/mail-server/index.ts';
import { createSetting, messagesOf, resultOf, type Setting } from '../connectors/email/setting.ts';

let server: PracticeMailServer;
let setting: Setting;

beforeEach(async () => {
  server = await startPracticeMailServer({ clock: systemClock });
  const { imap, smtp, address, user, password } = server;
  setting = await createSetting({ imap, smtp, password, account: { address, user } });
});

afterEach(async () => {
  await setting.dispose();
  await server.stop();
});

describe('the practice mailbox through the email connector', () => {
  it('signs in', async () => {
    expect(await setting.connector.checkSignIn()).toEqual({ ok: true });
  });

  it('holds a working day of mail, the price list request on top', async () => {
    const messages = messagesOf(await setting.perform('search_messages', {}));
    expect(messages).toHaveLength(5);
    expect(messages[0]).toMatchObject({ subject: 'Price list for Q3?', isUnread: true, from: [{ name: 'Ana Ruiz', address: 'ana@northwind.example' }] });
    expect(messagesOf(await setting.perform('search_messages', { isUnread: false }))).toHaveLength(2);
  });

  it.each([
    [{ query: 'price list' }, ['Price list for Q3?']],
    [{ from: 'jonas' }, ['Budget review moved to Thursday, 10:00']],
    [{ subject: 'INVOICE' }, ['Invoice 2104-118 is due next week']],
    [{ query: '"quoted" \\ words' }, []],
    [{ query: 'prïce' }, []],
    [{ since: '2001-01-01', before: '2002-01-01' }, []],
  ])('searches for %j', async (args, subjects) => {
    const messages = messagesOf(await setting.perform('search_messages', args));
    expect(messages.map((message) => message.subject)).toEqual(subjects);
  });

  it('gives a message with its attachment', async () => {
    const [message] = messagesOf(await setting.perform('search_messages', { query: 'invoice' }));
    const read = resultOf(await setting.perform('read_message', { id: message?.id ?? '' })).structuredContent;
    expect(read).toMatchObject({ attachments: [{ name: 'invoice-2104-118.csv' }] });
    expect(read?.['text']).toContain('1,284.50 EUR');
  });

  it('takes a reply to Ana into her mailbox, which is on this machine', async () => {
    const [message] = messagesOf(await setting.perform('search_messages', { query: 'price list' }));
    const answer = await setting.perform('reply', { id: message?.id ?? '', text: 'Here it is, Ana. Größere Mengen: 10 %.' });
    expect(answer.kind).toBe('result');
    const [delivered] = server.messagesOf('Ana@Northwind.example');
    expect(delivered).toMatchObject({ subject: 'Re: Price list for Q3?', from: 'you@practice.example' });
    expect(delivered?.text.trim()).toBe('Here it is, Ana. Größere Mengen: 10 %.');
    expect(messagesOf(await setting.perform('search_messages', { folder: 'Sent' }))).toHaveLength(1);
  });

  it('keeps drafts, with everyone they are for', async () => {
    await setting.perform('create_draft', { to: [], bcc: ['hidden@northwind.example'], subject: 'Later', text: 'x' });
    expect(messagesOf(await setting.perform('search_messages', { folder: 'Drafts', query: 'hidden@northwind.example' }))).toMatchObject([{ subject: 'Later' }]);
    expect(server.messagesOf('hidden@northwind.example')).toEqual([]);
  });
});

describe('the practice mailbox itself', () => {
  it('lets nobody in without this start’s password', async () => {
    const { imap, smtp, address, user } = server;
    const stranger = await createSetting({ imap, smtp, password: 'guess', account: { address, user } });
    expect(await stranger.perform('search_messages', {})).toMatchObject({ kind: 'failed', text: expect.stringContaining('refused the sign-in') });
    expect(await stranger.perform('send_email', { to: ['x@y.example'], subject: 's', text: 't' })).toMatchObject({ kind: 'failed' });
    expect(server.messagesOf('x@y.example')).toEqual([]);
    await stranger.dispose();
  });

  it('has another password at every start', async () => {
    const other = await startPracticeMailServer({ clock: systemClock });
    expect(other.password).not.toBe(server.password);
    await other.stop();
  });

  it('keeps flags that a mail program sets', async () => {
    const { imap, user, password } = server;
    const client = new ImapFlow({ host: imap.host, port: imap.port, secure: false, doSTARTTLS: false, auth: { user, pass: password }, logger: false });
    await client.connect();
    const lock = await client.getMailboxLock('INBOX');
    await client.messageFlagsAdd('5', ['\\Seen'], { uid: true });
    expect(await client.search({ seen: false }, { uid: true })).toEqual([3, 4]);
    await client.messageFlagsRemove('5', ['\\Seen'], { uid: true });
    expect(await client.search({ or: [{ from: 'ana' }, { from: 'jonas' }], not: { subject: 'budget' } }, { uid: true })).toEqual([5]);
    expect(await client.status('INBOX', { messages: true, unseen: true })).toMatchObject({ messages: 5, unseen: 3 });
    lock.release();
    await client.logout();
  });

  it.each([
    ['no command', '\r\n', /^\* BAD/m],
    ['a command before signing in', 'a SELECT INBOX\r\n', /^a NO/m],
    ['an unbalanced list', 'a LOGIN (((\r\n', /^a BAD|^\* BAD/m],
    ['a literal that is far too long', 'a LOGIN {99999999999}\r\n', /BAD|BYE/],
    ['a line without end', 'x'.repeat(70_000), /^\* BYE/m],
    ['a NUL', 'a NOOP \0\r\n', /^\* BYE/m],
  ])('answers %s and stays up', async (_name, bytes, expected) => {
    const socket = connect(server.imap.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    await once(socket, 'connect');
    socket.end(bytes);
    await once(socket, 'close');
    expect(answer).toMatch(expected);
    expect(await setting.connector.checkSignIn()).toEqual({ ok: true });
  });
});
