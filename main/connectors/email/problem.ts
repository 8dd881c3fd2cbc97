import type { Message } from '../../../preload/contract.ts';
import { assertNever } from '../../model/assert-never.ts';
import { disarmLine } from '../../model/disarm.ts';
import { say } from '../../model/say.ts';
import type { EmailAccount } from './account.ts';

/** Why a mail server could not be used. Never holds a password, nor what a server answered to one. */
export type MailProblem =
  | { readonly kind: 'unreachable' | 'certificate' | 'no-encryption' | 'sign-in-refused' | 'too-slow' | 'disconnected' | 'confused'; readonly server: 'imap' | 'smtp' }
  | { readonly kind: 'no-password' | 'keychain-locked' | 'plain-text-refused' | 'cancelled' }
  | { readonly kind: 'sender-refused' | 'message-refused'; readonly code: string }
  | { readonly kind: 'recipients-refused'; readonly recipients: readonly { readonly address: string; readonly code: string }[] }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'no-message' | 'no-folder' | 'no-drafts-folder' };

/** Carries a problem up inside this folder; its doors turn it into a value. */
export class MailFailure extends Error {
  override readonly name = 'MailFailure';
  readonly problem: MailProblem;
  constructor(problem: MailProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET|ALTNAME|^ERR_SSL|^EPROTO$/;
const slowCodes = /TIMEOUT|ETIMEDOUT/;
const unreachableCodes = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EHOSTDOWN)$/;

/** Sorts an error of a socket, of TLS or of the IMAP client by its code; what the server said is not looked at. */
export function problemOf(error: unknown, server: 'imap' | 'smtp'): MailProblem {
  if (error instanceof MailFailure) return error.problem;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (certificateCodes.test(code)) return { kind: 'certificate', server };
  if (unreachableCodes.test(code)) return { kind: 'unreachable', server };
  if (slowCodes.test(code)) return { kind: 'too-slow', server };
  return { kind: 'disconnected', server };
}

/** Whether a server refused the password or token that it was given. */
export function isSignInRefused(error: unknown): boolean {
  return error instanceof MailFailure && error.problem.kind === 'sign-in-refused';
}

/** True when other arguments would help; false when the server or the sign-in is what is wrong. */
export function isAboutArguments({ kind }: MailProblem): boolean {
  return kind === 'no-message' || kind === 'no-folder' || kind === 'too-large' || kind === 'recipients-refused';
}

/** For the agent: what happened, in English, without secrets. */
export function problemText(problem: MailProblem, account: EmailAccount): string {
  switch (problem.kind) {
    case 'unreachable':
    case 'certificate':
    case 'no-encryption':
    case 'sign-in-refused':
    case 'too-slow':
    case 'disconnected':
    case 'confused': {
      const { host } = account[problem.server];
      const name = `The ${problem.server === 'imap' ? 'incoming' : 'outgoing'} mail server ${host}`;
      const texts = {
        unreachable: `${name} cannot be reached.`,
        certificate: `${name} could not prove who it is (its certificate is not trusted).`,
        'no-encryption': `${name} offers no encryption, so it was not used.`,
        'sign-in-refused': `${name} refused the sign-in for ${account.name}. The person has to sign in again.`,
        'too-slow': `${name} did not answer in time.`,
        disconnected: `${name} closed the connection.`,
        confused: `${name} answered with something unexpected.`,
      };
      return texts[problem.kind];
    }
    case 'no-password':
      return `There is no password for ${account.name}. The person has to sign in again.`;
    case 'keychain-locked':
      return `The system keychain is locked, so the password for ${account.name} cannot be read. The person has to unlock it; Countersign shows a button for that.`;
    case 'plain-text-refused':
      return 'A connection without encryption is only allowed within this machine.';
    case 'cancelled':
      return 'The request was cancelled.';
    case 'sender-refused':
      return `The mail server refuses to send from ${account.address} (${problem.code}).`;
    case 'message-refused':
      return `The mail server refused the message (${problem.code}).`;
    case 'recipients-refused':
      return `The mail server refused ${problem.recipients.map(({ address, code }) => `${address} (${code})`).join(', ')}. Nobody got the message.`;
    case 'too-large':
      return `The message is larger than the mail server takes (${Math.floor(problem.limit / 1_000_000)} MB).`;
    case 'no-message':
      return 'There is no such message; it may have been moved or deleted. Search again.';
    case 'no-folder':
      return 'There is no such folder.';
    case 'no-drafts-folder':
      return 'This mailbox has no folder for drafts.';
    default:
      return assertNever(problem);
  }
}

/** For the person who sets the account up. */
export function problemMessage(problem: MailProblem, account: EmailAccount): Message {
  const values = 'server' in problem ? { host: disarmLine(account[problem.server].host), user: disarmLine(account.user) } : {};
  switch (problem.kind) {
    case 'unreachable':
      return say('email.problem.unreachable', values);
    case 'certificate':
      return say('email.problem.certificate', values);
    case 'no-encryption':
      return say('email.problem.noEncryption', values);
    case 'sign-in-refused':
      return say('email.problem.signInRefused', values);
    case 'too-slow':
      return say('email.problem.tooSlow', values);
    case 'no-password':
      return say('email.problem.noPassword');
    case 'keychain-locked':
      return say('credential.problem.locked');
    case 'plain-text-refused':
      return say('email.problem.plainText');
    case 'disconnected':
    case 'confused':
    case 'cancelled':
    case 'sender-refused':
    case 'message-refused':
    case 'recipients-refused':
    case 'too-large':
    case 'no-message':
    case 'no-folder':
    case 'no-drafts-folder':
      return say('email.problem.other', { host: disarmLine(account['server' in problem ? problem.server : 'imap'].host) });
    default:
      return assertNever(problem);
  }
}
