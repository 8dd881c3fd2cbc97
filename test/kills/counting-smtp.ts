import { createServer, type AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import type { Certificate } from '../fixtures/mail/certificate.ts';

/** A mail server that counts how often it was given each subject. */
export interface CountingSmtp {
  readonly port: number;
  /** A port where nobody listens. */
  readonly closedPort: number;
  /** How often each message was taken, by its subject. */
  readonly taken: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Milliseconds the server takes, at most, until it says what became of a message: the time in which nobody can know. */
const longestThought = 250;

export async function startCountingSmtp({ certificateFile, keyFile }: Certificate): Promise<CountingSmtp> {
  const taken = new Map<string, number>();
  const take = async (stream: NodeJS.ReadableStream): Promise<Error | null> => {
    // A message that broke off is none.
    const message = await text(stream).catch(() => null);
    if (message === null) return new Error('Cut off.');
    const subject = /^Subject: (.*)$/m.exec(message)?.[1]?.trim() ?? '';
    // It has all of it: from here on it is sent, whether or not anybody hears the answer.
    taken.set(subject, (taken.get(subject) ?? 0) + 1);
    await pause(Math.random() * longestThought);
    return null;
  };
  const server = new SMTPServer({
    secure: true,
    cert: await readFile(certificateFile),
    key: await readFile(keyFile),
    onAuth: (_credentials, _session, done) => done(null, { user: 'dana' }),
    onData(stream, _session, done) {
      const answer = (problem: Error | null): void => done(problem);
      void take(stream).then(answer);
    },
  });
  // Clients are killed in the middle of a word.
  server.on('error', () => undefined);
  const port = await new Promise<number>((resolve) => {
    // A TCP server's address is an AddressInfo.
    const listening = server.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port));
  });
  return { port, closedPort: await freePort(), taken, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
