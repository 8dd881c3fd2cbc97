import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runSecretCommand, type SecretCommandResult } from '../../../main/connections/keys/secret-command.ts';
import { secretCommand } from '../../../preload/contract.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-command-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(script: string, name = 'op'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

interface RunOptions {
  readonly args?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly timeLimit?: number;
  readonly signal?: AbortSignal;
}

function run(command: string, { args = [], signal = new AbortController().signal, ...options }: RunOptions = {}): Promise<SecretCommandResult> {
  return runSecretCommand({ command, args: [...args] }, { signal, ...options });
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((next) => setTimeout(next, 20));
  }
}

async function written(file: string): Promise<string> {
  while (!existsSync(file) || (await readFile(file, 'utf8')) === '') await new Promise((next) => setTimeout(next, 20));
  return (await readFile(file, 'utf8')).trim();
}

describe('a program that gives a secret', () => {
  test.each([
    ['printf "s3cret\\n"', 's3cret'],
    ['printf "s3cret\\r\\n"', 's3cret'],
    ['printf "s3cret"', 's3cret'],
    ['printf " two words \\n\\n"', ' two words \n'],
    ['printf "größer"', 'größer'],
  ])('%s: one line end is taken off, and nothing else', async (script, secret) => {
    expect(await run(await program(script))).toEqual({ ok: true, secret });
  });

  test('is found in the absolute folders of PATH, and never relative to anything', async () => {
    await program('echo found');
    expect(await run('op', { environment: { PATH: `/nowhere:${folder}` } })).toEqual({ ok: true, secret: 'found' });
    for (const path of ['.', '', 'bin']) expect(await run('op', { environment: { PATH: path, HOME: folder } })).toEqual({ ok: false, problem: { kind: 'not_found' } });
    for (const relative of ['./op', 'bin/op', '../op', '']) {
      expect(await run(relative, { environment: { PATH: folder, HOME: folder } })).toEqual({ ok: false, problem: { kind: 'not_found' } });
      expect(secretCommand.safeParse({ command: relative, args: [] }).success).toBe(false);
    }
    for (const whole of ['op', '/usr/bin/op', String.raw`C:\Program Files\op.exe`]) expect(secretCommand.safeParse({ command: whole, args: [] }).success).toBe(true);
  });

  test('gets its arguments as they are: no shell looks at them', async () => {
    const args = ['$(touch pwned)', '; touch pwned', '`touch pwned`', '*', 'two words', ''];
    expect(await run(await program('for one in "$@"; do printf "<%s>" "$one"; done'), { args })).toEqual({ ok: true, secret: args.map((one) => `<${one}>`).join('') });
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  test('gets a minimal environment, no input, and starts at home', async () => {
    const environment = { PATH: '/usr/bin:/bin', HOME: folder, OPENAI_API_KEY: 'sk-1', COUNTERSIGN_HOME: '/x', XDG_RUNTIME_DIR: '/run/user/1', LD_PRELOAD: '/evil.so' };
    const result = await run(await program('env | cut -d= -f1 | sort | tr "\\n" " "; cat; pwd'), { environment });
    const names = ['HOME', 'PATH', 'XDG_RUNTIME_DIR'];
    const words = result.ok ? result.secret.split(' ') : [];
    expect(words.at(-1)).toBe(folder);
    // A shell adds what it needs for itself.
    expect(words.slice(0, -1).filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual(names);
  });

  test.each([
    ['echo s3cret; echo "s3cret on stderr" >&2; exit 7', { kind: 'failed', status: 7 }],
    ['echo s3cret; kill -TERM $$', { kind: 'failed', status: 'SIGTERM' }],
    ['true', { kind: 'empty' }],
    ['echo', { kind: 'empty' }],
    [String.raw`printf "\377\376"`, { kind: 'not_text' }],
    ['yes s3cret', { kind: 'too_long' }],
  ])('%s gives none, and nothing that it wrote is repeated', async (script, problem) => {
    const result = await run(await program(script));
    expect(result).toEqual({ ok: false, problem });
    expect(JSON.stringify(result)).not.toContain('s3cret');
  });

  test('that may not be run, is no program or is not there, is told so', async () => {
    const file = await program('echo x');
    await writeFile(join(folder, 'broken'), '#!/nowhere/interpreter\n', { mode: 0o755 });
    await chmod(file, 0o644);
    expect(await run(join(folder, 'none'))).toEqual({ ok: false, problem: { kind: 'not_found' } });
    expect(await run(folder)).toEqual({ ok: false, problem: { kind: 'not_found' } });
    expect(await run(join(folder, 'broken'))).toEqual({ ok: false, problem: { kind: 'not_started' } });
    expect(await run(file)).toEqual({ ok: false, problem: { kind: 'not_found' } });
  });

  test.each(['too_late', 'cancelled'] as const)('is ended with everything it started when it is %s', async (kind) => {
    const [own, child] = [join(folder, 'own'), join(folder, 'child')];
    const file = await program(`echo $$ > ${own}; sleep 600 & echo $! > ${child}; echo s3cret; wait`);
    const abort = new AbortController();
    const result = run(file, kind === 'too_late' ? { timeLimit: 4000 } : { signal: abort.signal });
    const pids = [await written(own), await written(child)].map(Number);
    if (kind === 'cancelled') abort.abort();
    expect(await result).toEqual({ ok: false, problem: { kind } });
    await Promise.all(pids.map(gone));
  });

  test('that leaves something behind holding its output gives its secret, and what it left is ended', async () => {
    const child = join(folder, 'child');
    expect(await run(await program(`sleep 600 & echo $! > ${child}; echo s3cret`))).toEqual({ ok: true, secret: 's3cret' });
    await gone(Number(await written(child)));
  });
});
