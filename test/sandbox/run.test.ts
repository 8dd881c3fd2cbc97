import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetworkAttempt, NetworkDecision } from '../../main/sandbox/network.ts';
import { FolderUse } from '../../main/sandbox/folder-use.ts';
import { Machine, readAll } from './harness.ts';

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.make();
}, 60_000);

afterAll(() => machine.remove());

/** Processes of this machine whose command line holds the word. */
function processesWith(word: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 400; round += 1) {
    if (condition()) return;
    await delay(25);
  }
  throw new Error('It did not come to that.');
}

const plainly = { refusesOpaque: false, refusedNetworks: [] };

describe('the sandbox of this machine', () => {
  test('is complete', async () => {
    expect(await machine.sandbox.check()).toEqual({ state: 'full' });
  });

  test.runIf(process.getuid?.() === 0)('is called reduced where the administrator runs the app', async () => {
    const administrators = await Machine.make(false);
    expect(await administrators.sandbox.check()).toMatchObject({ state: 'reduced', why: 'administrator' });
    await administrators.remove();
  });
});

describe('a run', () => {
  test('gives its output, its errors and its exit code', async () => {
    const ended = await machine.script('echo out; echo err >&2; exit 7');
    expect(ended).toMatchObject({ output: 'out\n', error: 'err\n', code: 7, signal: null, limit: null, isStopped: false, isLost: false });
  });

  test('gets its arguments as they are, with no shell between', async () => {
    const words = ['a b', "it's", '"', '$HOME', '`id`', '\\', '*', '', '!', 'line\nline', 'ünï'];
    const { output } = await machine.run(['/usr/bin/printf', '%s|', ...words]);
    expect(output).toBe(words.map((word) => `${word}|`).join(''));
  });

  test('reads what it is given on standard input', async () => {
    const run = await machine.start(['/bin/cat']);
    run.input.end('one two');
    expect(await readAll(run.output)).toBe('one two');
    expect((await run.end).code).toBe(0);
  });

  test('starts in its folder and keeps what it writes there', async () => {
    const { output } = await machine.script('pwd; echo kept > kept.txt');
    expect(output.trim()).toBe(machine.workspace);
    expect(readFileSync(join(machine.workspace, 'kept.txt'), 'utf8')).toBe('kept\n');
  });

  test('reads a folder that it may only read, and cannot change it', async () => {
    const folder = join(machine.folder, 'papers');
    await mkdir(folder);
    await writeFile(join(folder, 'a.txt'), 'paper');
    machine.own();
    const ended = await machine.script(`cat ${folder}/a.txt; echo x > ${folder}/a.txt`, { readable: [folder] });
    expect(ended.output).toBe('paper');
    expect(ended.code).not.toBe(0);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('paper');
  });

  test('has the environment it was given and nothing of the app’s', async () => {
    const { output } = await machine.run(['/usr/bin/env'], { environment: { GIVEN: 'yes' } });
    expect(output).toContain('GIVEN=yes');
    expect(output).toContain('TMPDIR=/tmp');
    expect(output).not.toContain('VITEST');
    expect(output).not.toContain(machine.home);
  });

  test('what it writes to its own temporary folder is no refusal, and what it writes elsewhere is', async () => {
    const { violations } = await machine.script('mkdir -p /tmp/mine/cache && echo x > /tmp/mine/cache/file; echo x > /usr/bin/owned; true');
    expect(violations.join('\n')).toContain('/usr/bin/owned');
    expect(violations.join('\n')).not.toContain('/tmp/mine');
  });

  test('has a temporary folder of its own that is gone with it', async () => {
    await machine.script('echo secret > /tmp/mine');
    const { output } = await machine.script('ls /tmp');
    expect(output).not.toContain('mine');
  });

  test('leaves nothing of the sandbox in its folder', async () => {
    await machine.script('true');
    expect((await readdir(machine.workspace)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('runs Python and Node', async () => {
    const python = await machine.run(['/usr/bin/python3', '-c', 'print(sum(range(10)))']);
    expect(python.output).toBe('45\n');
    const node = await machine.run([process.execPath, '-e', 'console.log([1, 2].map((n) => n * 2).join())'], { readable: [process.execPath] });
    expect(node.error).toBe('');
    expect(node.output).toBe('2,4\n');
  });

  test('that cannot start says so as a shell would', async () => {
    const ended = await machine.run(['/no/such/program']);
    expect(ended.code).toBe(127);
    expect(ended.error).toMatch(/no such file/i);
  });

  test('reaches the broker’s socket, and by it alone', async () => {
    const path = join(machine.state, 'b.sock');
    const server = createServer((socket) => socket.end('hello from the broker\n'));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    machine.own();
    const { output } = await machine.script('exec 3<>/dev/tcp/${COUNTERSIGN_BROKER%:*}/${COUNTERSIGN_BROKER#*:}; cat <&3', { brokerSocket: path });
    server.close();
    expect(output).toBe('hello from the broker\n');
  });
});

describe('runs in one folder', () => {
  test('come one after another, so that none takes what protects names away from another', async () => {
    const [first, second] = await Promise.all([machine.script('echo first >> order; sleep 1; echo first >> order; echo x > .envrc'), machine.script('echo second >> order; echo x > .envrc')]);
    expect([first.code, second.code]).toEqual([1, 1]);
    expect(readFileSync(join(machine.workspace, 'order'), 'utf8')).toMatch(/^(?:first\nfirst\nsecond\n|second\nfirst\nfirst\n)$/);
    expect((await readdir(machine.workspace)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('that only read it wait for nobody', async () => {
    const writing = await machine.start(['/bin/bash', '-c', 'echo up; sleep 30']);
    await new Promise((resolve) => writing.output.once('data', resolve));
    expect(await machine.script('ls; echo read', { readable: [machine.workspace], writable: [] })).toMatchObject({ code: 0, output: expect.stringContaining('read') });
    await writing.stop();
  });

  test('are refused when another does not end', async () => {
    const use = new FolderUse(50);
    const end = await use.take(['/a/b']);
    expect(await use.take(['/a'])).toBeUndefined();
    expect(await use.take(['/a/b/c'])).toBeUndefined();
    expect(await use.take(['/a/bc'])).toBeDefined();
    end?.();
    expect(await use.take(['/a/b'])).toBeDefined();
  });

  test('start where settings of tools are there in part, and cannot add to them', async () => {
    const folder = join(machine.workspace, '.claude');
    await mkdir(folder);
    await writeFile(join(folder, 'settings.json'), '{}');
    machine.own();
    const ended = await machine.script('cat .claude/settings.json; mkdir .claude/commands || echo x > .claude/commands || echo x > .claude/settings.json');
    expect(ended.output).toBe('{}');
    expect(ended.code).not.toBe(0);
    expect(await readdir(folder)).toEqual(['settings.json']);
    await rm(folder, { recursive: true });
  });
});

describe('the end of a run', () => {
  test('comes when it is stopped, with all that it started', async () => {
    const run = await machine.start(['/bin/bash', '-c', 'setsid sleep 4711.1 & (setsid sleep 4711.1 &) & echo up; wait']);
    run.output.once('data', () => void run.stop());
    expect(await run.end).toMatchObject({ isStopped: true, isLost: false });
    expect(processesWith('4711.1')).toEqual([]);
  });

  test('takes what goes on in the background with it', async () => {
    const ended = await machine.script('setsid nohup sleep 4711.2 >/dev/null 2>&1 & echo done');
    expect(ended.output).toBe('done\n');
    expect(processesWith('4711.2')).toEqual([]);
  });

  test('comes when its helper is killed', async () => {
    const run = await machine.start(['/bin/bash', '-c', 'echo up; sleep 4711.3']);
    await new Promise((resolve) => run.output.once('data', resolve));
    run.kill();
    await run.end;
    await until(() => processesWith('4711.3').length === 0);
    expect((await readdir(machine.workspace)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.each([0, 100, 150, 200, 250, 300, 400, 600])('comes when the app is killed %i ms after its start', async (milliseconds) => {
    const app = spawn(process.execPath, ['test/sandbox/app-process.ts', 'sleep 4711.4'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => app.stdout.once('data', resolve));
    await delay(milliseconds);
    app.kill('SIGKILL');
    await until(() => processesWith('4711.4').length === 0);
    expect(app.killed).toBe(true);
  });
});

test('what a run tried last is told too, also to whoever listens only when it is over', async () => {
  const run = await machine.start(['/bin/bash', '-c', 'for name in a b c; do : > /usr/$name; done']);
  run.input.end();
  await Promise.all([readAll(run.output), readAll(run.error), run.end]);
  const told: string[] = [];
  run.onViolation((line) => told.push(line));
  expect(told.join('\n')).toMatch(/\/usr\/a[\s\S]*\/usr\/b[\s\S]*\/usr\/c/);
});

describe('a frozen run', () => {
  test('does nothing until it is let go on, and can be ended', async () => {
    const run = await machine.start(['/bin/bash', '-c', 'while :; do date +%N > tick; sleep 0.01; done']);
    const file = join(machine.workspace, 'tick');
    await until(() => existsSync(file));
    expect(await run.freeze(true)).toBe(true);
    const before = readFileSync(file, 'utf8');
    await delay(200);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(await run.freeze(false)).toBe(true);
    await until(() => readFileSync(file, 'utf8') !== before);
    expect(await run.freeze(true)).toBe(true);
    await run.stop();
    expect(processesWith('> tick')).toEqual([]);
  });
});

describe('the limits', () => {
  test('of time', async () => {
    const ended = await machine.script('sleep 4711.5', { limits: { time: 700 } });
    expect(ended.limit).toBe('time');
    expect(processesWith('4711.5')).toEqual([]);
  });

  test('of memory, of all processes together', async () => {
    const hungry = "python3 -c 'import time; x = b\"x\" * (60 << 20); time.sleep(20)' &";
    const ended = await machine.script(`${hungry} ${hungry} ${hungry} wait`, { limits: { memory: 150 << 20 } });
    expect(ended.limit).toBe('memory');
  });

  test('of memory, of one process', async () => {
    const ended = await machine.run(['/usr/bin/python3', '-c', 'x = b"x" * (500 << 20)'], { limits: { memory: 100 << 20 } });
    expect(ended.code).not.toBe(0);
    expect(ended.error + String(ended.limit)).toMatch(/MemoryError|memory/);
  });

  test('of processes', async () => {
    const ended = await machine.script('for i in $(seq 200); do sleep 20 & done; wait', { limits: { processes: 60 } });
    expect(ended.limit === 'processes' || /fork/.test(ended.error)).toBe(true);
  });

  test('of what it writes to disk', async () => {
    const ended = await machine.script('for i in 1 2 3 4 5 6 7 8; do head -c 10M /dev/zero > big$i; sync; done; sleep 5', { limits: { diskWritten: 30 << 20 } });
    expect(ended.limit).toBe('disk');
    const one = await machine.script('head -c 40M /dev/zero > one', { limits: { diskWritten: 10 << 20 } });
    expect(one.code).not.toBe(0);
    expect(readFileSync(join(machine.workspace, 'one')).length).toBeLessThanOrEqual(10 << 20);
  });

  test('of its temporary folder', async () => {
    const ended = await machine.script('head -c 40M /dev/zero > /tmp/big', { limits: { temporary: 8 << 20 } });
    expect(ended.error).toContain('No space left');
  });

  test('of its output', async () => {
    const ended = await machine.script('yes', { limits: { output: 1 << 20 } });
    expect(ended.limit).toBe('output');
    expect(ended.output.length).toBe(1 << 20);
  });
});

describe('the network of a run', () => {
  const get = 'curl -sS -o /dev/null -w "%{http_code}" --max-time 20 http://example.test/path';

  test('is closed where nobody decides', async () => {
    const { output } = await machine.script(get);
    expect(output).toBe('403');
  });

  test('is decided, each connection, and refused with the reason', async () => {
    const attempts: NetworkAttempt[] = [];
    const decide = (attempt: NetworkAttempt): Promise<NetworkDecision> => {
      attempts.push(attempt);
      return Promise.resolve({ effect: 'deny', reason: 'Not today.' });
    };
    const ended = await machine.script('curl -sSv https://example.test/path', { network: { isInspected: false, ...plainly, decide } });
    expect(attempts).toEqual([{ kind: 'connect', host: 'example.test', port: 443 }]);
    expect(ended.error).toContain('Not today.');
    expect(ended.violations.join('\n')).toContain('example.test');
  });

  test('shows requests where it is inspected', async () => {
    const attempts: NetworkAttempt[] = [];
    const decide = (attempt: NetworkAttempt): Promise<NetworkDecision> => {
      attempts.push(attempt);
      return Promise.resolve(attempt.kind === 'connect' ? { effect: 'allow' } : { effect: 'deny', reason: 'Seen and refused.' });
    };
    const ended = await machine.script('curl -sS -X POST -H "x-mine: 1" https://example.test/a?b=c', { network: { isInspected: true, ...plainly, decide } });
    expect(attempts).toMatchObject([
      { kind: 'connect', host: 'example.test', port: 443 },
      { kind: 'request', host: 'example.test', port: 443, scheme: 'https', method: 'POST', target: '/a?b=c' },
    ]);
    expect(ended.output).toContain('Seen and refused.');
  });

  test('is refused when nobody can answer', async () => {
    const { output } = await machine.script(get, { network: { isInspected: false, ...plainly, decide: () => Promise.reject(new Error('no')) } });
    expect(output).toBe('403');
  });
});

describe('a plan that shows too much is refused', () => {
  const places: readonly (readonly [name: string, path: () => string, problem: string])[] = [
    ['the root', (): string => '/', 'too_wide'],
    ['the home', (): string => machine.home, 'too_wide'],
    ['what holds the home', (): string => machine.folder, 'too_wide'],
    ['our state', (): string => machine.state, 'our_own'],
    ['what holds our state', (): string => join(machine.home, '.config'), 'our_own'],
    ['a relative path', (): string => 'work', 'not_absolute'],
    ['nothing', (): string => join(machine.folder, 'none'), 'not_there'],
  ];

  test.each(places)('%s', async (_name, path, problem) => {
    for (const kind of ['readable', 'writable'] as const) {
      const started = await machine.sandbox.start({ ...machine.plan(['/bin/true']), [kind]: [path()] });
      expect(started).toMatchObject({ ok: false, why: 'folder', problem });
    }
  });
});

test('without its sandbox nothing runs', async () => {
  const started = await machine.sandbox.start({ ...machine.plan(['/bin/bash', '-c', 'echo ran > ran']), brokerSocket: '/no/such/socket' });
  expect(started).toMatchObject({ ok: false, why: 'sandbox' });
  expect(JSON.stringify(started)).toContain('/no/such/socket');
  expect(existsSync(join(machine.workspace, 'ran'))).toBe(false);
});
