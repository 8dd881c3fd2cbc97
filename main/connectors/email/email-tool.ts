import type { ActionId, Effect } from '../../../preload/contract.ts';
import type { DescribeContext, Described, Material, Undescribable } from '../../model/action.ts';
import type { JsonObject } from '../../model/json.ts';
import type { UpstreamAnswer } from '../../model/upstream.ts';
import type { EmailConnectorOptions } from './account.ts';
import { describeOutgoing, type OutgoingKind } from './describe-outgoing.ts';
import { describeRead, describeSearch } from './describe-reading.ts';
import { parseInput, type Input, type ToolName } from './inputs.ts';
import { areSameMaterials, prepareReply, prepareSend, type OutgoingMail, type Prepared } from './outgoing.ts';
import { MailFailure } from './problem.ts';
import { lookUp, readMessage, searchMessages } from './read-tools.ts';
import { saveDraft, sendMail } from './write-tools.ts';

/** What a call is made with, beyond its arguments. */
export interface CallContext {
  readonly action: ActionId;
  readonly materials: readonly Material[];
  readonly signal: AbortSignal;
}

export interface EmailTool {
  readonly effect: Effect;
  /** The last part of the message id that says what a Claw could do with it. */
  readonly ability: string;
  describe(args: JsonObject, context: DescribeContext, signal: AbortSignal): Promise<Described | Undescribable>;
  /** Throws a `MailFailure` only while nothing was done. */
  call(args: JsonObject, context: CallContext): Promise<UpstreamAnswer>;
}

interface Definition<I> {
  readonly effect: Effect;
  readonly ability: string;
  readonly describe: (input: I, context: DescribeContext, signal: AbortSignal) => Promise<Described | Undescribable> | Described;
  readonly call: (input: I, context: CallContext) => Promise<UpstreamAnswer>;
}

function emailTool<N extends ToolName>(name: N, { effect, ability, describe, call }: Definition<Input<N>>): EmailTool {
  return {
    effect,
    ability,
    async describe(args, context, signal) {
      const parsed = parseInput(name, args);
      return parsed.ok ? describe(parsed.input, context, signal) : { invalid: parsed.invalid };
    },
    async call(args, context) {
      const parsed = parseInput(name, args);
      return parsed.ok ? call(parsed.input, context) : { kind: 'failed', text: `Nothing was done. ${parsed.invalid}` };
    },
  };
}

const mostSubjects = 500;

/** Subjects of messages that were listed, so that a read is described without asking the server again. */
function createSubjects(): { readonly get: (id: string) => string | undefined; readonly remember: (id: string, subject: string) => void } {
  const subjects = new Map<string, string>();
  return {
    get: (id) => subjects.get(id),
    remember(id, subject) {
      subjects.delete(id);
      subjects.set(id, subject);
      const [oldest] = subjects.keys();
      if (subjects.size > mostSubjects && oldest !== undefined) subjects.delete(oldest);
    },
  };
}

/** Goes on only when files and recipients are still those that were described. */
async function whenUnchanged(prepared: Prepared, context: CallContext, go: (mail: OutgoingMail) => Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
  if (prepared.ok && areSameMaterials(prepared.mail.materials, context.materials)) return go(prepared.mail);
  const why = prepared.ok ? 'An attached file or the recipients changed after this was approved.' : prepared.invalid;
  return { kind: 'failed', text: `Nothing was sent or saved. ${why}` };
}

export function createEmailTools(options: EmailConnectorOptions): Readonly<Record<ToolName, EmailTool>> {
  const { account } = options;
  const subjects = createSubjects();

  const describePrepared = async (kind: OutgoingKind, prepared: Prepared, context: DescribeContext): Promise<Described | Undescribable> =>
    prepared.ok ? describeOutgoing(kind, prepared.mail, account, context) : { invalid: prepared.invalid };

  const reply = async (input: Input<'reply'>, folders: readonly string[], signal: AbortSignal): Promise<Prepared> =>
    prepareReply(input, await lookUp(options, input.id, signal), account, folders);

  return {
    search_messages: emailTool('search_messages', {
      effect: 'read',
      ability: 'search',
      describe: (input, context) => describeSearch(input, account, context),
      call: async (input, { signal }) => ({ kind: 'result', result: await searchMessages(options, input, signal, subjects.remember) }),
    }),
    read_message: emailTool('read_message', {
      effect: 'read',
      ability: 'read',
      async describe({ id }, context, signal) {
        const known = subjects.get(id);
        if (known !== undefined) return describeRead(known, account, context);
        try {
          return describeRead((await lookUp(options, id, signal)).subject, account, context);
        } catch (error) {
          if (!(error instanceof MailFailure)) throw error;
          if (error.problem.kind === 'no-message') return { invalid: 'There is no such message; it may have been moved or deleted. Search again.' };
          return describeRead(null, account, context);
        }
      },
      call: async ({ id }, { signal }) => ({ kind: 'result', result: await readMessage(options, id, signal) }),
    }),
    create_draft: emailTool('create_draft', {
      effect: 'change',
      ability: 'draft',
      describe: async (input, context) => describePrepared('draft', await prepareSend(input, context.attachmentFolders), context),
      call: async (input, context) =>
        whenUnchanged(await prepareSend(input, options.attachmentFolders()), context, (mail) => saveDraft(options, context.action, mail, context.signal)),
    }),
    send_email: emailTool('send_email', {
      effect: 'send',
      ability: 'send',
      describe: async (input, context) => describePrepared('send', await prepareSend(input, context.attachmentFolders), context),
      call: async (input, context) =>
        whenUnchanged(await prepareSend(input, options.attachmentFolders()), context, (mail) => sendMail(options, context.action, mail, context.signal)),
    }),
    reply: emailTool('reply', {
      effect: 'send',
      ability: 'reply',
      describe: async (input, context, signal) => describePrepared('reply', await reply(input, context.attachmentFolders, signal), context),
      call: async (input, context) =>
        whenUnchanged(await reply(input, options.attachmentFolders(), context.signal), context, (mail) => sendMail(options, context.action, mail, context.signal)),
    }),
  };
}
