import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Approval, ConnectionId } from '../../preload/contract.ts';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { connectionCalls } from '../../main/ipc/connection-calls.ts';
import type { ActionAnswer } from '../../main/model/action.ts';
import { silence, type Conversation } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { claw, openedApp, withPolicy, type OpenedApp } from './opened-app.ts';

let app: OpenedApp;
let folder: string;
let workbench: ConnectionId;

beforeAll(async () => {
  app = await openedApp();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-workspace-')));
  const added = await connectionCalls(app.services).addWorkbenchConnection({ name: 'Reports', folder, isOnCopy: false, keys: [] });
  if (!added.ok) throw new Error(JSON.stringify(added));
  workbench = added.value.id;
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function perform(name: string, args: JsonObject, conversation: Conversation = silence, signal = new AbortController().signal): Promise<ActionAnswer> {
  return app.services.gate.perform({ kind: 'invokeTool', agent: claw, connection: workbench, name, arguments: args, reach: null, signal, conversation });
}

/** Asked about, and answered by the person once they could have read it. */
async function approved(name: string, args: JsonObject, conversation?: Conversation): Promise<{ readonly card: Approval; readonly answer: ActionAnswer }> {
  const asked = new Promise<Approval>((found) => app.services.approvals.onAsked(found));
  const answer = perform(name, args, conversation);
  const card = await Promise.race([asked, answer.then((early) => Promise.reject(new Error(`Not asked: ${JSON.stringify(early)}`)))]);
  await pause(650);
  const given = await approvalCalls(app.services).answerApproval({ id: card.id, digest: card.digest, answer: 'approve', isConfirmed: card.card.confirm !== null, reason: null });
  expect(given).toEqual({ ok: true, value: null });
  return { card, answer: await answer };
}

function textOf(answer: ActionAnswer): string {
  return JSON.stringify('result' in answer ? answer.result : answer);
}

describe('running code', () => {
  test('is asked about with its exact text, then done in the workspace and recorded as a command', async () => {
    const command = 'echo "total" > total.txt; cat total.txt; exit 3';
    const { card, answer } = await approved('run_command', { command });
    expect(card.card.risk).toBe('high');
    const line = card.card.rows.find((row) => row.kind === 'command');
    expect(line?.segments.map(({ text }) => text).join('')).toBe(command);
    expect(JSON.stringify(card.card.rows)).toContain(folder);
    expect(answer).toMatchObject({ outcome: 'done', result: { isError: true, structuredContent: { exitCode: 3, output: 'total\n' } } });
    expect(readFileSync(join(folder, 'total.txt'), 'utf8')).toBe('total\n');
    const detail = await app.services.activity.read((answer as { action: Approval['action'] }).action!);
    expect(detail?.arguments).toContain('total.txt');
  });

  test('takes Python and JavaScript with arguments', async () => {
    const python = await approved('run_python', { code: 'import sys\nprint(sys.argv[1:], 6 * 7)', arguments: ['a b', '--c'] });
    expect(textOf(python.answer)).toContain("['a b', '--c'] 42");
    const node = await approved('run_node', { code: 'console.log(process.argv.slice(2), 6 * 7)', arguments: ["it's"] });
    expect(textOf(node.answer)).toContain('42');
  });

  test('reaches nothing else, and says what was refused', async () => {
    const { answer } = await approved('run_command', { command: `cat ${homedir()}/.ssh/id_rsa ${app.home}/state.db; echo x > /usr/bin/owned; curl -sS -m 5 http://example.test` });
    expect(textOf(answer)).toContain('No such file');
    expect(textOf(answer)).toContain('The sandbox refused');
    expect(textOf(answer)).toContain('/usr/bin/owned');
    expect(existsSync('/usr/bin/owned')).toBe(false);
  });

  test('streams what it writes, and cuts what is too much in the middle', async () => {
    const told: JsonObject[] = [];
    const conversation: Conversation = { ...silence, wantsProgress: true, progress: (params) => void told.push(params) };
    const { answer } = await approved('run_command', { command: 'echo first; sleep 1; seq 1 100000' }, conversation);
    expect(JSON.stringify(told[0])).toContain('first');
    expect(textOf(answer)).toContain('in the middle were left out');
    expect(textOf(answer).length).toBeLessThan(400_000);
  });

  test('ends when it takes too long', async () => {
    const { answer } = await approved('run_command', { command: 'sleep 4713', timeoutSeconds: 1 });
    expect(textOf(answer)).toContain('took too long');
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 4713');
  });

  test('ends when everything is paused, and is told as unknown', async () => {
    const asked = new Promise<Approval>((found) => app.services.approvals.onAsked(found));
    const answer = perform('run_command', { command: 'touch began; sleep 4714' });
    const card = await asked;
    await pause(650);
    await approvalCalls(app.services).answerApproval({ id: card.id, digest: card.digest, answer: 'approve', isConfirmed: true, reason: null });
    while (!existsSync(join(folder, 'began'))) await pause(20);
    await approvalCalls(app.services).setPaused({ isPaused: true });
    expect(await answer).toMatchObject({ outcome: 'unknown' });
    await approvalCalls(app.services).setPaused({ isPaused: false });
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 4714');
  });

  test('shows characters that hide', async () => {
    const asked = new Promise<Approval>((found) => app.services.approvals.onAsked(found));
    void perform('run_command', { command: 'echo a\u202eb' });
    const { card, id, digest } = await asked;
    expect(JSON.stringify(card.unusual)).toContain('mark.hiddenCharacters');
    expect(JSON.stringify(card.rows)).toContain('U+202E');
    await approvalCalls(app.services).answerApproval({ id, digest, answer: 'deny', isConfirmed: false, reason: null });
  });
});

describe('files', () => {
  test('are written when approved, and read and listed without a question', async () => {
    const { card } = await approved('write_file', { path: 'may/./numbers.csv', content: 'a;b\n1;2\n' });
    expect(JSON.stringify(card.card.rows)).toContain('a;b');
    expect(readFileSync(join(folder, 'may/numbers.csv'), 'utf8')).toBe('a;b\n1;2\n');
    expect(await perform('read_file', { path: 'may/numbers.csv' })).toMatchObject({ outcome: 'done', result: { content: [{ text: 'a;b\n1;2\n' }] } });
    const listed = textOf(await perform('list_files', {}));
    expect(listed).toContain('may/numbers.csv  (8 bytes)');
    expect(listed).not.toContain('.bashrc');
  });

  test.each(['../x', 'a/../../x', '/etc/passwd', 'C:\\x', '..\\x', 'a\0b'])('outside of the workspace are refused before anything is asked: %j', async (path) => {
    expect(await perform('read_file', { path })).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
  });

  test('behind a link that leads out are not there', async () => {
    writeFileSync(join(app.home, 'secret'), 'secret-of-the-app');
    symlinkSync(app.home, join(folder, 'link'));
    expect(textOf(await perform('read_file', { path: 'link/secret' }))).not.toContain('secret-of-the-app');
    const { answer } = await approved('write_file', { path: 'link/planted', content: 'x' });
    expect(answer).toMatchObject({ result: { isError: true } });
    expect(existsSync(join(app.home, 'planted'))).toBe(false);
    rmSync(join(folder, 'link'));
  });
});

describe('rules', () => {
  test('name running code by its own action', async () => {
    app.deliver(withPolicy('@id("no-code")\n@title("No code")\n@reason("Not here.")\nforbid (principal, action == Action::"runCommand", resource in Connection::"reports");'));
    expect(await perform('run_command', { command: 'true' })).toMatchObject({ outcome: 'blocked' });
    expect(await perform('list_files', {})).toMatchObject({ outcome: 'done' });
    app.deliver(withPolicy('@id("code")\n@title("Code")\npermit (principal, action == Action::"runCommand", resource == Tool::"reports/run_command");'));
    expect(await perform('run_command', { command: 'echo allowed' })).toMatchObject({ outcome: 'done' });
    app.deliver({ state: 'absent' });
  });

  test('of the person reach it too', async () => {
    const calls = connectionCalls(app.services);
    await calls.setToolRule({ connection: workbench, tool: 'run_command', rule: 'never' });
    expect(await perform('run_command', { command: 'true' })).toMatchObject({ outcome: 'blocked' });
    const tools = await calls.listTools({ connection: workbench });
    expect(tools.ok && tools.value.find(({ name }) => name === 'run_command')).toMatchObject({ rule: 'never', isOwnChoice: true, effect: 'run' });
    await calls.setToolRule({ connection: workbench, tool: 'run_command', rule: null });
  });
});

test.each([
  ['the home', () => homedir(), 'too_wide'],
  ['what holds it', () => '/', 'too_wide'],
  ['our own state', () => app.home, 'our_own'],
  ['nothing', () => '/no/such/folder', 'not_there'],
])('%s cannot become a workspace', async (_name, path, problem) => {
  expect(await connectionCalls(app.services).addWorkbenchConnection({ name: 'Wrong', folder: path(), isOnCopy: false, keys: [] })).toMatchObject({ ok: false, problem: { id: `workbench.problem.${problem}` } });
});
