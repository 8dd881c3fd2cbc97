import { DatabaseSync } from 'node:sqlite';
import { randomUUID } from 'node:crypto';
import { actionId, agentId, approvalId, connectionId, type ActionId, type GrantId, type Settings } from '../../preload/contract.ts';
import type { AppendQueue } from '../../main/activity/append-queue.ts';
import type { ActivityEvent } from '../../main/activity/event.ts';
import { ApprovalStore, approvalMigrations } from '../../main/approvals/approval-store.ts';
import { Approvals } from '../../main/approvals/approvals.ts';
import { Proofs } from '../../main/approvals/proofs.ts';
import { Outbox, outboxMigrations } from '../../main/gate/outbox.ts';
import type { GateParts, PolicyQuestion } from '../../main/gate/parts.ts';
import { PauseSwitch, pauseMigrations } from '../../main/gate/pause-switch.ts';
import { Pipeline } from '../../main/gate/pipeline.ts';
import type { ActionProfile, ActionRequest, Decision, EditableField } from '../../main/model/action.ts';
import type { Clock } from '../../main/model/clock.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { noContacts } from '../../main/model/known-contacts.ts';
import { say } from '../../main/model/say.ts';
import type { SecretsFound } from '../../main/model/secret.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall, UpstreamOffers } from '../../main/model/upstream.ts';
import { silence } from '../../main/model/conversation.ts';

export const agent = agentId.parse('marketing');
export const connection = connectionId.parse('work-mail');

/** Time that moves only when a test says so: the wall's, the passing of it, and that of timers, which stand still in sleep. */
export class ManualClock implements Clock {
  #wall = 1_800_000_000_000;
  #elapsed = 5000;
  #awake = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#wall;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#awake + milliseconds, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves time on, timer by timer, and lets everything settle that follows from it. */
  async advance(milliseconds: number): Promise<void> {
    this.pass(milliseconds);
    await settle();
  }

  /** The same without letting anything settle but what timers do at once. */
  pass(milliseconds: number): void {
    const end = this.#awake + milliseconds;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#move(Math.max(this.#awake, next.at));
      next.callback();
    }
    this.#move(end);
  }

  /** Somebody sets the clock on the wall. */
  setWall(by: number): void {
    this.#wall += by;
  }

  /** The computer sleeps: time passes, and no timer runs. */
  sleep(milliseconds: number): void {
    this.#wall += milliseconds;
    this.#elapsed += milliseconds;
  }

  #move(awake: number): void {
    this.#wall += awake - this.#awake;
    this.#elapsed += awake - this.#awake;
    this.#awake = awake;
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const sendProfile: ActionProfile = {
  effect: 'send',
  ability: say('test.ability'),
  describe: (args) =>
    Promise.resolve({
      facts: { effect: 'send', isReversible: false },
      materials: [],
      card: { headline: say('h'), summary: say('s', { to: JSON.stringify(args['to'] ?? null) }), unusual: [], rows: [], risk: 'normal', confirm: null },
      sentence: { did: say('did'), wanted: say('wanted'), details: [] },
    }),
};

export function decision(answer: Decision['answer'], layer: Decision['layer'] = 'built-in'): Decision {
  return { answer, layer, policies: ['p'], title: 'A rule', reason: 'Because', errors: [] };
}

/** The world that a restart leaves in place: the database, the upstream's doings, the record. */
export interface World {
  readonly database: DatabaseSync;
  readonly clock: ManualClock;
  readonly calls: UpstreamCall[];
  readonly events: ActivityEvent[];
  /** What the rules were asked. */
  readonly questions: PolicyQuestion[];
  /** Standing answers that were counted as used. */
  readonly granted: GrantId[];
}

export function newWorld(): World {
  const database = new DatabaseSync(':memory:');
  for (const sql of [...approvalMigrations, ...outboxMigrations, ...pauseMigrations]) database.exec(sql);
  return { database, clock: new ManualClock(), calls: [], events: [], questions: [], granted: [] };
}

export interface Knobs {
  decide: Decision;
  /** Real rules, instead of the one answer for everything. */
  rules: GateParts['policy']['decide'] | undefined;
  answer: (call: UpstreamCall) => Promise<UpstreamAnswer>;
  /** The event kinds that cannot be recorded. */
  unrecordable: Set<string>;
  canAsk: boolean;
  pausedAgents: Set<string>;
  forgottenAgents: Set<string>;
  mayUse: boolean;
  mayGrant: boolean;
  revokedGrants: Set<string>;
  /** What the connection leads to. */
  target: string;
  describe: ActionProfile['describe'];
  editable: readonly EditableField[];
  inputSchema: JsonObject;
  validate: GateParts['services']['validate'] | undefined;
  /** What the record of an event kind waits for, after it is durable. */
  slow: Map<string, Promise<void>>;
  settings: Partial<Settings>;
  /** False: a service with tools alone, as our own connectors. */
  hasOffers: boolean;
  /** What is found in what an agent sends. */
  secrets: (sent: string) => SecretsFound | undefined;
}

const notAsked = (): Promise<never> => Promise.reject(new Error('The gate asks for no list.'));

/** One start of the gate in that world. */
export function open(world: World, record?: Pick<AppendQueue, 'append'>, over: Partial<GateParts> = {}) {
  const knobs: Knobs = {
    decide: decision('ask'),
    rules: undefined,
    answer: () => Promise.resolve({ kind: 'result', result: { content: [{ type: 'text', text: 'sent' }] } }),
    unrecordable: new Set(),
    canAsk: true,
    pausedAgents: new Set(),
    forgottenAgents: new Set(),
    mayUse: true,
    mayGrant: true,
    revokedGrants: new Set(),
    target: 'you@acme.example',
    describe: (args, context) => sendProfile.describe(args, context),
    editable: [],
    inputSchema: { type: 'object' },
    validate: undefined,
    slow: new Map(),
    settings: {},
    hasOffers: true,
    secrets: () => undefined,
  };
  const perform = (call: UpstreamCall): Promise<UpstreamAnswer> => {
    world.calls.push(call);
    return knobs.answer(call);
  };
  const offers: UpstreamOffers = {
    listResources: notAsked,
    listResourceTemplates: notAsked,
    listPrompts: notAsked,
    readResource: perform,
    getPrompt: perform,
    complete: notAsked,
    subscribe: notAsked,
  };
  const upstream: Upstream = {
    listTools: () => Promise.resolve([]),
    callTool: perform,
    profile: (name) => (name === 'send_email' ? { ...sendProfile, editable: knobs.editable, describe: (args, context) => knobs.describe(args, context) } : undefined),
    close: () => Promise.resolve(),
  };
  const proofs = new Proofs(world.clock);
  const approvals = new Approvals(new ApprovalStore(world.database), world.clock, () => approvalId.parse(randomUUID()), proofs);
  const pause = new PauseSwitch(world.database);
  const rules = { answer: knobs.decide, revision: 1 };
  const parts: GateParts = {
    clock: world.clock,
    newActionId: () => actionId.parse(randomUUID()),
    policy: {
      // Each other answer stands for other rules.
      get revision() {
        if (rules.answer !== knobs.decide) Object.assign(rules, { answer: knobs.decide, revision: rules.revision + 1 });
        return rules.revision;
      },
      decide(question) {
        world.questions.push(question);
        return knobs.rules?.(question) ?? knobs.decide;
      },
    },
    approvals,
    grants: { endDue: () => undefined, use: (id) => void world.granted.push(id), isRevoked: (id) => knobs.revokedGrants.has(id) },
    mayGrant: () => knobs.mayGrant,
    outbox: new Outbox(world.database, world.clock),
    transaction(work) {
      world.database.exec('BEGIN IMMEDIATE');
      try {
        const value = work();
        world.database.exec('COMMIT');
        return value;
      } catch (error) {
        world.database.exec('ROLLBACK');
        throw error;
      }
    },
    pause,
    activity: {
      append(event) {
        if (knobs.unrecordable.has(event.kind)) return Promise.reject(new Error('disk full'));
        if (record) return record.append(event);
        world.events.push(event);
        return knobs.slow.get(event.kind) ?? Promise.resolve();
      },
      actionsWithoutEnd: () => Promise.resolve(withoutEnd(world.events)),
    },
    contacts: { now: () => Promise.resolve(noContacts) },
    services: {
      open: () => Promise.resolve(knobs.mayUse ? { ...upstream, ...(knobs.hasOffers && { offers }) } : undefined),
      explain: () => undefined,
      findTool: (_agent, _connection, name) =>
        Promise.resolve(name === 'missing' ? undefined : { tool: { name, inputSchema: knobs.inputSchema }, upstream }),
      validate: (tool, args) => knobs.validate?.(tool, args) ?? (args['isWrong'] === true ? { ok: false, text: 'isWrong must not be there.' } : { ok: true }),
    },
    profiles: { of: () => undefined },
    agents: {
      name: () => 'Marketing Claw',
      isPaused: (id) => knobs.pausedAgents.has(id),
      isKnown: (id) => !knobs.forgottenAgents.has(id),
      mayUse: () => knobs.mayUse,
    },
    connectionName: () => 'Work mail',
    target: () => knobs.target,
    settings: () => ({ ...defaults, ...knobs.settings }),
    waitSeconds: () => ({ ...defaults, ...knobs.settings }).clientWaitSeconds,
    canAsk: () => knobs.canAsk,
    contact: () => 'it-help@acme.example',
    scrub: (text) => text.replaceAll('hunter2', '[secret removed]'),
    scrubJson: (value) => JSON.parse(JSON.stringify(value).replaceAll('hunter2', '[secret removed]')),
    secrets: {
      find: ({ name, arguments: args }) => knobs.secrets(JSON.stringify({ name, args })),
      mask: (value) => JSON.parse(JSON.stringify(value).replaceAll('ghp_found', '[secret removed]')),
    },
    disarm: (text) => text,
    report: () => undefined,
  };
  const gate = new Pipeline({ ...parts, ...over });
  return { gate, approvals, pause, knobs, proofs };
}

const defaults: Settings = {
  theme: 'system',
  language: 'system',
  answerWithinSeconds: 300,
  clientWaitSeconds: 50,
  sendHoldSeconds: 10,
  payHoldSeconds: 20,
  deleteHoldSeconds: 30,
  openAtLogin: false,
  signOutOnLock: false,
  notifications: true,
  ownDomains: ['acme.example'],
  workDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
  workStart: '00:00',
  workEnd: '00:00',
  watchReads: [],
  attachmentFolders: [],
  proxy: 'system',
  noProxy: [],
  caFile: '', allowedHosts: [], deniedHosts: [],
  isFirstRunDone: true,
};

function withoutEnd(events: readonly ActivityEvent[]): ActionId[] {
  const ended = new Set(events.filter((event) => event.kind === 'ended').map((event) => event.action));
  return events.filter((event) => event.kind === 'intent').map((event) => event.action).filter((id) => !ended.has(id));
}

export function request(args: JsonObject = { to: ['ana@northwind.example'] }, name = 'send_email', signal = new AbortController().signal): ActionRequest {
  return { kind: 'invokeTool', agent, connection, name, arguments: args, reach: null, signal, conversation: silence };
}

export function resourceRequest(uri: string, signal = new AbortController().signal): ActionRequest {
  return { kind: 'readResource', agent, connection, name: uri, arguments: {}, reach: null, signal, conversation: silence };
}

export function promptRequest(name: string, args: JsonObject = {}): ActionRequest {
  return { kind: 'getPrompt', agent, connection, name, arguments: args, reach: null, signal: new AbortController().signal, conversation: silence };
}

/** Answers the oldest open card as the person would, once it may be answered. */
export async function press(opened: ReturnType<typeof open>, world: World, answer: 'approve' | 'deny', reason: string | null = null) {
  await settle();
  await world.clock.advance(1000);
  const [card] = opened.approvals.waiting();
  if (!card) throw new Error('No card is waiting.');
  const result = opened.approvals.give({ id: card.id, digest: card.digest, answer, isConfirmed: true, reason });
  await settle();
  return result;
}

/** A send that is approved and waits out its hold. */
export async function held(world: World, app: ReturnType<typeof open>) {
  const answer = app.gate.perform(request());
  await press(app, world, 'approve');
  const [action] = app.gate.held();
  if (!action) throw new Error('Nothing is held.');
  return { answer, action: action.action };
}
