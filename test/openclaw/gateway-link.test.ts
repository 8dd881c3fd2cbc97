import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApprovalRequest, Resolved } from '../../main/openclaw/approval-request.ts';
import { newDeviceKey } from '../../main/openclaw/device-identity.ts';
import { GatewayLink, type LinkState } from '../../main/openclaw/gateway-link.ts';
import { goodToken, startGateway, type FakeGateway } from './fake-gateway.ts';

let gateway: FakeGateway;
let link: GatewayLink | undefined;
let states: LinkState[];
let requests: ApprovalRequest[];
let resolved: Resolved[];
let pending: string[][];
let reports: string[];

beforeEach(async () => {
  gateway = await startGateway();
  [states, requests, resolved, pending, reports] = [[], [], [], [], []];
});

afterEach(async () => {
  await link?.close();
  await gateway[Symbol.asyncDispose]();
});

function connect(token = goodToken, deviceKey = newDeviceKey()): GatewayLink {
  link = new GatewayLink({
    url: gateway.url,
    token,
    deviceKey,
    version: '1.2.3',
    onRequest: (request) => void requests.push(request),
    onResolved: (one) => void resolved.push(one),
    onPending: (ids) => void pending.push([...ids]),
    onState: (state) => void states.push(state),
    report: (problem) => void reports.push(problem),
  });
  link.start();
  return link;
}

/** Longer than the client's own first pauses between two attempts. */
const patience = { timeout: 20_000 };

describe('the link to a gateway of OpenClaw', () => {
  test('introduces itself as an approver, and calls nothing but the list and the answers', async () => {
    const { id, decision } = gateway.ask({ command: 'ls' });
    const opened = connect();
    await vi.waitFor(() => expect(requests.map((request) => request.id)).toEqual([id]), patience);
    expect(await opened.answer(id, 'allow-once')).toBe('taken');
    expect(await decision).toBe('allow-once');
    expect(gateway.connected[0]).toMatchObject({ role: 'operator', scopes: ['operator.admin', 'operator.approvals'], caps: ['exec-approvals'], client: { displayName: 'Countersign' } });
    expect(new Set(gateway.calls.map(({ method }) => method))).toEqual(new Set(['connect', 'exec.approval.list', 'exec.approval.resolve']));
  });

  test('tells what is asked later, and how it was settled', async () => {
    connect();
    await vi.waitFor(() => expect(pending).toEqual([[]]), patience);
    const { id } = gateway.ask({ command: 'make release', commandArgv: ['make', 'release'], cwd: '/srv', host: 'node', nodeId: 'n1', agentId: 'main', envKeys: ['CI'] });
    gateway.answerElsewhere(id, 'allow-always', 'Telegram');
    await vi.waitFor(() => expect(resolved).toEqual([{ id, answer: 'allowed', by: 'Telegram' }]), patience);
    expect(requests[0]).toMatchObject({ id, command: 'make release', argv: ['make', 'release'], folder: '/srv', host: 'node', node: 'n1', openclawAgent: 'main', variables: ['CI'] });
  });

  test('comes back after a break and tells what waits then', async () => {
    connect();
    await vi.waitFor(() => expect(states).toContain('connected'), patience);
    const before = gateway.ask({ command: 'sleep 1' });
    await vi.waitFor(() => expect(requests).toHaveLength(1), patience);
    await gateway.stop();
    await vi.waitFor(() => expect(states.at(-1)).toBe('disconnected'), patience);
    expect(await link!.answer(before.id, 'allow-once')).toBe('unsent');
    gateway.expire(before.id);
    const meanwhile = gateway.ask({ command: 'sleep 2' });
    await gateway.listen();
    await vi.waitFor(() => expect(pending.at(-1)).toEqual([meanwhile.id]), patience);
    expect(requests.at(-1)?.id).toBe(meanwhile.id);
  });

  test('says so when a wrong token is turned away, and does not try again', async () => {
    connect('a-wrong-token');
    await vi.waitFor(() => expect(states).toContain('refused'), patience);
    expect(gateway.calls.filter(({ method }) => method === 'connect')).toHaveLength(1);
    expect(reports.join()).not.toContain('a-wrong-token');
  });

  test('says so when the owner of the gateway has to let it in first', async () => {
    gateway.wantsPairing = true;
    connect();
    await vi.waitFor(() => expect(states).toContain('unpaired'), patience);
  });

  test('knows an answer that came too late from one that nobody heard', async () => {
    const opened = connect();
    await vi.waitFor(() => expect(pending).toHaveLength(1), patience);
    const { id } = gateway.ask({ command: 'ls' });
    gateway.answerElsewhere(id, 'deny', 'Somebody');
    expect(await opened.answer(id, 'allow-once')).toBe('gone');
    expect(await opened.answer('never-heard-of', 'allow-once')).toBe('gone');
    gateway.isMute = true;
    const other = gateway.ask({ command: 'ls' });
    const answer = opened.answer(other.id, 'allow-once');
    gateway.breakConnections();
    expect(await answer).toBe('unknown');
  });

  test('refuses what it cannot read, so that nobody waits for it', async () => {
    connect();
    await vi.waitFor(() => expect(pending).toHaveLength(1), patience);
    const { decision } = gateway.ask({ command: '', cwd: 7 });
    expect(await decision).toBe('deny');
    expect(requests).toEqual([]);
    for (const payload of [null, 'x', 7, {}, { id: '' }, { id: 'x'.repeat(501) }, { request: { command: 'ls' } }]) gateway.send('exec.approval.requested', payload);
    for (const payload of [null, [], { id: 3 }, { id: 'a', decision: 4 }]) gateway.send('exec.approval.resolved', payload);
    const { id } = gateway.ask({ command: 'ls' });
    await vi.waitFor(() => expect(requests.map((request) => request.id)).toEqual([id]), patience);
    expect(resolved.filter((one) => one.answer !== 'denied')).toEqual([]);
  });
});
