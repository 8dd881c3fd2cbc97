import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { callbackify } from 'node:util';
import { SMTPServer } from 'smtp-server';
import type { Clock } from '../../model/clock.ts';
import { ImapSession } from './imap-session.ts';
import { MailStore, type StoredMessage } from './mail-store.ts';
import { practiceAddress, seedMails } from './seed.ts';

export interface LoopbackServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly security: 'loopback';
}

export interface PracticeMailServer {
  readonly imap: LoopbackServer;
  readonly smtp: LoopbackServer;
  readonly address: string;
  readonly user: string;
  /** Another one at every start. */
  readonly password: string;
  /** What lies in the inbox of an address, oldest first. */
  messagesOf(address: string): readonly PracticeMessage[];
  stop(): Promise<void>;
}

export interface PracticeMessage {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly raw: Buffer;
}

const largestMessage = 60 * 1024 * 1024;

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.');
  return address.port;
}

function loopback(port: number): LoopbackServer {
  return { host: '127.0.0.1', port, security: 'loopback' };
}

/** Whoever it is for, it goes into a mailbox in this process's memory. */
async function deliver(store: MailStore, recipients: readonly string[], raw: Buffer, at: Date): Promise<string> {
  for (const address of recipients) await store.add(address, 'INBOX', raw, at);
  return 'Delivered on this computer.';
}

function startSmtp(store: MailStore, password: string, clock: Clock): SMTPServer {
  return new SMTPServer({
    name: 'practice.example',
    size: largestMessage,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth(auth, _session, done) {
      if (auth.username === practiceAddress && auth.password === password) done(null, { user: practiceAddress });
      else done(new Error('Refused.'));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) {
          done(new Error('The message is too large.'));
          return;
        }
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        callbackify(deliver)(store, recipients, Buffer.concat(chunks), new Date(clock.now()), done);
      });
    },
  });
}

/**
 * A mailbox to practise with: SMTP and a small IMAP on 127.0.0.1, everything in memory, a working day's mail inside. Mail
 * to any address is put into that address's mailbox in this process; nothing leaves the machine.
 */
export async function startPracticeMailServer({ clock }: { readonly clock: Clock }): Promise<PracticeMailServer> {
  const store = new MailStore();
  const password = randomBytes(24).toString('base64url');
  for (const { raw, at, isRead } of await seedMails(clock.now())) await store.add(practiceAddress, 'INBOX', raw, at, isRead ? ['\\Seen'] : []);

  const access = { store, user: practiceAddress, password, clock, validity: randomInt(1, 2 ** 31) };
  const sockets = new Set<Socket>();
  const imap = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    return new ImapSession(socket, access);
  });
  imap.listen(0, '127.0.0.1');
  await once(imap, 'listening');
  const smtp = startSmtp(store, password, clock);
  smtp.on('error', () => undefined);
  const listening = smtp.listen(0, '127.0.0.1');
  await once(listening, 'listening');

  return {
    imap: loopback(portOf(imap)),
    smtp: loopback(portOf(listening)),
    address: practiceAddress,
    user: practiceAddress,
    password,
    messagesOf: (address) => (store.folder(address, 'INBOX')?.messages ?? []).map(toPracticeMessage),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([new Promise<void>((done) => imap.close(() => done())), new Promise<void>((done) => smtp.close(() => done()))]);
    },
  };
}

function toPracticeMessage({ words, raw }: StoredMessage): PracticeMessage {
  return { subject: words.subject, from: words.from, to: words.to, text: words.body, raw };
}
