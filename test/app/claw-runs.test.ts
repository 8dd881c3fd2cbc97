import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Approval, ClawRunInput } from '../../preload/contract.ts';
import { agentCalls } from '../../main/ipc/agent-calls.ts';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { claw, openedApp, type OpenedApp } from './opened-app.ts';

let app: OpenedApp;
let folder: string;
let lists: string;

beforeEach(async () => {
  app = await openedApp();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-claw-')));
  lists = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-lists-')));
  writeFileSync(join(lists, 'prices.csv'), 'a;1\n');
});

afterEach(async () => {
  await app[Symbol.asyncDispose]();
  for (const one of [folder, lists]) rmSync(one, { recursive: true, force: true });
});

function config(command: string, more: Partial<ClawRunInput> = {}): ClawRunInput {
  return { command, folder, readable: [], writable: [], variables: '', startsWithApp: false, ...more };
}

async function started(command: string, more: Partial<ClawRunInput> = {}): Promise<void> {
  expect(await agentCalls(app.services).setClawRun({ id: claw, run: config(command, more) })).toEqual({ ok: true, value: { sees: expect.any(Array) } });
  expect(await agentCalls(app.services).startClaw({ id: claw })).toEqual({ ok: true, value: null });
}

const state = () => app.services.clawRuns.view(claw)?.state;
const log = (): string => app.services.clawRuns.log(claw).join('\n');
const processes = (): string => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });

/** A Claw in a few lines: it starts the `countersign` command as any MCP client would, and calls one tool. */
const clawScript = `
const { spawn } = require('node:child_process');
const [command, ...args] = JSON.parse(process.env.CONNECT);
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
const say = (message) => child.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
require('node:readline').createInterface({ input: child.stdout }).on('line', (line) => {
  const { id, result, error } = JSON.parse(line);
  if (id === 1) {
    say({ method: 'notifications/initialized' });
    say({ id: 2, method: 'tools/list' });
  } else if (id === 2) {
    const tool = result.tools.find(({ name }) => name.includes('send_email'));
    console.log('tool', tool.name);
    say({ id: 3, method: 'tools/call', params: { name: tool.name, arguments: { to: ['ana@example.com'], subject: 'From inside', text: 'Hello' } } });
  } else if (id === 3) console.log('answer', JSON.stringify(result ?? error));
});
say({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'claw', version: '1' } } });
`;

describe('a Claw that runs inside', () => {
  test('reaches its tools through the gate, and nothing else of this computer', async () => {
    writeFileSync(join(folder, 'claw.cjs'), clawScript);
    const { command, args } = app.services.launcher;
    const asked = new Promise<Approval>((found) => app.services.approvals.onAsked(found));
    await started(`${process.execPath} claw.cjs`, { variables: `CONNECT=${JSON.stringify([command, ...args, 'connect', '--agent', claw])}` });
    const card = await asked;
    expect(JSON.stringify(card.card.rows)).toContain('From inside');
    await pause(650);
    await approvalCalls(app.services).answerApproval({ id: card.id, digest: card.digest, answer: 'approve', isConfirmed: true, reason: null });
    await expect.poll(log, { timeout: 20_000 }).toMatch(/answer .*isError|answer .*content/);
    expect(state()).toBe('running');
    await agentCalls(app.services).stopClaw({ id: claw });
    expect(state()).toBe('stopped');
    expect(processes()).not.toContain('claw.cjs');
  }, 60_000);

  test('sees its own folder and the chosen ones, and no more', async () => {
    writeFileSync(join(app.home, 'secret'), 'secret-of-the-app');
    const line = `cat ${lists}/prices.csv; echo x > ${lists}/new; echo mine > mine.txt; ls -a ${homedir()}; cat ${app.home}/secret; echo "home $HOME"; curl -sS -m 5 http://127.0.0.1:1`;
    writeFileSync(join(folder, 'look.sh'), `#!/bin/bash\n${line}\necho over\n`);
    chmodSync(join(folder, 'look.sh'), 0o755);
    await started('/bin/bash look.sh', { readable: [lists] });
    await expect.poll(log, { timeout: 20_000 }).toContain('over');
    expect(log()).toContain('a;1');
    expect(log()).toContain(`home ${folder}/.home`);
    expect(log()).not.toContain('secret-of-the-app');
    expect(log()).toMatch(/Read-only|Permission/);
    expect(existsSync(join(lists, 'new'))).toBe(false);
    expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine\n');
    await expect.poll(state).toBe('stopped');
    expect(app.services.clawRuns.view(claw)?.last).toMatchObject({ code: 0, problem: null });
  }, 60_000);

  test('a place on the network is asked about, and the record tells what it was refused', async () => {
    const asked = new Promise<Approval>((found) => app.services.approvals.onAsked(found));
    await started(`/bin/bash -c "curl -sS -m 20 https://api.example.com; echo x > /usr/bin/owned; echo over"`);
    const card = await asked;
    expect(card.card.summary.values).toMatchObject({ place: 'api.example.com' });
    await pause(650);
    await approvalCalls(app.services).answerApproval({ id: card.id, digest: card.digest, answer: 'deny', isConfirmed: false, reason: null });
    await expect.poll(log, { timeout: 20_000 }).toContain('over');
    expect(log()).toContain('[refused]');
    await expect.poll(state).toBe('stopped');
    const file = join(app.home, 'activity.db');
    expect(existsSync(file)).toBe(true);
    await app.close();
    const kinds = execFileSync(process.execPath, ['-e', `const d=new (require('node:sqlite').DatabaseSync)(${JSON.stringify(file)},{readOnly:true});console.log(JSON.stringify(d.prepare("SELECT kind, body FROM events WHERE kind LIKE 'claw%'").all()))`], { encoding: 'utf8' });
    expect(kinds).toContain('claw_started');
    expect(kinds).toContain('claw_ended');
    expect(kinds).toContain('/usr/bin/owned');
  }, 60_000);
});

function beatOf(place: string): string {
  const file = join(place, 'beat');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

async function isBeating(): Promise<boolean> {
  const before = beatOf(folder);
  await pause(700);
  return beatOf(folder) !== before;
}

describe('stopping', () => {
  const beat = `/bin/bash -c "while true; do date +%s%N > beat; sleep 0.1; done"`;

  test('Pause all freezes it at once, and it goes on afterwards where it was', async () => {
    await started(beat);
    await expect.poll(isBeating, { timeout: 10_000 }).toBe(true);
    await approvalCalls(app.services).setPaused({ isPaused: true });
    await expect.poll(state).toBe('frozen');
    await pause(200);
    expect(await isBeating()).toBe(false);
    expect(await agentCalls(app.services).startClaw({ id: claw })).toMatchObject({ ok: false, problem: { id: 'clawRun.problem.paused' } });
    await approvalCalls(app.services).setPaused({ isPaused: false });
    await expect.poll(isBeating, { timeout: 10_000 }).toBe(true);
    expect(state()).toBe('running');
  }, 60_000);

  test('pausing that Claw freezes it, and a frozen one can be stopped', async () => {
    await started(beat);
    await expect.poll(isBeating, { timeout: 10_000 }).toBe(true);
    void agentCalls(app.services).setAgentPaused({ id: claw, isPaused: true });
    await expect.poll(state).toBe('frozen');
    await agentCalls(app.services).stopClaw({ id: claw });
    expect(state()).toBe('stopped');
    expect(processes()).not.toContain(folder);
  }, 60_000);

  test('restarting, forgetting and closing leave nothing of it', async () => {
    await started('/bin/bash -c "echo began; sleep 4715"');
    await expect.poll(() => processes().includes('sleep 4715'), { timeout: 10_000 }).toBe(true);
    expect(await agentCalls(app.services).restartClaw({ id: claw })).toEqual({ ok: true, value: null });
    await expect.poll(() => log().split('began').length, { timeout: 10_000 }).toBe(3);
    expect(processes().match(/^sleep 4715$/gm)).toHaveLength(1);
    await app.close();
    expect(processes()).not.toMatch(/^sleep 4715$/m);
    app = await openedApp(app.home);
    expect(app.services.clawRuns.view(claw)).toMatchObject({ state: 'stopped', command: '/bin/bash -c "echo began; sleep 4715"' });
    expect(await agentCalls(app.services).startClaw({ id: claw })).toEqual({ ok: true, value: null });
    void agentCalls(app.services).forgetAgent({ id: claw });
    await expect.poll(() => processes().match(/^sleep 4715$/m), { timeout: 10_000 }).toBe(null);
    await expect.poll(() => app.services.clawRuns.view(claw)).toBe(null);
  }, 60_000);

  test('with the app starts what is meant to', async () => {
    expect(await agentCalls(app.services).setClawRun({ id: claw, run: config('/bin/sleep 4716', { startsWithApp: true }) })).toMatchObject({ ok: true });
    expect(state()).toBe('stopped');
    await app.close();
    app = await openedApp(app.home);
    await expect.poll(state, { timeout: 10_000 }).toBe('running');
    await expect.poll(() => app.services.clawRuns.view(claw)?.figures, { timeout: 10_000 }).toMatchObject({ processes: expect.any(Number) });
  }, 60_000);
});

describe('what cannot be', () => {
  test.each([
    ['command', config('cat a | sh')],
    ['command', config('$PROGRAM')],
    ['program', config('no-such-program-here')],
    ['variables', config('/bin/true', { variables: 'no equals sign' })],
    ['secret', config('/bin/true', { variables: `API_KEY=ghp_${'a1B2c3D4e5'.repeat(3)}F6g7h8` })],
    ['too_wide', config('/bin/true', { writable: ['~'] })],
    ['not_there', config('/bin/true', { readable: ['/no/such/folder'] })],
  ])('is told: %s %j', async (problem, run) => {
    const told = await agentCalls(app.services).setClawRun({ id: claw, run: { ...run, folder } });
    expect(told).toMatchObject({ ok: false, problem: { id: `clawRun.problem.${problem}` } });
    expect(app.services.clawRuns.view(claw)).toBe(null);
  });

  test('Countersign’s own state is no folder of a Claw', async () => {
    expect(await agentCalls(app.services).setClawRun({ id: claw, run: config('/bin/true', { readable: [app.home] }) })).toMatchObject({ ok: false, problem: { id: 'clawRun.problem.our_own' } });
  });
});
