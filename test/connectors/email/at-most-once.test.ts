import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { assert, asyncProperty, boolean, integer } from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../main/model/clock.ts';
import { makeCertificate } from '../../fixtures/mail/certificate.ts';
import { startScriptedSmtp, type ScriptedSmtp, type Step } from './scripted-smtp.ts';
import { createSetting, newAction, type Setting, type SettingOptions } from './setting.ts';

const args = { to: ['ana@northwind.example'], cc: ['bo@acme.example'], subject: 'Once', text: 'Only once.\n.\nEnd' };
const clean: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const dispose of clean.splice(0)) await dispose();
});

async function start(script: (line: string, number: number) => Step | undefined, changes: Partial<SettingOptions> = {}): Promise<{ smtp: ScriptedSmtp; setting: Setting }> {
  const smtp = await startScriptedSmtp(script);
  const loopback = { host: '127.0.0.1', security: 'loopback' } as const;
  // Nothing listens for IMAP: the copy in the Sent folder must not decide about the sending.
  const setting = await createSetting({ imap: { ...loopback, port: 1 }, smtp: { ...loopback, port: smtp.port }, ...changes });
  clean.push(() => smtp.stop(), () => setting.dispose());
  return { smtp, setting };
}

describe('sending at most once', () => {
  it('tells of a sent message even when no copy could be kept', async () => {
    const { smtp, setting } = await start(() => undefined);
    const answer = await setting.perform('send_email', args);
    expect(answer).toMatchObject({ kind: 'result', result: { structuredContent: { copy: 'No copy could be put into the Sent folder.' } } });
    expect(smtp.messages).toHaveLength(1);
    expect(smtp.messages[0]).toContain('\n..\n');
  });

  it('names Bcc recipients to the server alone, never in the message', async () => {
    const { smtp, setting } = await start(() => undefined);
    await setting.perform('send_email', { ...args, bcc: ['hidden@northwind.example'] });
    expect(smtp.lines).toContain('RCPT TO:<hidden@northwind.example>');
    expect(smtp.messages[0]).toContain('Cc: bo@acme.example');
    expect(smtp.messages[0]).not.toMatch(/hidden|bcc/i);
  });

  it('is uncertain when the connection is cut after the message was handed over, and does not try again', async () => {
    const { smtp, setting } = await start((line) => (line === '.' ? 'cut' : undefined));
    const answer = await setting.perform('send_email', args);
    expect(answer).toMatchObject({ kind: 'unknown', text: expect.stringContaining('may or may not have been sent') });
    expect(smtp.messages).toHaveLength(1);
    expect(smtp.connections()).toBe(1);
  });

  it.each([
    ['says no to the whole message', { say: '554 5.7.1 no\r\n' }, 'failed'],
    ['puts it off', { say: '451 4.3.0 later\r\n' }, 'failed'],
    ['answers with nonsense', { say: 'hello?\r\n' }, 'unknown'],
    ['answers half a line', { say: '250 2.0', cut: true }, 'unknown'],
    ['asks for more', { say: '354 go on\r\n' }, 'unknown'],
  ] as const)('when the server, having all of it, %s: %s', async (_name, step, kind) => {
    const { setting } = await start((line) => (line === '.' ? step : undefined));
    expect((await setting.perform('send_email', args)).kind).toBe(kind);
  });

  it('has failed when the connection is cut in the middle of the message', async () => {
    const { smtp, setting } = await start((line) => (line === 'Only once.' ? 'cut' : undefined));
    const long = { ...args, text: `Only once.\n${'more of it\n'.repeat(15_000)}` };
    const answer = await setting.perform('send_email', long);
    expect(smtp.messages).toHaveLength(0);
    expect(['failed', 'unknown']).toContain(answer.kind);
  });

  it('never starts the message when one of many recipients is refused', async () => {
    const { smtp, setting } = await start((line) => (line.includes('bo@acme.example') ? { say: '450 4.2.1 not now\r\n' } : undefined));
    const answer = await setting.perform('send_email', args);
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('bo@acme.example (450 4.2.1)') });
    expect(smtp.lines).not.toContain('DATA');
    expect(smtp.lines).toContain('RSET');
  });

  it('whatever line the connection is cut at, says "failed" only when the server has nothing', async () => {
    await assert(
      asyncProperty(integer({ min: 0, max: 8 }), boolean(), async (cutAt, answersFirst) => {
        const { smtp, setting } = await start((line, number) => {
          if (number !== cutAt) return undefined;
          return answersFirst && line === '.' ? { say: '250 taken\r\n', cut: true } : 'cut';
        });
        const answer = await setting.perform('send_email', args);
        const arrived = { failed: [0], result: [1], unknown: [0, 1] };
        expect(arrived[answer.kind]).toContain(smtp.messages.length);
        expect(smtp.connections()).toBe(1);
      }),
      { numRuns: 20 },
    );
  });

  it('is uncertain when no answer to the message comes in time', async () => {
    let expire: (() => void) | undefined;
    const clock: Clock = {
      now: () => 0,
      elapsed: () => 0,
      after(milliseconds, callback) {
        if (milliseconds >= 300_000) expire = callback;
        return () => undefined;
      },
    };
    const { smtp, setting } = await start((line) => (line === '.' ? { say: '' } : undefined), { clock });
    const answering = setting.perform('send_email', args);
    await expect.poll(() => smtp.messages.length).toBe(1);
    expire?.();
    expect(await answering).toMatchObject({ kind: 'unknown', text: expect.stringContaining('did not answer in time') });
  });

  it('can be cancelled until the message is handed over, and not after', async () => {
    const before = new AbortController();
    const early = await start((line) => {
      if (line.startsWith('MAIL')) before.abort();
      return undefined;
    });
    const described = await early.setting.describe('send_email', args);
    expect(await early.setting.call('send_email', args, described, newAction(), before.signal)).toMatchObject({ kind: 'failed', text: expect.stringContaining('cancelled') });
    expect(early.smtp.messages).toHaveLength(0);

    const after = new AbortController();
    const late = await start((line) => {
      if (line === '.') after.abort();
      return undefined;
    });
    expect((await late.setting.call('send_email', args, described, newAction(), after.signal)).kind).toBe('result');
    expect(late.smtp.messages).toHaveLength(1);
  });

  it('carries the same Message-ID for the same action', async () => {
    const { smtp, setting } = await start(() => undefined);
    const action = newAction();
    await setting.perform('send_email', args, action);
    await setting.perform('send_email', args, action);
    expect(smtp.messages).toHaveLength(2);
    for (const message of smtp.messages) expect(message).toContain(`Message-ID: <${action}@acme.example>`);
  });
});

describe('keeping the password', () => {
  const password = 'hunter2-hunter2';

  it('does not sign in to a server that dropped STARTTLS', async () => {
    const smtp = await startScriptedSmtp(() => undefined);
    const server = { host: '127.0.0.1', port: smtp.port, security: 'starttls' } as const;
    const setting = await createSetting({ imap: server, smtp: server });
    clean.push(() => smtp.stop(), () => setting.dispose());
    expect(await setting.perform('send_email', args)).toMatchObject({ kind: 'failed', text: expect.stringContaining('offers no encryption') });
    expect(setting.borrowed()).toBe(0);
    expect(smtp.lines.some((line) => line.startsWith('AUTH'))).toBe(false);
  });

  it('does not sign in to an IMAP server that dropped STARTTLS', async () => {
    let heard = '';
    const imap = createPlainServer((socket) => {
      socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\r\n');
      socket.on('error', () => undefined).on('data', (chunk: Buffer) => {
        heard += chunk.toString();
        for (const [, tag = ''] of chunk.toString().matchAll(/^(\w+) /gm)) socket.write(`* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n${tag} OK done\r\n`);
      });
    });
    imap.listen(0, '127.0.0.1');
    await once(imap, 'listening');
    const address = imap.address();
    const server = { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0, security: 'starttls' } as const;
    const setting = await createSetting({ imap: server, smtp: server });
    clean.push(() => setting.dispose(), () => new Promise((done) => imap.close(() => done())));
    expect(await setting.perform('search_messages', {})).toMatchObject({ kind: 'failed', text: expect.stringContaining('offers no encryption') });
    expect(heard).not.toMatch(/LOGIN|AUTHENTICATE/i);
  });

  it('does not talk to a server whose trusted certificate is for another host', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-certificate-'));
    const { certificateFile, keyFile, pem } = await makeCertificate(folder);
    let heard = '';
    const impostor = createServer({ cert: await readFile(certificateFile), key: await readFile(keyFile) }, (socket) => {
      socket.write('220 it is me\r\n');
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString())).on('error', () => undefined);
    });
    // The certificate names 127.0.0.1 and localhost.
    impostor.listen(0, '127.0.0.2');
    await once(impostor, 'listening');
    const address = impostor.address();
    const server = { host: '127.0.0.2', port: typeof address === 'object' && address !== null ? address.port : 0, security: 'tls' } as const;
    const setting = await createSetting({ imap: server, smtp: server, ca: pem });
    clean.push(() => setting.dispose(), () => new Promise((done) => impostor.close(() => done())), () => rm(folder, { recursive: true }));
    expect(await setting.perform('send_email', args)).toMatchObject({ kind: 'failed', text: expect.stringContaining('certificate') });
    expect(setting.borrowed()).toBe(0);
    expect(await setting.connector.checkSignIn()).toMatchObject({ ok: false, problem: { id: 'email.problem.certificate' } });
    expect(heard).toBe('');
  });

  it('takes nothing for said that a stranger put behind STARTTLS in plain text', async () => {
    const { smtp } = await start((line) => {
      if (line.startsWith('EHLO')) return { say: '250-x\r\n250 STARTTLS\r\n' };
      return line === 'STARTTLS' ? { say: '220 go\r\n250-x\r\n250 AUTH PLAIN\r\n' } : undefined;
    });
    const server = { host: '127.0.0.1', port: smtp.port, security: 'starttls' } as const;
    const stripped = await createSetting({ imap: server, smtp: server });
    clean.push(() => stripped.dispose());
    expect(await stripped.perform('send_email', args)).toMatchObject({ kind: 'failed', text: expect.stringContaining('unexpected') });
    expect(stripped.borrowed()).toBe(0);
  });

  it('never repeats what a server says about it', async () => {
    const { setting } = await start((line) => (line.startsWith('AUTH') ? { say: `535 5.7.8 ${line} ${password} is wrong\r\n` } : undefined), { password });
    const answer = await setting.perform('send_email', args);
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('refused the sign-in') });
    expect(JSON.stringify(answer)).not.toContain(password);
    expect(JSON.stringify(answer)).not.toContain(Buffer.from(`\0you@acme.example\0${password}`).toString('base64'));
  });

  it.each(['mail.acme.example', 'localhost', '10.0.0.1'])('speaks plain text to nothing but this machine: %s', async (host) => {
    const server = { host, port: 25, security: 'loopback' } as const;
    const setting = await createSetting({ imap: server, smtp: server });
    clean.push(() => setting.dispose());
    expect(await setting.connector.checkSignIn()).toMatchObject({ ok: false, problem: { id: 'email.problem.plainText' } });
    expect(await setting.perform('send_email', args)).toMatchObject({ kind: 'failed', text: expect.stringContaining('without encryption') });
    expect(setting.borrowed()).toBe(0);
  });

  it('says so when there is none', async () => {
    const { smtp, setting } = await start(() => undefined, { isPasswordMissing: true });
    expect(await setting.perform('send_email', args)).toMatchObject({ kind: 'failed', text: expect.stringContaining('no password') });
    expect(smtp.messages).toHaveLength(0);
  });
});
