import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentId, type Message } from '../../preload/contract.ts';
import { say } from '../../main/model/say.ts';
import { OwnCommands, openclawMigrations } from '../../main/openclaw/own-commands.ts';
import { ManualClock } from '../gate/harness.ts';
import { goodToken, startGateway, type FakeGateway } from './fake-gateway.ts';

const claw = agentId.parse('marketing');
const patience = { timeout: 20_000 };

interface Secrets {
  readonly token: string;
  readonly deviceKey: string;
}

let gateway: FakeGateway;
let clock: ManualClock;
let database: DatabaseSync;
let kept: Map<string, Secrets>;
let locked: Message | null;
let ownCommands: OwnCommands;

beforeEach(async () => {
  gateway = await startGateway();
  clock = new ManualClock();
  database = new DatabaseSync(':memory:');
  for (const sql of openclawMigrations) database.exec(sql);
  kept = new Map();
  locked = null;
  ownCommands = open();
});

afterEach(async () => {
  await ownCommands.close();
  await gateway[Symbol.asyncDispose]();
});

function open(): OwnCommands {
  return new OwnCommands({
    database,
    clock,
    vault: {
      read: (url) => Promise.resolve(kept.get(url) ?? say('credential.problem.missing')),
      write(url, secrets) {
        if (locked === null) kept.set(url, secrets);
        return Promise.resolve(locked);
      },
      remove() {
        kept.clear();
        return Promise.resolve();
      },
    },
    gate: () => ({ perform: () => Promise.reject(new Error('Nobody asks here.')), wait: () => Promise.resolve(undefined) }),
    isKnown: (id) => id === claw,
    version: '1.2.3',
    report: () => undefined,
  });
}

const state = async (wanted: string): Promise<void> => {
  await vi.waitFor(() => expect(ownCommands.gateway?.state).toBe(wanted), patience);
};
/** The keys by which the gateway was asked to let this app in. */
const devices = (): readonly unknown[] => gateway.calls.filter(({ method }) => method === 'connect').map(({ params }) => (params as { readonly device?: { readonly id: string } }).device?.id);

test('a gateway that waits for its owner’s word is asked again, by the same key, until it lets this app in', async () => {
  gateway.wantsPairing = true;
  expect(await ownCommands.set(claw, gateway.url, goodToken)).toBeNull();
  await state('unpaired');
  await clock.advance(20_000);
  await vi.waitFor(() => expect(devices()).toHaveLength(2), patience);
  await state('unpaired');
  gateway.wantsPairing = false;
  expect(await ownCommands.set(claw, gateway.url, goodToken)).toBeNull();
  await state('connected');
  expect(new Set(devices()).size).toBe(1);
});

test('another gateway does not learn the key that the first one knows', async () => {
  await using other = await startGateway();
  await ownCommands.set(claw, gateway.url, goodToken);
  await state('connected');
  await ownCommands.set(claw, other.url, goodToken);
  await vi.waitFor(() => expect(other.connected).toHaveLength(1), patience);
  expect(other.connected[0]?.device?.id).not.toBe(gateway.connected[0]?.device?.id);
});

test('what is set up is there again at the next start, and gone once it was taken back', async () => {
  await ownCommands.set(claw, gateway.url, goodToken);
  await state('connected');
  await ownCommands.close();
  ownCommands = open();
  await ownCommands.start();
  await state('connected');
  expect(new Set(devices()).size).toBe(1);
  await ownCommands.remove();
  expect(kept.size).toBe(0);
  await ownCommands.close();
  ownCommands = open();
  await ownCommands.start();
  expect(ownCommands.gateway).toBeUndefined();
});

test('a keychain that cannot keep the token leaves everything as it was', async () => {
  locked = say('credential.problem.locked');
  expect(await ownCommands.set(claw, gateway.url, goodToken)).toEqual(locked);
  expect(ownCommands.gateway).toBeUndefined();
  expect(gateway.calls).toEqual([]);
});

test('only its own Claw has the commands, and only by their one name', async () => {
  await ownCommands.set(claw, gateway.url, goodToken);
  expect(ownCommands.findTool(claw, 'run_own_command')).toBeDefined();
  expect(ownCommands.findTool(claw, 'another')).toBeUndefined();
  expect(ownCommands.findTool(agentId.parse('finance'), 'run_own_command')).toBeUndefined();
});
