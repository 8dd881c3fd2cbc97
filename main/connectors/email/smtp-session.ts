import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { mayBePlain, tlsOptions, type MailAccess } from './account.ts';
import { MailFailure, problemOf } from './problem.ts';

export interface Reply {
  readonly code: number;
  /** The code with the enhanced one (RFC 3463) where the server gave it: "550 5.1.1". */
  readonly codes: string;
  readonly lines: readonly string[];
}

const connectMilliseconds = 30_000;
const replyMilliseconds = 5 * 60_000;
const longestReply = 64 * 1024;

/**
 * The client's side of an SMTP conversation (RFC 5321), one command at a time. Our own, because at-most-once needs what
 * ready-made clients do not tell: whether the end of the message had been handed over when a connection broke, and a
 * chance to stop between the last RCPT and DATA.
 */
export class SmtpSession {
  readonly #access: MailAccess;
  #socket: Socket;
  #received = '';
  #lines: string[] = [];
  #replies: Reply[] = [];
  #waiting: { resolve(reply: Reply): void; reject(failure: MailFailure): void } | undefined;
  #ended: MailFailure | undefined;
  readonly #onData = (chunk: Buffer): void => this.#take(chunk.toString('latin1'));
  readonly #onError = (error: Error): void => this.#end(new MailFailure(problemOf(error, 'smtp')));
  readonly #onClose = (): void => this.#end(new MailFailure({ kind: 'disconnected', server: 'smtp' }));
  readonly #onAbort = (): void => this.#end(new MailFailure({ kind: 'cancelled' }));
  readonly #signal: AbortSignal;

  private constructor(access: MailAccess, socket: Socket, signal: AbortSignal) {
    this.#access = access;
    this.#socket = socket;
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#listen();
  }

  /** Connects, by TLS where the account says so, and takes the greeting. Throws a `MailFailure`. */
  static async open(access: MailAccess, signal: AbortSignal): Promise<SmtpSession> {
    const { host, port, security } = access.account.smtp;
    if (signal.aborted) throw new MailFailure({ kind: 'cancelled' });
    if (security === 'loopback' && !mayBePlain(access.account.smtp)) throw new MailFailure({ kind: 'plain-text-refused' });
    const socket = security === 'tls' ? connectTls({ host, port, ...tlsOptions(host, access.trustedCertificates) }) : connectPlain({ host, port });
    await ready(access, socket, security === 'tls' ? 'secureConnect' : 'connect', signal);
    // Short commands that each wait for an answer: holding them back only costs time.
    socket.setNoDelay(true);
    const session = new SmtpSession(access, socket, signal);
    session.expect(await session.reply(connectMilliseconds), 220);
    return session;
  }

  /** Sends one command line and waits for its reply. */
  async command(line: string): Promise<Reply> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  write(text: string): void {
    if (this.#ended !== undefined) throw this.#ended;
    this.#socket.write(text);
  }

  /** Resolves when the operating system has taken all of it. */
  async writeAll(bytes: Buffer): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const failed = (): void => reject(this.#ended ?? new MailFailure({ kind: 'disconnected', server: 'smtp' }));
      if (this.#ended !== undefined) return failed();
      this.#socket.once('close', failed);
      this.#socket.write(bytes, (error) => {
        this.#socket.off('close', failed);
        if (error) failed();
        else resolve();
      });
    });
  }

  /** From here on a cancelled request no longer cuts the connection: the answer is worth waiting for. */
  outliveCancellation(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  async reply(milliseconds: number = replyMilliseconds): Promise<Reply> {
    const next = this.#replies.shift();
    if (next !== undefined) return next;
    if (this.#ended !== undefined) throw this.#ended;
    const stop = this.#access.clock.after(milliseconds, () => this.#end(new MailFailure({ kind: 'too-slow', server: 'smtp' })));
    try {
      return await new Promise<Reply>((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    } finally {
      stop();
    }
  }

  expect(reply: Reply, ...codes: readonly number[]): Reply {
    if (!codes.includes(reply.code)) throw new MailFailure({ kind: 'confused', server: 'smtp' });
    return reply;
  }

  /** Goes on over TLS (RFC 3207). Anything the server said ahead of it in plain text ends the session. */
  async upgrade(): Promise<void> {
    const { host } = this.#access.account.smtp;
    if (this.#received !== '' || this.#replies.length > 0 || this.#lines.length > 0) throw new MailFailure({ kind: 'confused', server: 'smtp' });
    this.#socket.off('data', this.#onData).off('error', this.#onError).off('close', this.#onClose);
    const secure = connectTls({ socket: this.#socket, host, ...tlsOptions(host, this.#access.trustedCertificates) });
    await ready(this.#access, secure, 'secureConnect', this.#signal);
    this.#socket = secure;
    this.#listen();
  }

  /** Cuts the connection; a message whose end was not handed over is dropped by the server (RFC 5321, 4.1.1.4). */
  abandon(): void {
    this.outliveCancellation();
    this.#end(new MailFailure({ kind: 'disconnected', server: 'smtp' }));
  }

  /** Says goodbye without waiting for the answer. */
  close(): void {
    this.outliveCancellation();
    this.#ended ??= new MailFailure({ kind: 'disconnected', server: 'smtp' });
    this.#socket.end('QUIT\r\n');
    const socket = this.#socket;
    const stop = this.#access.clock.after(2_000, () => socket.destroy());
    socket.once('close', stop);
  }

  #listen(): void {
    this.#socket.on('data', this.#onData).on('error', this.#onError).on('close', this.#onClose);
  }

  #take(text: string): void {
    this.#received += text;
    if (this.#received.length > longestReply) return this.#end(new MailFailure({ kind: 'confused', server: 'smtp' }));
    const lines = this.#received.split('\n');
    this.#received = lines.pop() ?? '';
    for (const line of lines) this.#takeLine(line.replace(/\r$/, ''));
  }

  #takeLine(line: string): void {
    const match = /^([2-5]\d\d)(?:([ -])(.*))?$/.exec(line);
    if (match === null || this.#lines.length > 1_000) return this.#end(new MailFailure({ kind: 'confused', server: 'smtp' }));
    const [, code = '', separator, text = ''] = match;
    this.#lines.push(text);
    if (separator === '-') return;
    const enhanced = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/.exec(text)?.[0];
    const reply: Reply = { code: Number(code), codes: enhanced === undefined ? code : `${code} ${enhanced}`, lines: this.#lines };
    this.#lines = [];
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#replies.push(reply);
    else waiting.resolve(reply);
  }

  #end(failure: MailFailure): void {
    this.#ended ??= failure;
    this.#socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#ended);
  }
}

/** Waits until a socket is usable. */
async function ready(access: MailAccess, socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (failure?: MailFailure): void => {
      stop();
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('close', onClose).off(event, onReady);
      if (failure === undefined) return resolve();
      socket.on('error', () => undefined).destroy();
      reject(failure);
    };
    const onError = (error: Error): void => settle(new MailFailure(problemOf(error, 'smtp')));
    const onClose = (): void => settle(new MailFailure({ kind: 'disconnected', server: 'smtp' }));
    const onReady = (): void => settle();
    const onAbort = (): void => settle(new MailFailure({ kind: 'cancelled' }));
    const stop = access.clock.after(connectMilliseconds, () => settle(new MailFailure({ kind: 'too-slow', server: 'smtp' })));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError).once('close', onClose).once(event, onReady);
  });
}
