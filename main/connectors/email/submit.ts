import type { MailAccess } from './account.ts';
import { MailFailure, type MailProblem } from './problem.ts';
import { SmtpSession, type Reply } from './smtp-session.ts';

export interface Envelope {
  readonly from: string;
  readonly recipients: readonly string[];
}

/** `refused` is certain: the server did not take the message. `uncertain`: it had all of it, and its answer never came. */
export type Submission =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly problem: MailProblem }
  | { readonly kind: 'uncertain'; readonly problem: MailProblem };

type Extensions = ReadonlyMap<string, string>;

async function greet(session: SmtpSession): Promise<Extensions> {
  const reply = session.expect(await session.command('EHLO [127.0.0.1]'), 250);
  return new Map(
    reply.lines.slice(1).map((line) => {
      const [keyword = '', ...rest] = line.split(' ');
      return [keyword.toUpperCase(), rest.join(' ').toUpperCase()];
    }),
  );
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** AUTH OAUTHBEARER (RFC 7628) or XOAUTH2; what the server says to a refused token is answered with nothing, which ends it. */
async function bearToken(session: SmtpSession, { account: { user, smtp } }: MailAccess, mechanisms: readonly string[], token: string): Promise<Reply> {
  const isStandard = mechanisms.includes('OAUTHBEARER');
  // Both frame their fields with U+0001; one inside a field would make another field.
  if ((!isStandard && !mechanisms.includes('XOAUTH2')) || /\p{Cc}/u.test(user + token)) throw new MailFailure({ kind: 'confused', server: 'smtp' });
  const fields = isStandard ? [`n,a=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},`, `host=${smtp.host}`, `port=${smtp.port}`] : [`user=${user}`];
  const message = base64([...fields, `auth=Bearer ${token}`, '', ''].join('\u0001'));
  const reply = await session.command(`AUTH ${isStandard ? 'OAUTHBEARER' : 'XOAUTH2'} ${message}`);
  return reply.code === 334 ? session.command(isStandard ? base64('\u0001') : '') : reply;
}

/**
 * By a token, or AUTH PLAIN (RFC 4616) or LOGIN by the password. Either is borrowed for these commands alone; the server's
 * words are not kept.
 */
async function signIn(session: SmtpSession, access: MailAccess, extensions: Extensions): Promise<void> {
  const mechanisms = (extensions.get('AUTH') ?? '').split(' ');
  const { user, signsInWith } = access.account;
  const authenticate = async (password: string): Promise<Reply> => {
    if (signsInWith === 'token') return bearToken(session, access, mechanisms, password);
    if (mechanisms.includes('PLAIN')) return session.command(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`);
    if (!mechanisms.includes('LOGIN')) throw new MailFailure({ kind: 'confused', server: 'smtp' });
    session.expect(await session.command('AUTH LOGIN'), 334);
    session.expect(await session.command(base64(user)), 334);
    return session.command(base64(password));
  };
  const accepted = async (password: string): Promise<void> => {
    if ((await authenticate(password)).code !== 235) throw new MailFailure({ kind: 'sign-in-refused', server: 'smtp' });
  };
  await access.withPassword(accepted).catch((error: unknown) => {
    throw error instanceof MailFailure ? error : new MailFailure({ kind: 'no-password' });
  });
}

async function openSignedIn(access: MailAccess, signal: AbortSignal): Promise<{ session: SmtpSession; extensions: Extensions }> {
  const session = await SmtpSession.open(access, signal);
  try {
    let extensions = await greet(session);
    if (access.account.smtp.security === 'starttls') {
      if (!extensions.has('STARTTLS')) throw new MailFailure({ kind: 'no-encryption', server: 'smtp' });
      session.expect(await session.command('STARTTLS'), 220);
      await session.upgrade();
      extensions = await greet(session);
    }
    await signIn(session, access, extensions);
    return { session, extensions };
  } catch (error) {
    session.abandon();
    throw error;
  }
}

const recipientCommand = (address: string): string => `RCPT TO:<${address}>\r\n`;

/** Names every recipient and returns those the server refuses. */
async function nameRecipients(session: SmtpSession, recipients: readonly string[], isPipelined: boolean): Promise<readonly { address: string; code: string }[]> {
  if (isPipelined) session.write(recipients.map(recipientCommand).join(''));
  const refused: { address: string; code: string }[] = [];
  for (const address of recipients) {
    if (!isPipelined) session.write(recipientCommand(address));
    const reply = await session.reply();
    if (reply.code !== 250 && reply.code !== 251) refused.push({ address, code: reply.codes });
  }
  return refused;
}

/** CRLF line ends and dots doubled at the start of lines (RFC 5321, 4.5.2), without the closing dot. */
function dotStuffed(message: Buffer): Buffer {
  const text = message.toString('latin1').replaceAll(/\r\n|\r|\n/g, '\r\n').replaceAll(/^\./gm, '..');
  return Buffer.from(text.endsWith('\r\n') ? text : `${text}\r\n`, 'latin1');
}

/**
 * Hands a message to the account's mail server, to all of the recipients or to none, at most once and without any retry.
 * Cancelling works until the end of the message is handed over.
 */
export async function submit(access: MailAccess, envelope: Envelope, message: Buffer, signal: AbortSignal): Promise<Submission> {
  let isHandedOver = false;
  let session: SmtpSession | undefined;
  try {
    const opened = await openSignedIn(access, signal);
    session = opened.session;
    const { extensions } = opened;
    const body = dotStuffed(message);
    const limit = Number(extensions.get('SIZE') ?? 0);
    if (limit > 0 && body.length > limit) return { kind: 'refused', problem: { kind: 'too-large', limit } };
    const sender = await session.command(`MAIL FROM:<${envelope.from}>${extensions.has('SIZE') ? ` SIZE=${body.length}` : ''}`);
    if (sender.code !== 250) return { kind: 'refused', problem: { kind: 'sender-refused', code: sender.codes } };
    const recipients = await nameRecipients(session, envelope.recipients, extensions.has('PIPELINING'));
    if (recipients.length > 0) {
      await session.command('RSET');
      return { kind: 'refused', problem: { kind: 'recipients-refused', recipients } };
    }
    const data = await session.command('DATA');
    if (data.code !== 354) return { kind: 'refused', problem: { kind: 'message-refused', code: data.codes } };
    await session.writeAll(body);
    session.outliveCancellation();
    if (signal.aborted) throw new MailFailure({ kind: 'cancelled' });
    isHandedOver = true;
    const answer = await session.command('.');
    if (answer.code >= 400) return { kind: 'refused', problem: { kind: 'message-refused', code: answer.codes } };
    if (answer.code !== 250) return { kind: 'uncertain', problem: { kind: 'confused', server: 'smtp' } };
    return { kind: 'accepted' };
  } catch (error) {
    session?.abandon();
    if (!(error instanceof MailFailure)) throw error;
    return { kind: isHandedOver ? 'uncertain' : 'refused', problem: error.problem };
  } finally {
    session?.close();
  }
}

/** Signs in and out again; null when that works. */
export async function checkSmtp(access: MailAccess, signal: AbortSignal): Promise<MailProblem | null> {
  try {
    const { session } = await openSignedIn(access, signal);
    session.close();
    return null;
  } catch (error) {
    if (error instanceof MailFailure) return error.problem;
    throw error;
  }
}
