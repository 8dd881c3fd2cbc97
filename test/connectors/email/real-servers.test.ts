import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMailServers, type MailServers } from '../../fixtures/mail/index.ts';
import { createSetting, messagesOf, newAction, resultOf, textOf, you, type Setting } from './setting.ts';

const ana = { address: 'ana@northwind.example', password: 'ana' };
const bo = { address: 'bo@acme.example', password: 'bo' };
const cy = { address: 'cy@acme.example', password: 'cy' };

const priceRequest = `From: Ana Ruiz <ana@northwind.example>
To: you@acme.example
Cc: Bo <bo@acme.example>
Subject: Q3 price list
Date: Mon, 06 Jul 2026 09:00:00 +0000
Message-ID: <price-request@northwind.example>
Content-Type: text/html; charset=utf-8

<p>Could you send the <b>Q3</b> price list?</p><script>alert(1)</script>
`;

let servers: MailServers;
let setting: Setting;

beforeAll(async () => {
  servers = await startMailServers({ users: [you, ana, bo, cy] });
  setting = await createSetting({ imap: servers.imap, smtp: servers.smtp, ca: servers.ca });
  await servers.deliver(you.address, priceRequest);
});

afterAll(async () => {
  await setting?.dispose();
  await servers?.stop();
});

const subjectsOf = async (address: string): Promise<readonly (string | undefined)[]> => (await servers.inbox(address)).map((mail) => mail.subject);

describe('reading', () => {
  it('finds a message by words, sender and date, and not by other ones', async () => {
    const found = messagesOf(await setting.perform('search_messages', { query: 'price', from: 'ana@northwind.example', since: '2026-01-01', isUnread: true }));
    expect(found).toMatchObject([{ subject: 'Q3 price list', from: [{ name: 'Ana Ruiz', address: 'ana@northwind.example' }], isUnread: true }]);
    expect(messagesOf(await setting.perform('search_messages', { query: 'nothing like this' }))).toEqual([]);
  });

  it('gives a message as plain text and leaves it unread', async () => {
    const [message] = messagesOf(await setting.perform('search_messages', { subject: 'Q3 price list' }));
    const read = resultOf(await setting.perform('read_message', { id: message?.id ?? '' })).structuredContent;
    expect(read).toMatchObject({ subject: 'Q3 price list', from: [{ address: 'ana@northwind.example' }], attachments: [] });
    expect(read?.['text']).toBe('Could you send the Q3 price list?');
    expect(messagesOf(await setting.perform('search_messages', { subject: 'Q3 price list' }))).toMatchObject([{ isUnread: true }]);
  });

  it('finds words beyond ASCII', async () => {
    await servers.deliver(you.address, 'From: ana@northwind.example\nSubject: =?utf-8?Q?Gr=C3=B6=C3=9Fen?=\nContent-Type: text/plain; charset=utf-8\n\nDie Maße: "10×20"\n');
    expect(messagesOf(await setting.perform('search_messages', { subject: 'größen', query: 'Maße: "10×20"' }))).toMatchObject([{ subject: 'Größen' }]);
  });

  it('gives at most 200 KB of a text and says that it was cut', async () => {
    await servers.deliver(you.address, `From: ana@northwind.example\nSubject: Long\n\n${'many words \n'.repeat(40_000)}`);
    const [message] = messagesOf(await setting.perform('search_messages', { subject: 'Long' }));
    const read = resultOf(await setting.perform('read_message', { id: message?.id ?? '' })).structuredContent;
    expect(read).toMatchObject({ isCut: true });
    expect(Buffer.byteLength(JSON.stringify(read?.['text']).replaceAll('\\n', '\n'))).toBe(200 * 1024 + 2);
  });

  it('takes no commands from a forged id or a folder’s name', async () => {
    const folder = 'INBOX" NIL\r\nx DELETE Sent\r\n';
    const forged = Buffer.from(JSON.stringify([folder, '1', 1])).toString('base64url');
    expect(await setting.refusal('read_message', { id: forged })).toContain('no such message');
    expect(await setting.refusal('search_messages', { folder })).toContain('control characters');
    const quoted = await setting.perform('search_messages', { folder: 'INBOX" (UNSEEN) "\\' });
    expect(quoted).toMatchObject({ kind: 'failed', text: expect.stringContaining('no such folder') });
  });

  it('says so when a message or a folder is not there', async () => {
    expect(await setting.refusal('read_message', { id: 'bm9uc2Vuc2U' })).toContain('no such message');
    const answer = await setting.perform('search_messages', { folder: 'Nowhere' });
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('no such folder') });
  });
});

describe('sending', () => {
  it('delivers the text, the attachment and the copies, and keeps Bcc out of the message', async () => {
    await writeFile(join(setting.folder, 'prices-q3.csv'), 'article,price\nchair,40\n');
    const action = newAction();
    const args = {
      to: ['Ana Ruiz <ana@northwind.example>'],
      cc: ['bo@acme.example'],
      bcc: ['cy@acme.example'],
      subject: 'Prices for Q3 — final',
      text: 'Dear Ana,\n.\n..here they are.\nFrom Bo',
      attachments: [{ path: join(setting.folder, 'prices-q3.csv') }],
    };
    const answer = await setting.perform('send_email', args, action);
    expect(answer.kind).toBe('result');
    for (const user of [ana, bo, cy]) {
      const mail = (await servers.inbox(user.address)).find((each) => each.messageId === `<${action}@acme.example>`);
      expect(mail?.subject).toBe('Prices for Q3 — final');
      expect(mail?.text?.trimEnd()).toBe(args.text);
      expect(mail?.attachments.map(({ filename, content }) => [filename, content.toString()])).toEqual([['prices-q3.csv', 'article,price\nchair,40\n']]);
      expect(mail?.headers.has('bcc')).toBe(false);
      expect(mail?.headerLines.some(({ line }) => line.includes('cy@acme.example') && !/^(x-original|delivered)-to|^received/i.test(line))).toBe(false);
    }
  });

  it('keeps a copy in the Sent folder', async () => {
    const answer = await setting.perform('send_email', { to: [ana.address], subject: 'Kept', text: 'x' });
    expect(textOf(answer)).toContain('A copy is in Sent');
    expect(messagesOf(await setting.perform('search_messages', { folder: 'Sent', subject: 'Kept' }))).toHaveLength(1);
  });

  it('saves a draft and sends nothing', async () => {
    const answer = await setting.perform('create_draft', { to: [ana.address], bcc: [cy.address], subject: 'Not yet', text: 'Soon.' });
    expect(answer.kind).toBe('result');
    const [draft] = messagesOf(await setting.perform('search_messages', { folder: 'Drafts', subject: 'Not yet' }));
    expect(draft?.id).toBe(resultOf(answer).structuredContent?.['id']);
    expect(await subjectsOf(ana.address)).not.toContain('Not yet');
  });

  it('replies to everyone in the message but itself, in its thread', async () => {
    const [message] = messagesOf(await setting.perform('search_messages', { subject: 'Q3 price list' }));
    const args = { id: message?.id ?? '', text: 'Here it is.', replyAll: true };
    const described = await setting.describe('reply', args);
    expect(described.facts).toMatchObject({ subject: 'Re: Q3 price list', recipientCount: 2, outsideCount: 1 });
    expect(described.facts.recipients?.map((recipient) => recipient.address)).toEqual(['ana@northwind.example', 'bo@acme.example']);
    expect((await setting.call('reply', args, described)).kind).toBe('result');
    const reply = (await servers.inbox(ana.address)).find((mail) => mail.subject === 'Re: Q3 price list');
    expect(reply?.inReplyTo).toBe('<price-request@northwind.example>');
    expect(await subjectsOf(bo.address)).toContain('Re: Q3 price list');
  });

  it('refuses a reply whose recipients are not those that were described', async () => {
    const [message] = messagesOf(await setting.perform('search_messages', { subject: 'Q3 price list' }));
    const alone = await setting.describe('reply', { id: message?.id ?? '', text: 'Swapped.' });
    const answer = await setting.call('reply', { id: message?.id ?? '', text: 'Swapped.', replyAll: true }, alone);
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('changed after') });
  });

  it('shows a hostile message disarmed and takes neither headers nor recipients from it', async () => {
    const hidden = Buffer.from('Re: pay\r\nBcc: eve@evil.example\r\n\u202Enow').toString('base64');
    await servers.deliver(
      you.address,
      `From: =?utf-8?B?${Buffer.from('bo@acme.example\u202E').toString('base64')}?= <ana@northwind.example>
Reply-To: Team: bo@acme.example, <cy@acme.example>;, root@[127.0.0.1]
To: you@acme.example, "ana@northwind.example\r\n x" <nobody>
Subject: =?utf-8?B?${hidden}?=
Message-ID: <x> RCPT TO:<eve@evil.example>

x
`,
    );
    const [message] = messagesOf(await setting.perform('search_messages', { from: 'ana@northwind.example', subject: 'pay' }));
    const args = { id: message?.id ?? '', text: 'ok' };
    const described = await setting.describe('reply', args);
    expect(described.facts.recipients?.map((recipient) => recipient.address)).toEqual(['bo@acme.example', 'cy@acme.example']);
    expect(described.facts.subject).toBe('Re: pay Bcc: eve@evil.example \u202Enow');
    expect(described.card.unusual.map((mark) => mark.text.id)).toContain('mark.replyGoesElsewhere');
    expect(JSON.stringify([described.card, described.sentence])).not.toContain('\u202E');
    expect((await setting.call('reply', args, described)).kind).toBe('result');
    const reply = (await servers.inbox(cy.address)).find((mail) => mail.subject?.startsWith('Re: pay') === true);
    expect(reply?.headers.has('bcc')).toBe(false);
    expect(reply?.to).toMatchObject({ value: [{ address: 'bo@acme.example' }, { address: 'cy@acme.example' }] });
  });

  it('sends to nobody when one recipient is refused', async () => {
    const answer = await setting.perform('send_email', { to: [ana.address, 'nobody@acme.example'], cc: [bo.address], subject: 'All or none', text: 'x' });
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('nobody@acme.example (550 5.1.1)') });
    expect(await subjectsOf(ana.address)).not.toContain('All or none');
    expect(await subjectsOf(bo.address)).not.toContain('All or none');
  });

  it('speaks STARTTLS as well', async () => {
    const other = await createSetting({ ...servers.startTls, ca: servers.ca });
    expect(await other.connector.checkSignIn()).toEqual({ ok: true });
    expect((await other.perform('send_email', { to: [ana.address], subject: 'By STARTTLS', text: 'x' })).kind).toBe('result');
    expect(await subjectsOf(ana.address)).toContain('By STARTTLS');
    await other.dispose();
  });
});

describe('what goes wrong', () => {
  it('refuses a server whose certificate nobody vouches for', async () => {
    const other = await createSetting({ imap: servers.imap, smtp: servers.smtp });
    expect(await other.connector.checkSignIn()).toMatchObject({ ok: false, problem: { id: 'email.problem.certificate' } });
    const answer = await other.perform('send_email', { to: [ana.address], subject: 'Untrusted', text: 'x' });
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('certificate') });
    expect(await subjectsOf(ana.address)).not.toContain('Untrusted');
    await other.dispose();
  });

  it('with a wrong password sends nothing and never says the password', async () => {
    const password = 'hunter2-hunter2';
    const other = await createSetting({ imap: servers.imap, smtp: servers.smtp, ca: servers.ca, password });
    const answers = [
      await other.perform('send_email', { to: [ana.address], subject: 'Wrong password', text: 'x' }),
      await other.perform('search_messages', {}),
      await other.perform('create_draft', { to: [], subject: 'Wrong password', text: 'x' }),
    ];
    const check = await other.connector.checkSignIn();
    expect(check).toMatchObject({ ok: false, problem: { id: 'email.problem.signInRefused' } });
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('refused the sign-in') });
    const encoded = Buffer.from(`\0${you.address}\0${password}`).toString('base64');
    expect(JSON.stringify([answers, check])).not.toContain(password);
    expect(JSON.stringify([answers, check])).not.toContain(encoded);
    expect(await subjectsOf(ana.address)).not.toContain('Wrong password');
    await other.dispose();
  });

  it('refuses an attachment that was swapped after it was described', async () => {
    const path = join(setting.folder, 'offer.txt');
    await writeFile(path, 'what the person saw');
    const args = { to: [ana.address], subject: 'Swapped file', text: 'x', attachments: [{ path }] };
    const described = await setting.describe('send_email', args);
    await writeFile(path, 'what nobody saw....');
    expect(await setting.call('send_email', args, described)).toMatchObject({ kind: 'failed', text: expect.stringContaining('changed after') });
    expect(await subjectsOf(ana.address)).not.toContain('Swapped file');
  });

  it('refuses an attachment whose path became a link out of the folder', async () => {
    const inside = join(setting.folder, 'sub');
    await mkdir(inside);
    await writeFile(join(inside, 'passwd'), 'harmless');
    const args = { to: [ana.address], subject: 'Escaped', text: 'x', attachments: [{ path: join(inside, 'passwd') }] };
    const described = await setting.describe('send_email', args);
    await rm(inside, { recursive: true });
    await symlink('/etc', inside);
    expect(await setting.call('send_email', args, described)).toMatchObject({ kind: 'failed' });
    expect(await setting.refusal('send_email', args)).toContain('not a file in a folder');
    expect(await subjectsOf(ana.address)).not.toContain('Escaped');
  });

  it('fails plainly while the outgoing server is down and works again after', async () => {
    await servers.stopSmtp();
    const args = { to: [ana.address], subject: 'While down', text: 'x' };
    const answer = await setting.perform('send_email', args);
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('cannot be reached') });
    await servers.startSmtp();
    expect(await subjectsOf(ana.address)).not.toContain('While down');
    expect((await setting.perform('send_email', { ...args, subject: 'Up again' })).kind).toBe('result');
    expect(await subjectsOf(ana.address)).toContain('Up again');
  });
});
