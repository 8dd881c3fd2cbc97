import type { ActionId } from '../../../preload/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import type { UpstreamAnswer } from '../../model/upstream.ts';
import type { MailAccess } from './account.ts';
import { Mailbox, type Appended } from './mailbox.ts';
import { writeReference } from './message-reference.ts';
import { composeMail, everyone, messageIdOf, senderOf, type OutgoingMail } from './outgoing.ts';
import { MailFailure, problemText } from './problem.ts';
import { submit } from './submit.ts';

const noSender = 'This account’s own address is not one that mail can be sent from.';

function result(text: string, structuredContent: JsonObject): UpstreamAnswer {
  return { kind: 'result', result: { content: [{ type: 'text', text }], structuredContent } };
}

/** Puts a copy into the Sent folder. The mail is out already, so whatever goes wrong here is only told. */
async function keepCopy(access: MailAccess, message: Buffer, at: Date): Promise<string> {
  // The agent may be gone by now; the person's copy is kept all the same.
  const { signal } = new AbortController();
  try {
    return await Mailbox.use(access, signal, async (mailbox) => {
      const folder = await mailbox.folderFor('\\Sent');
      if (folder === undefined) return 'This mailbox has no Sent folder, so no copy was kept.';
      const appended = await mailbox.append(folder, message, ['\\Seen'], at);
      return appended.kind === 'kept' ? `A copy is in ${folder}.` : 'No copy could be put into the Sent folder.';
    });
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    return 'No copy could be put into the Sent folder.';
  }
}

/** Sends to every recipient or to none, at most once. */
export async function sendMail(access: MailAccess, action: ActionId, mail: OutgoingMail, signal: AbortSignal): Promise<UpstreamAnswer> {
  const { account, clock } = access;
  const sender = senderOf(account);
  if (sender === null) return { kind: 'failed', text: `Nothing was sent. ${noSender}` };
  const at = new Date(clock.now());
  const messageId = messageIdOf(action, sender);
  const message = await composeMail(mail, sender, messageId, at, false);
  const recipients = everyone(mail).map(({ address }) => address);
  const submission = await submit(access, { from: sender.address, recipients }, message, signal);
  if (submission.kind === 'refused') return { kind: 'failed', text: `Nothing was sent. ${problemText(submission.problem, account)}` };
  if (submission.kind === 'uncertain') {
    return { kind: 'unknown', text: `The message was handed over, but no answer came, so it may or may not have been sent. ${problemText(submission.problem, account)} Do not send it again by yourself.` };
  }
  const copy = await keepCopy(access, message, at);
  const count = recipients.length;
  return result(`Sent to ${count} ${count === 1 ? 'recipient' : 'recipients'}. ${copy}`, { messageId, recipients, subject: mail.subject, copy });
}

export async function saveDraft(access: MailAccess, action: ActionId, mail: OutgoingMail, signal: AbortSignal): Promise<UpstreamAnswer> {
  const { account, clock } = access;
  const sender = senderOf(account);
  if (sender === null) return { kind: 'failed', text: `No draft was saved. ${noSender}` };
  const at = new Date(clock.now());
  const message = await composeMail(mail, sender, messageIdOf(action, sender), at, true);
  let appended: Appended;
  try {
    appended = await Mailbox.use(access, signal, async (mailbox): Promise<Appended> => {
      const folder = await mailbox.folderFor('\\Drafts');
      return folder === undefined ? { kind: 'refused', problem: { kind: 'no-drafts-folder' } } : mailbox.append(folder, message, ['\\Draft', '\\Seen'], at);
    });
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    appended = { kind: 'refused', problem: error.problem };
  }
  if (appended.kind === 'refused') return { kind: 'failed', text: `No draft was saved. ${problemText(appended.problem, account)}` };
  if (appended.kind === 'uncertain') return { kind: 'unknown', text: `The draft may or may not have been saved. ${problemText(appended.problem, account)}` };
  const id = appended.reference === null ? null : writeReference(appended.reference);
  return result('Saved as a draft. Nothing was sent.', { id, subject: mail.subject });
}
