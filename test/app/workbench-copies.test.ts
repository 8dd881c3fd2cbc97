import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Approval, ChangedFile, ConnectionId } from '../../preload/contract.ts';
import { agentCalls } from '../../main/ipc/agent-calls.ts';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { connectionCalls } from '../../main/ipc/connection-calls.ts';
import type { ActionAnswer } from '../../main/model/action.ts';
import { silence } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { workspacesDirectory } from '../../main/paths.ts';
import { claw, openedApp, withPolicy, type OpenedApp } from './opened-app.ts';

let app: OpenedApp;
let folder: string;
let workbench: ConnectionId;

beforeEach(async () => {
  app = await openedApp();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-workspace-')));
  writeFileSync(join(folder, 'may.csv'), 'name;sum\r\nAda;10\r\nBob;20\r\n');
  writeFileSync(join(folder, 'old.txt'), 'old\n');
  mkdirSync(join(folder, 'in/deep'), { recursive: true });
  writeFileSync(join(folder, 'in/deep/only.txt'), 'only\n');
  await add();
});

afterEach(async () => {
  await app[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
  rmSync(workspacesDirectory(app.home), { recursive: true, force: true });
});

async function add(): Promise<void> {
  const added = await connectionCalls(app.services).addWorkbenchConnection({ name: 'Reports', folder, isOnCopy: true, keys: [] });
  if (!added.ok) throw new Error(JSON.stringify(added));
  workbench = added.value.id;
}

function perform(name: string, args: JsonObject, agent = claw): Promise<ActionAnswer> {
  return app.services.gate.perform({ kind: 'invokeTool', agent, connection: workbench, name, arguments: args, reach: null, signal: new AbortController().signal, conversation: silence });
}

const run = (command: string): Promise<ActionAnswer> => perform('run_command', { command });

/** Asks to keep these, up to the card. */
async function asked(files: readonly string[]): Promise<{ readonly card: Approval; readonly answer: Promise<ActionAnswer> }> {
  const found = new Promise<Approval>((resolve) => app.services.approvals.onAsked(resolve));
  const answer = perform('keep_changes', { files: [...files] });
  const card = await Promise.race([found, answer.then((early) => Promise.reject(new Error(`Not asked: ${JSON.stringify(early)}`)))]);
  await pause(650);
  return { card, answer };
}

async function approve({ id, digest, card }: Approval): Promise<void> {
  expect(await approvalCalls(app.services).answerApproval({ id, digest, answer: 'approve', isConfirmed: card.confirm !== null, reason: null })).toEqual({ ok: true, value: null });
}

function filesOn({ card }: Approval): readonly ChangedFile[] {
  return card.rows.flatMap((row) => (row.kind === 'changes' ? row.files : []));
}

const inFolder = (path: string): string => readFileSync(join(folder, path), 'utf8');
const textOf = (answer: ActionAnswer): string => JSON.stringify('result' in answer ? answer.result : answer);

describe('work on a copy', () => {
  test('needs no question, changes nothing in the folder, and goes on where it was', async () => {
    const first = await run('echo "Eve;30" >> may.csv; rm old.txt; mkdir new; echo n > new/n.txt');
    expect(first).toMatchObject({ outcome: 'done', result: { structuredContent: { exitCode: 0, notKept: [{ path: 'may.csv', change: 'changed' }, { path: 'new/n.txt', change: 'added' }, { path: 'old.txt', change: 'deleted' }] } } });
    expect(textOf(first)).toContain('keep_changes');
    expect(inFolder('may.csv')).not.toContain('Eve');
    expect(existsSync(join(folder, 'old.txt'))).toBe(true);
    expect(textOf(await perform('read_file', { path: 'may.csv' }))).toContain('Eve;30');
    expect(textOf(await perform('write_file', { path: 'b.txt', content: 'b' }))).toContain('not in the folder yet');
    expect(readdirSync(folder).sort()).toEqual(['in', 'may.csv', 'old.txt']);
  });

  test('is judged by rules like everything else', async () => {
    app.deliver(withPolicy('@id("no-code")\n@title("No code")\n@reason("Not here.")\nforbid (principal, action == Action::"runCommand", resource) when { context.facts has isOnCopy };'));
    expect(await run('true')).toMatchObject({ outcome: 'blocked' });
  });

  test('begins with the folder as it is now, as long as nothing waits in it', async () => {
    await run('cat may.csv');
    writeFileSync(join(folder, 'may.csv'), 'new by hand\n');
    expect(textOf(await run('cat may.csv'))).toContain('new by hand');
    await run('echo mine > mine.txt');
    writeFileSync(join(folder, 'later.txt'), 'later');
    expect(textOf(await run('ls'))).toContain('mine.txt');
  });

  test('is another one for every Claw, and stays over a restart', async () => {
    await run('echo mine > mine.txt');
    const other = app.services.agents.add('Finance');
    expect(textOf(await perform('list_files', {}, other!.id))).not.toContain('mine.txt');
    await app.close();
    app = await openedApp(app.home);
    const { card, answer } = await asked(['mine.txt']);
    await approve(card);
    expect(await answer).toMatchObject({ outcome: 'done' });
    expect(inFolder('mine.txt')).toBe('mine\n');
  });

  test('goes when it is dropped, when the Claw is forgotten, and with the connection', async () => {
    await run('echo mine > mine.txt; mkdir shut; echo x > shut/x; chmod 000 shut');
    expect(await perform('discard_changes', {})).toMatchObject({ outcome: 'done' });
    expect(textOf(await run('ls'))).not.toContain('mine.txt');
    const place = join(workspacesDirectory(app.home), workbench, claw);
    expect(existsSync(place)).toBe(true);
    void agentCalls(app.services).forgetAgent({ id: claw });
    await expect.poll(() => existsSync(place)).toBe(false);
    app.services.agents.add('Marketing');
    await connectionCalls(app.services).removeConnection({ id: workbench });
    expect(existsSync(join(workspacesDirectory(app.home), workbench))).toBe(false);
  });

  test('is refused where the folder cannot be copied, and no workspace is chosen among the copies', async () => {
    chmodSync(join(folder, 'in'), 0o755);
    const inside = join(workspacesDirectory(app.home), 'x');
    mkdirSync(inside, { recursive: true });
    expect(await connectionCalls(app.services).addWorkbenchConnection({ name: 'Copies', folder: inside, isOnCopy: false, keys: [] })).toMatchObject({ ok: false, problem: { id: 'workbench.problem.our_own' } });
  });
});

describe('keeping', () => {
  test('shows each file with its lines, then puts exactly those into the folder', async () => {
    await run(`printf 'name;sum\\r\\nAda;10\\r\\nBob;25\\r\\n' > may.csv; rm -r in; echo n > n.txt; chmod +x n.txt`);
    const { card, answer } = await asked(['may.csv', 'in/deep/only.txt', 'n.txt']);
    expect(filesOn(card)).toMatchObject([
      { path: 'may.csv', change: 'changed', lines: [{ kind: 'skipped', count: 2 }, { kind: 'removed', text: 'Bob;20' }, { kind: 'added', text: 'Bob;25' }, { kind: 'same' }] },
      { path: 'in/deep/only.txt', change: 'deleted', lines: [{ kind: 'removed', text: 'only' }] },
      { path: 'n.txt', change: 'added', lines: [{ kind: 'added', text: 'n' }], marks: [{ text: { id: 'mark.becomesProgram' } }] },
    ]);
    expect(card.card.grants ?? []).toEqual([]);
    await approve(card);
    expect(await answer).toMatchObject({ outcome: 'done', result: { structuredContent: { kept: ['may.csv', 'in/deep/only.txt', 'n.txt'], failed: [], notKept: [] } } });
    expect(inFolder('may.csv')).toContain('Bob;25\r\n');
    expect(existsSync(join(folder, 'in'))).toBe(false);
    expect(lstatSync(join(folder, 'n.txt')).mode & 0o7777).toBe(0o755);
    expect(textOf(await run('true'))).not.toContain('not in the folder yet');
  });

  test('keeps some, when the person unticks others', async () => {
    await run('echo 1 > one.txt; echo 2 > two.txt; echo 3 > three.txt');
    const { card, answer } = await asked(['one.txt', 'two.txt', 'three.txt']);
    const calls = approvalCalls(app.services);
    const started = await calls.startEdit({ id: card.id, digest: card.digest });
    expect(started).toMatchObject({ ok: true, value: { fields: [{ at: '/files', kind: 'choice', options: ['one.txt', 'two.txt', 'three.txt'] }] } });
    expect(await calls.editApproval({ id: card.id, digest: card.digest, edits: [{ at: '/files', value: ['one.txt', 'may.csv'] }] })).toMatchObject({ value: { kind: 'wrong', problems: [{ at: '/files', problem: { id: 'edit.problem.choice' } }] } });
    expect(await calls.editApproval({ id: card.id, digest: card.digest, edits: [{ at: '/files', value: [] }] })).toMatchObject({ value: { kind: 'wrong' } });
    const edited = await calls.editApproval({ id: card.id, digest: card.digest, edits: [{ at: '/files', value: ['three.txt', 'one.txt'] }] });
    if (!edited.ok || edited.value.kind !== 'shown') throw new Error(JSON.stringify(edited));
    const now = app.services.approvals.ofAction(card.action!)!;
    expect(filesOn(now).map(({ path }) => path)).toEqual(['one.txt', 'three.txt']);
    await pause(650);
    await approve(now);
    expect(await answer).toMatchObject({ outcome: 'done_with_changes', changedFields: ['files'], result: { structuredContent: { kept: ['one.txt', 'three.txt'], notKept: ['two.txt'] } } });
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['one.txt', 'three.txt']));
    expect(existsSync(join(folder, 'two.txt'))).toBe(false);
  });

  test('of what is not changed, or of a copy that something runs in, is refused', async () => {
    await run('echo 1 > one.txt');
    expect(await perform('keep_changes', { files: ['may.csv'] })).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
    expect(await perform('keep_changes', { files: ['../one.txt'] })).toMatchObject({ kind: 'rejected', code: 'invalid_arguments' });
    const running = run('sleep 3');
    await pause(1500);
    expect(await perform('keep_changes', { files: ['one.txt'] })).toMatchObject({ kind: 'rejected', code: 'unavailable', text: expect.stringContaining('still going on') });
    await running;
  });

  test('what changed after the card was shown is not kept: in the copy', async () => {
    await run('echo good > one.txt');
    const { card, answer } = await asked(['one.txt']);
    await run('echo evil > one.txt');
    await approve(card);
    expect(await answer).toMatchObject({ outcome: 'failed', text: expect.stringContaining('not any more what it was') });
    expect(existsSync(join(folder, 'one.txt'))).toBe(false);
  });

  test('what changed after the card was shown is not kept: in the folder', async () => {
    await run('echo mine > may.csv');
    const { card, answer } = await asked(['may.csv']);
    writeFileSync(join(folder, 'may.csv'), 'by hand\n');
    await approve(card);
    expect(await answer).toMatchObject({ outcome: 'failed' });
    expect(inFolder('may.csv')).toBe('by hand\n');
  });

  test('over what the person changed meanwhile is said, and takes a tick', async () => {
    await run('echo mine > may.csv');
    writeFileSync(join(folder, 'may.csv'), 'by hand\n');
    const { card } = await asked(['may.csv']);
    expect(card.card).toMatchObject({ risk: 'high', confirm: { id: 'card.workbench.keep.confirm' }, unusual: [{ text: { id: 'mark.changedMeanwhile' } }] });
    expect(JSON.stringify(filesOn(card))).toContain('by hand');
    await approvalCalls(app.services).answerApproval({ id: card.id, digest: card.digest, answer: 'deny', isConfirmed: false, reason: null });
  });

  test('what is no text, or far too long, is named and not shown', async () => {
    await run('head -c 3000 /dev/urandom > a.bin; seq 1 100000 > long.txt; touch empty.txt');
    const { card } = await asked(['a.bin', 'long.txt', 'empty.txt']);
    expect(filesOn(card)).toMatchObject([{ path: 'a.bin', bytes: 3000, lines: null }, { path: 'long.txt', lines: null }, { path: 'empty.txt', bytes: 0, lines: [] }]);
  });
});

describe('nobody gets out by keeping', () => {
  test('links, sockets and names with line breaks are never kept', async () => {
    const answer = await run(`ln -s /etc/passwd link.txt; mkfifo pipe; touch $'a\\nb'; rm may.csv; ln -s ../secret may.csv`);
    expect(textOf(answer)).toContain('4 of what you changed cannot be kept');
    for (const path of ['link.txt', 'pipe', 'may.csv']) expect(await perform('keep_changes', { files: [path] })).toMatchObject({ kind: 'rejected' });
    expect(inFolder('may.csv')).toContain('Ada');
  });

  test('a link in the folder leads nowhere', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-outside-')));
    symlinkSync(outside, join(folder, 'out'));
    symlinkSync(join(outside, 'file'), join(folder, 'file.txt'));
    await run('rm out file.txt; mkdir out; echo x > out/planted; echo x > file.txt; true');
    expect(await perform('keep_changes', { files: ['out/planted'] })).toMatchObject({ kind: 'rejected' });
    expect(await perform('keep_changes', { files: ['file.txt'] })).toMatchObject({ kind: 'rejected' });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  test('a link put into the folder while the card waits leads nowhere either', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-outside-')));
    await run('mkdir sub; echo x > sub/planted');
    const { card, answer } = await asked(['sub/planted']);
    symlinkSync(outside, join(folder, 'sub'));
    await approve(card);
    expect(await answer).toMatchObject({ outcome: 'failed' });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  test('what other programs run by themselves is not written', async () => {
    await run('mkdir repo; cd repo; git init -q . 2>&1; mkdir -p .git/hooks; echo evil > .git/hooks/post-checkout; echo evil > ../.bashrc; true');
    const waiting = textOf(await run('true'));
    expect(waiting).toContain('repo/.git/HEAD');
    expect(waiting).toContain('such as .git/hooks');
    for (const path of ['repo/.git/hooks/post-checkout', 'repo/.git/config', '.bashrc']) expect(await perform('keep_changes', { files: [path] })).toMatchObject({ kind: 'rejected' });
    expect(existsSync(join(folder, '.bashrc'))).toBe(false);
    expect(existsSync(join(folder, 'repo/.git/hooks/post-checkout'))).toBe(false);
  });

  test('characters that hide are shown', async () => {
    await run(`printf 'safe\\u202egnp.exe\\n' > a.txt`);
    const { card } = await asked(['a.txt']);
    expect(card.card.unusual).toMatchObject([{ text: { id: 'mark.hiddenCharacters' } }]);
    expect(JSON.stringify(filesOn(card))).toContain('U+202E');
  });
});
