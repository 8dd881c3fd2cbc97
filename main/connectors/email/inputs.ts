import { z } from 'zod';
import type { JsonObject } from '../../model/json.ts';

export const mostRecipients = 500;
const longestText = 200_000;
const control = /\p{Cc}/u;

const messageId = z.string().min(1).max(2_000).describe('The id of a message, as search_messages gives it.');
const day = z.iso.date();
const words = z.string().min(1).max(200).refine((text) => !control.test(text), 'must not contain control characters');
const address = z.string().min(3).max(500);
const people = z.array(address).max(mostRecipients);
const attachments = z
  .array(z.strictObject({ path: z.string().min(1).max(4_096).describe('The absolute path of a file in a folder the person allowed for attachments.') }))
  .max(20)
  .describe('Files to attach, 20 MB in all.')
  .optional();
const subject = z
  .string()
  .max(900)
  .refine((text) => !control.test(text), 'must be one line, without control characters')
  .describe('One line.');
const text = z.string().max(longestText).describe('The message as plain text.');

const recipients = {
  to: people.min(1).describe('Recipients: "ana@northwind.example" or "Ana Ruiz <ana@northwind.example>".'),
  cc: people.describe('Recipients of a copy, seen by all.').optional(),
  bcc: people.describe('Recipients of a copy that the others do not see.').optional(),
};

export const inputs = {
  search_messages: z.strictObject({
    query: words.describe('Words anywhere in the message.').optional(),
    from: words.describe('Part of the sender’s name or address.').optional(),
    to: words.describe('Part of a recipient’s name or address.').optional(),
    subject: words.describe('Words in the subject.').optional(),
    since: day.describe('Received on this day or later, YYYY-MM-DD.').optional(),
    before: day.describe('Received before this day, YYYY-MM-DD.').optional(),
    isUnread: z.boolean().describe('Only unread messages (true) or only read ones (false).').optional(),
    folder: words.max(200).describe('A folder of the mailbox; the inbox when left out.').optional(),
    limit: z.int().min(1).max(50).describe('At most this many, newest first; 20 when left out.').optional(),
  }),
  read_message: z.strictObject({ id: messageId }),
  create_draft: z.strictObject({ ...recipients, to: people.describe(recipients.to.description ?? ''), subject, text, attachments }),
  send_email: z.strictObject({ ...recipients, subject, text, attachments }),
  reply: z.strictObject({
    id: messageId,
    text,
    replyAll: z.boolean().describe('Also to everyone the message was sent to; false when left out.').optional(),
    attachments,
  }),
} as const;

export type ToolName = keyof typeof inputs;
export type Input<N extends ToolName> = z.infer<(typeof inputs)[N]>;

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(inputs, name);
}

/** Checks arguments; what is wrong is said in one English sentence. */
export function parseInput<N extends ToolName>(name: N, args: JsonObject): { readonly ok: true; readonly input: Input<N> } | { readonly ok: false; readonly invalid: string } {
  const parsed = inputs[name].safeParse(args);
  // The schema that just parsed it is the one Input<N> is inferred from.
  if (parsed.success) return { ok: true, input: parsed.data as Input<N> };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'The arguments' : `"${issue.path.join('.')}"`;
  return { ok: false, invalid: `${where}: ${issue?.message ?? 'not understood'}.` };
}

export function inputSchema(name: ToolName): JsonObject {
  // JSON Schema is plain JSON, which zod's own type is too wide to say.
  return z.toJSONSchema(inputs[name], { io: 'input' }) as JsonObject;
}
