import { test, onTestFinished } from 'vitest';
import type { Approval, Card, Message } from '../../preload/contract.ts';
import { validateArguments } from '../../main/connections/tool-schema.ts';
import { createLiveSecrets } from '../../main/credentials/live-secrets.ts';
import { createScrubber } from '../../main/credentials/scrubber.ts';
import { createSecretLook } from '../../main/credentials/secret-look.ts';
import type { GateParts } from '../../main/gate/parts.ts';
import { disarm } from '../../main/model/disarm.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { ActionAnswer } from '../../main/model/action.ts';
import { toolProfile } from '../../main/model/tool-profile.ts';
import type { UpstreamAnswer, UpstreamCall, UpstreamTool } from '../../main/model/upstream.ts';
import { Profiles } from '../../main/profiles/profiles.ts';
import { sayPhrase } from '../../main/text/phrases.ts';
import { inEnglish } from '../../main/text/text.ts';
import { createSetting } from '../connectors/email/setting.ts';
import { newWorld, open, press, request, settle } from '../gate/harness.ts';
import { everybodyBut } from '../model/acquaintances.ts';
import { policyOf } from '../policy/questions.ts';
import { payment, shipped } from '../profiles/setting.ts';

/** One attack: its name stands in a table of docs/threat-model.md. */
export const attack = test;

const text = inEnglish;
const string = { type: 'string' };

/** Tools of services, as they describe themselves. Whatever else is asked for is a tool that nobody knows. */
const schemas: Readonly<Record<string, JsonObject>> = {
  ledger_pay: { type: 'object', properties: { supplier: string, amount: { type: 'number' }, currency: string, memo: string, due: string }, required: ['supplier', 'amount', 'currency'] },
  write_file: { type: 'object', properties: { path: string, content: string }, required: ['path', 'content'] },
  fetch_page: { type: 'object', properties: { url: string }, required: ['url'] },
};
const fetchPage = { tools: ['fetch_page'], shapes: [{ url: 'string' }], effect: 'connect', fields: [{ name: 'page', as: 'url', at: '/url', label: 'link', isRequired: true }], words: { ability: { en: 'Opens pages' }, headline: { en: 'Open this page?' }, summary: { en: '{agent} wants to open {page}' }, did: { en: 'opened {page}' }, wanted: { en: 'wanted to open {page}' } } };

export interface SettingOptions {
  /** Cedar of the organization. */
  readonly policy?: string;
  readonly agentName?: string;
  readonly tool?: Partial<UpstreamTool>;
}

/** The real gate with real profiles, rules, limits and the real email connector; only the services behind it are ours. */
export async function newSetting({ policy = '', agentName = 'Marketing Claw', tool: toolChanges = {} }: SettingOptions = {}) {
  const world = newWorld();
  const email = await createSetting({ imap: nowhere, smtp: nowhere });
  onTestFinished(() => email.dispose());
  const mailTools = await email.connector.listTools();
  const scrubber = createScrubber(() => []);
  const profiles = new Profiles({ shipped: [...shipped, toolProfile.parse(payment), toolProfile.parse(fetchPage)], sayPhrase });
  const answerOf = (call: UpstreamCall): Promise<UpstreamAnswer> => {
    world.calls.push(call);
    return Promise.resolve({ kind: 'result', result: { content: [] } });
  };
  const services: GateParts['services'] = {
    open: () => Promise.resolve(undefined),
    explain: () => undefined,
    validate: validateArguments,
    findTool(_agent, _connection, name) {
      const mail = mailTools.find((one) => one.name === name);
      const tool: UpstreamTool = mail ?? { name, inputSchema: schemas[name] ?? { type: 'object' }, ...toolChanges };
      const upstream = { listTools: () => Promise.resolve(mailTools), callTool: answerOf, profile: (one: string) => (mail === undefined ? undefined : email.connector.profile(one)), close: () => Promise.resolve() };
      return Promise.resolve({ tool, upstream });
    },
  };
  const rules = policyOf({ profile: 'balanced', ...(policy === '' ? {} : { text: policy }) });
  const app = open(world, undefined, {
    services,
    profiles,
    disarm,
    policy: rules,
    secrets: createSecretLook(scrubber, createLiveSecrets()),
    contacts: { now: () => Promise.resolve(everybodyBut(['ana@northwind.example', 'eve@evil.example'], ['northwind.example'])) },
    agents: { name: () => agentName, isPaused: () => false, isKnown: () => true, mayUse: () => true },
    scrub: (one) => one,
    scrubJson: (one) => one,
  });
  app.knobs.settings = { ownDomains: ['acme.example'], attachmentFolders: [email.folder], sendHoldSeconds: 0, payHoldSeconds: 0, deleteHoldSeconds: 0 };

  /** Asks for it, and gives the card that comes of it. */
  const shown = async (name: string, args: JsonObject): Promise<Shown> => {
    const answer = app.gate.perform(request(args, name));
    const ended = await cardOr(app, answer);
    const [approval] = app.approvals.waiting();
    if (approval === undefined) throw new Error(`No card is waiting: ${JSON.stringify(ended).slice(0, 500)}`);
    const { card } = approval;
    return { approval, card, all: everythingOn(card), marks: card.unusual.map((mark) => text(mark.text)), answer };
  };
  /** What a Claw is told where no card comes of it. */
  const refused = async (name: string, args: JsonObject): Promise<string> => {
    const answer = await cardOr(app, app.gate.perform(request(args, name)));
    if (answer === undefined || world.calls.length > 0) throw new Error('It was not refused.');
    return 'text' in answer ? answer.text : JSON.stringify(answer);
  };
  return { world, app, folder: email.folder, shown, refused, approve: () => press(app, world, 'approve') };
}

interface Shown {
  readonly approval: Approval;
  readonly card: Card;
  /** All that the card says, in the words that people see. */
  readonly all: string;
  readonly marks: readonly string[];
  readonly answer: Promise<ActionAnswer>;
}

/** Waits for a card, or for the answer where none comes; files are read at their own pace. */
async function cardOr({ approvals }: ReturnType<typeof open>, answer: Promise<ActionAnswer>): Promise<ActionAnswer | undefined> {
  for (;;) {
    const ended = await Promise.race([answer, settle().then(() => undefined)]);
    if (ended !== undefined) return ended;
    if (approvals.waiting().length > 0) return undefined;
  }
}

const nowhere = { host: '127.0.0.1', port: 1, security: 'loopback' } as const;

export const mail = { to: ['ana@northwind.example'], subject: 'Q3 price list', text: 'Hello Ana' };

/** All that a card says, in the words that people see. */
function everythingOn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  if (isMessage(value)) return text(value);
  return Object.values(value).map(everythingOn).join('\n');
}

function isMessage(value: object): value is Message {
  return 'id' in value && 'values' in value;
}
