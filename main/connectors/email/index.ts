import type { ActionProfile, EditableField } from '../../model/action.ts';
import { disarmLine } from '../../model/disarm.ts';
import { say } from '../../model/say.ts';
import type { Connector } from '../connector.ts';
import type { EmailConnectorOptions } from './account.ts';
import { createEmailTools } from './email-tool.ts';
import { isToolName, type ToolName } from './inputs.ts';
import { checkImap } from './mailbox.ts';
import { isAboutArguments, MailFailure, problemMessage, problemText } from './problem.ts';
import { checkSmtp } from './submit.ts';
import { tools } from './tools.ts';

export { isSignInRefused, MailFailure } from './problem.ts';
export type { EmailAccount, EmailConnectorOptions, MailServer } from './account.ts';

const field = (name: 'to' | 'cc' | 'bcc' | 'subject' | 'text', kind: EditableField['kind']): EditableField => ({ at: `/${name}`, kind, label: say(`card.row.${name === 'text' ? 'message' : name}`) });
const message = field('text', 'text');
const letter = [field('to', 'people'), field('cc', 'people'), field('bcc', 'people'), field('subject', 'line'), message];
/** What a person may change before it goes out: never the account, nor what is attached. */
const editableFields: { readonly [N in ToolName]?: readonly EditableField[] } = { send_email: letter, create_draft: letter, reply: [message] };

/** Looking up what a card shows has no caller who could give up, so it ends by itself. */
const describeMilliseconds = 60_000;
const checkMilliseconds = 60_000;

/**
 * Email as an upstream: IMAP for reading and drafts, SMTP for sending, one connection per call. Every problem that can be
 * expected is a value; `failed` means that nothing was done.
 */
export function createEmailConnector(options: EmailConnectorOptions): Connector {
  const { account, clock } = options;
  const emailTools = createEmailTools(options);
  const closing = new AbortController();

  const within = async <T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const late = new AbortController();
    const stop = clock.after(milliseconds, () => late.abort());
    try {
      return await work(AbortSignal.any([closing.signal, late.signal]));
    } finally {
      stop();
    }
  };

  return {
    listTools: async () => tools,
    async callTool({ name, arguments: args, action, materials, signal }) {
      if (!isToolName(name)) return { kind: 'failed', text: 'There is no such tool.' };
      try {
        return await emailTools[name].call(args, { action, materials, signal: AbortSignal.any([signal, closing.signal]) });
      } catch (error) {
        if (!(error instanceof MailFailure)) throw error;
        return { kind: 'failed', text: `Nothing was done. ${problemText(error.problem, account)}` };
      }
    },
    profile(name) {
      if (!isToolName(name)) return undefined;
      const tool = emailTools[name];
      const profile: ActionProfile = {
        effect: tool.effect,
        ability: say(`ability.email.${tool.ability}`, { connection: disarmLine(account.name) }),
        editable: editableFields[name] ?? [],
        describe: (args, context) =>
          within(describeMilliseconds, async (signal) => {
            try {
              return await tool.describe(args, context, signal);
            } catch (error) {
              if (!(error instanceof MailFailure)) throw error;
              return isAboutArguments(error.problem) ? { invalid: problemText(error.problem, account) } : { unavailable: problemText(error.problem, account) };
            }
          }),
      };
      return profile;
    },
    async checkSignIn() {
      const problem = await within(checkMilliseconds, async (signal) => (await checkImap(options, signal)) ?? checkSmtp(options, signal));
      return problem === null ? { ok: true } : { ok: false, problem: problemMessage(problem, account) };
    },
    async close() {
      closing.abort();
    },
  };
}
