import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openclawCalls } from '../../main/ipc/openclaw-calls.ts';
import { RecordFigures } from '../../main/ipc/record-figures.ts';
import { viewAgents } from '../../main/ipc/snapshot.ts';
import { findGateway } from '../../main/openclaw/find-gateway.ts';
import { gatewayAddress } from '../../main/openclaw/gateway-address.ts';
import { agentId } from '../../preload/contract.ts';
import { claw, openedApp } from '../app/opened-app.ts';
import { goodToken, startGateway } from './fake-gateway.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'openclaw-home-'));
  await mkdir(join(home, '.openclaw'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const write = (config: unknown): Promise<void> => writeFile(join(home, '.openclaw/openclaw.json'), typeof config === 'string' ? config : JSON.stringify(config));

describe('the gateway in OpenClaw’s own file', () => {
  test('is found with its port, its token and whether it uses TLS', async () => {
    await write({ gateway: { port: 18_790, auth: { mode: 'token', token: 'abc' } }, tools: {} });
    expect(await findGateway(home)).toEqual({ url: 'ws://127.0.0.1:18790/', token: 'abc' });
    await write({ gateway: { tls: { enabled: true }, auth: { token: 'abc' } } });
    expect(await findGateway(home)).toEqual({ url: 'wss://127.0.0.1:18789/', token: 'abc' });
  });

  test.each([
    ['there is no file', undefined],
    ['it is not JSON', '{ gateway: {} }'],
    ['it names no gateway', {}],
    ['it wants a password', { gateway: { auth: { mode: 'password', password: 'x', token: 'abc' } } }],
    ['the token is a reference', { gateway: { auth: { token: '${OPENCLAW_GATEWAY_TOKEN}' } } }],
    ['the token is kept elsewhere', { gateway: { auth: { token: { source: 'env', id: 'X' } } } }],
    ['the port is none', { gateway: { port: 70_000, auth: { token: 'abc' } } }],
    ['it is larger than any such file', `{"gateway":{"auth":{"token":"abc"}},"x":"${'x'.repeat(1_000_001)}"}`],
  ])('is none where %s', async (_what, config) => {
    if (config !== undefined) await write(config);
    expect(await findGateway(home)).toBeNull();
  });
});

describe('the address of a gateway', () => {
  test.each([
    ['ws://127.0.0.1:18789', 'ws://127.0.0.1:18789/'],
    [' ws://localhost:1 ', 'ws://localhost:1/'],
    ['ws://[::1]:18789/', 'ws://[::1]:18789/'],
    ['wss://claw.example', 'wss://claw.example/'],
  ])('%s is taken', (text, address) => expect(gatewayAddress(text)).toBe(address));

  test.each(['', 'claw.example', 'http://127.0.0.1:18789', 'ws://claw.example', 'ws://192.168.1.4:18789', 'ws://127.0.0.1.example', 'ws://localhost.example', 'ws://0x7f.example', 'wss://me:secret@claw.example', 'wss://claw.example/?token=x', 'wss://claw.example/#x', 'file:///etc/passwd'])('%s is not', (text) => {
    expect(gatewayAddress(text)).toBeNull();
  });
});

describe('what the window asks for', () => {
  test('begins and ends it; the token of the file never goes to the window, and what cannot be is told in words', async () => {
    await using gateway = await startGateway();
    await using app = await openedApp();
    const calls = openclawCalls(app.services);
    const before = process.env['HOME'];
    process.env['HOME'] = home;
    try {
      expect(await calls.answerOwnCommands({ id: claw, gateway: null })).toMatchObject({ ok: false, problem: { id: 'openclaw.problem.notFound' } });
      await write({ gateway: { port: Number(new URL(gateway.url).port), auth: { token: goodToken } } });
      expect(await calls.answerOwnCommands({ id: claw, gateway: null })).toEqual({ ok: true, value: null });
    } finally {
      process.env['HOME'] = before;
    }
    const shown = viewAgents(app.services, new RecordFigures(app.services.activity, app.services.clock));
    expect(shown.find(({ id }) => id === claw)?.ownCommands?.gateway).toBe(gateway.url);
    expect(JSON.stringify(shown)).not.toContain(goodToken);
    expect(await calls.answerOwnCommands({ id: claw, gateway: { url: 'ws://claw.example', token: 'x' } })).toMatchObject({ ok: false, problem: { id: 'openclaw.problem.address' } });
    expect(app.services.ownCommands.gateway?.url).toBe(gateway.url);
    expect(await calls.answerOwnCommands({ id: agentId.parse('nobody'), gateway: null })).toMatchObject({ ok: false, problem: { id: 'agent.problem.gone' } });
    expect(await calls.stopOwnCommands()).toEqual({ ok: true, value: null });
    expect(app.services.ownCommands.gateway).toBeUndefined();
  });
});
