import { randomUUID } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionId, agentId, connectionId, type ActionId } from '../../../preload/contract.ts';
import type { Connector } from '../../../main/connectors/connector.ts';
import { createEmailConnector, type EmailAccount } from '../../../main/connectors/email/index.ts';
import type { DescribeContext, Described } from '../../../main/model/action.ts';
import { systemClock, type Clock } from '../../../main/model/clock.ts';
import { isJsonObject, type JsonObject } from '../../../main/model/json.ts';
import type { UpstreamAnswer } from '../../../main/model/upstream.ts';
import { silence } from '../../../main/model/conversation.ts';
import { everybodyBut } from '../../model/acquaintances.ts';

export const you = { address: 'you@acme.example', password: 'correct horse; "battery" §staple' };

export interface Setting {
  readonly connector: Connector;
  /** A folder that attachments may come from. */
  readonly folder: string;
  /** How often the password was borrowed. */
  readonly borrowed: () => number;
  context(changes?: Partial<DescribeContext>): DescribeContext;
  describe(name: string, args: JsonObject, changes?: Partial<DescribeContext>): Promise<Described>;
  /** What an agent is told about arguments that cannot be described. */
  refusal(name: string, args: JsonObject, changes?: Partial<DescribeContext>): Promise<string>;
  /** Describes and calls, as the gate does when everything is approved. */
  perform(name: string, args: JsonObject, action?: ActionId): Promise<UpstreamAnswer>;
  call(name: string, args: JsonObject, described: Pick<Described, 'materials'>, action?: ActionId, signal?: AbortSignal): Promise<UpstreamAnswer>;
  dispose(): Promise<void>;
}

export interface SettingOptions {
  readonly imap: EmailAccount['imap'];
  readonly smtp: EmailAccount['smtp'];
  readonly ca?: string;
  readonly password?: string;
  readonly account?: Partial<EmailAccount>;
  readonly clock?: Clock;
  readonly isPasswordMissing?: boolean;
}

export const newAction = (): ActionId => actionId.parse(randomUUID());

export async function createSetting({ imap, smtp, ca, password = you.password, account: changes, clock = systemClock, isPasswordMissing = false }: SettingOptions): Promise<Setting> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'countersign-attachments-')));
  let count = 0;
  const account: EmailAccount = { id: connectionId.parse('work-mail'), name: 'Work mail', address: you.address, user: you.address, imap, smtp, ...changes };
  const connector = createEmailConnector({
    account,
    withPassword: async (use) => {
      if (isPasswordMissing) throw new Error('The keychain is locked.');
      count += 1;
      return use(password);
    },
    attachmentFolders: () => [folder],
    clock,
    ...(ca === undefined ? {} : { trustedCertificates: [ca] }),
  });
  const context = (changed: Partial<DescribeContext> = {}): DescribeContext => ({
    agentName: 'Marketing Claw',
    connectionName: 'Work mail',
    ownDomains: ['acme.example'],
    attachmentFolders: [folder],
    contacts: async () => everybodyBut(['ana@northwind.example']),
    ...changed,
  });
  const profileOf = (name: string) => {
    const profile = connector.profile(name);
    if (profile === undefined) throw new Error(`${name} has no profile.`);
    return profile;
  };
  const setting: Setting = {
    connector,
    folder,
    borrowed: () => count,
    context,
    async describe(name, args, changed) {
      const described = await profileOf(name).describe(args, context(changed));
      if ('invalid' in described) throw new Error(described.invalid);
      if ('unavailable' in described) throw new Error(described.unavailable);
      return described;
    },
    async refusal(name, args, changed) {
      const described = await profileOf(name).describe(args, context(changed));
      if ('unavailable' in described) return described.unavailable;
      return 'invalid' in described ? described.invalid : '(was described)';
    },
    perform: async (name, args, action) => setting.call(name, args, await setting.describe(name, args), action),
    call: async (name, args, { materials }, action = newAction(), signal = new AbortController().signal) =>
      connector.callTool({ action, agent: agentId.parse('marketing'), name, arguments: args, materials, signal, conversation: silence }),
    async dispose() {
      await connector.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return setting;
}

/** The result of an answer that has one. */
export function resultOf(answer: UpstreamAnswer): { readonly content: readonly JsonObject[]; readonly structuredContent?: JsonObject } {
  if (answer.kind !== 'result') throw new Error(`${answer.kind}: ${answer.text}`);
  // The connector makes `CallToolResult`s.
  return answer.result as { readonly content: readonly JsonObject[]; readonly structuredContent?: JsonObject };
}

export interface ListedMessage extends JsonObject {
  readonly id: string;
  readonly subject: string;
}

export function messagesOf(answer: UpstreamAnswer): readonly ListedMessage[] {
  const messages = resultOf(answer).structuredContent?.['messages'];
  if (!Array.isArray(messages)) throw new Error('A search lists messages.');
  return messages.filter(isListed);
}

function isListed(value: unknown): value is ListedMessage {
  // Everything in structuredContent is JSON.
  const json = value as JsonObject;
  return isJsonObject(json) && typeof json['id'] === 'string' && typeof json['subject'] === 'string';
}

export function textOf(answer: UpstreamAnswer): string {
  return answer.kind === 'result' ? JSON.stringify(answer.result) : answer.text;
}
