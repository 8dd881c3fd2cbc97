import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claw, openedApp, type OpenedApp } from '../app/opened-app.ts';
import type { Approval, ConnectionId } from '../../preload/contract.ts';
import type { ActionAnswer } from '../../main/model/action.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { silence } from '../../main/model/conversation.ts';
import { text } from './setting.ts';

const servers = join(import.meta.dirname, '../../node_modules/@modelcontextprotocol');
let folder: string;
let app: OpenedApp;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'countersign-profiles-')));
  app = await openedApp();
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function connect(name: string, args: readonly string[]): ConnectionId {
  return app.services.connections.add({ name, kind: 'command', config: { command: '/usr/bin/env', args: [...args] } }).id;
}

const connectFiles = (): ConnectionId => connect('Team files', [process.execPath, `${servers}/server-filesystem/dist/index.js`, folder]);
const connectMemory = (): ConnectionId => connect('Memory', [`MEMORY_FILE_PATH=${join(folder, 'memory.jsonl')}`, process.execPath, `${servers}/server-memory/dist/index.js`]);

function perform(connection: ConnectionId, name: string, args: JsonObject): Promise<ActionAnswer> {
  return app.services.gate.perform({ kind: 'invokeTool', agent: claw, connection, name, arguments: args, reach: null, signal: new AbortController().signal, conversation: silence });
}

async function ask(connection: ConnectionId, name: string, args: JsonObject): Promise<{ readonly card: Approval; readonly answer: Promise<ActionAnswer> }> {
  const asked = new Promise<Approval>((found) => app.services.approvals.onAsked(found));
  const answer = perform(connection, name, args);
  const over = answer.then((ended) => Promise.reject(new Error(`It was not asked about: ${JSON.stringify(ended)}`)));
  return { answer, card: await Promise.race([asked, over]) };
}

describe('the filesystem server', () => {
  test('every tool of it is known', async () => {
    const { catalog, profiles } = app.services;
    const files = connectFiles();
    const tools = await catalog.listConnection(files);
    expect(tools.length).toBeGreaterThan(10);
    expect(tools.filter((tool) => (profiles.of(files, tool)?.effect ?? 'unknown') === 'unknown').map(({ name }) => name)).toEqual([]);
  });

  test('reads without a question, and asks before it writes', async () => {
    await writeFile(join(folder, 'prices.txt'), 'old');
    const files = connectFiles();
    expect(await perform(files, 'read_text_file', { path: join(folder, 'prices.txt') })).toMatchObject({ kind: 'ended', outcome: 'done' });

    const { card, answer } = await ask(files, 'write_file', { path: join(folder, 'prices.txt'), content: 'new' });
    expect(text(card.card.headline)).toBe('Write this file?');
    expect(card.card.risk).toBe('normal');
    expect(await readFile(join(folder, 'prices.txt'), 'utf8')).toBe('old');
    app.services.approvals.give({ id: card.id, digest: card.digest, answer: 'deny', isConfirmed: false, reason: null });
    expect(await answer).toMatchObject({ outcome: 'denied' });
    expect(await readFile(join(folder, 'prices.txt'), 'utf8')).toBe('old');
  });

  test('is asked about with care when a Claw sends more than the tool is known for', async () => {
    await writeFile(join(folder, 'prices.txt'), 'old');
    const { card } = await ask(connectFiles(), 'read_text_file', { path: join(folder, 'prices.txt'), deleteAfterwards: true });
    expect(card.card).toMatchObject({ risk: 'high', headline: { id: 'card.generic.headline' } });
    expect(card.card.unusual.map((mark) => mark.text.id)).toContain('card.mark.unclearArguments');
  });
});

describe('the memory server', () => {
  test('every tool of it is known', async () => {
    const { catalog, profiles } = app.services;
    const memory = connectMemory();
    const tools = await catalog.listConnection(memory);
    expect(tools.filter((tool) => (profiles.of(memory, tool)?.effect ?? 'unknown') === 'unknown').map(({ name }) => name)).toEqual([]);
  });

  test('forgetting for good has to be confirmed', async () => {
    const { card } = await ask(connectMemory(), 'delete_entities', { entityNames: ['Ana', 'Bo'] });
    expect(card.card.risk).toBe('high');
    expect(card.card.confirm && text(card.card.confirm)).toBe('These 2 things may be forgotten for good');
    expect(app.services.approvals.give({ id: card.id, digest: card.digest, answer: 'approve', isConfirmed: false, reason: null })).not.toBe('ok');
  });
});

test('no tool of the server of everything is taken for one that is known', async () => {
  const everything = connect('Everything', [process.execPath, `${servers}/server-everything/dist/index.js`, 'stdio']);
  const tools = await app.services.catalog.listConnection(everything);
  expect(tools.length).toBeGreaterThan(5);
  expect(tools.filter((tool) => app.services.profiles.of(everything, tool) !== undefined)).toEqual([]);
});
