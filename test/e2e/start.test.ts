import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeSoleUse } from '../../main/state/sole-use.ts';
import { newHome, pause, root, runCommand } from './running-app.ts';

const npm = ['npm', 'start', '--'] as const;
const app = [process.execPath, join(root, 'out/main/index.js')] as const;
const script = [process.execPath, join(root, 'scripts/start.ts')] as const;

let home: Awaited<ReturnType<typeof newHome>>;
const started: ChildProcess[] = [];
beforeEach(async () => (home = await newHome()));
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await home.remove();
});

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...rest } = process.env;
  return { ...rest, DBUS_SESSION_BUS_ADDRESS: '', COUNTERSIGN_HOME: join(home.path, 'state'), COUNTERSIGN_MCP_PORT: '0', ...more };
}

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ready: { readonly mcp: string; readonly shell: string; readonly canAsk: boolean };
}

/** Starts it and waits for the line that says that it is ready. */
async function start([program, ...args]: readonly [string, ...string[]], more: NodeJS.ProcessEnv = {}): Promise<Started> {
  const child = spawn(program, args, { cwd: root, env: environment(more), stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let out = '';
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ready = await new Promise<Started['ready']>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const line = /^\{"ready":true.*\}$/m.exec(out)?.[0];
      // The line that docs/running.md tells of.
      if (line !== undefined) resolve(JSON.parse(line) as Started['ready']);
    });
    child.once('exit', (code) => reject(new Error(`It ended with ${code} before it was ready:\n${said}`)));
  });
  return { child, ready, said: () => said };
}

/** Waits until no app has the home any more. */
async function untilFree(): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    try {
      return takeSoleUse(join(home.path, 'state'))();
    } catch {
      await pause(100);
    }
  }
  throw new Error('The app still runs.');
}

/** Runs it to its end; for starts that must fail. */
function ended([program, ...args]: readonly [string, ...string[]], more: NodeJS.ProcessEnv = {}) {
  return runCommand(program, args, environment(more));
}

test('npm start without a display takes the headless preview, says so and how to go on, and SIGTERM to npm stops the app', async () => {
  const { child, ready, said } = await start(npm);
  expect(ready).toMatchObject({ shell: 'preview', canAsk: false, mcp: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/) });
  expect(said()).toContain('Not starting Electron: there is no display.');
  expect(said()).toContain('npm start -- --shell=console');
  expect(() => takeSoleUse(join(home.path, 'state'))).toThrow('running already');
  child.kill('SIGTERM');
  await untilFree();
});

test('an unknown Claw is told that nobody can be asked, not that somebody said no', async () => {
  await start([...app, '--shell=console']);
  const { code, stderr, stdout } = await runCommand(process.execPath, [join(root, 'out/main/countersign.js'), 'token', '--agent', 'stranger'], environment());
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('nobody can be asked');
  expect(stderr).not.toContain('said no');
});

test('an Electron that cannot run gives way to the preview, and why is said', async () => {
  const folder = join(home.path, 'electron');
  await mkdir(folder);
  await writeFile(join(folder, 'electron'), '#!/bin/sh\nexit 127\n');
  await chmod(join(folder, 'electron'), 0o755);
  const { child, ready, said } = await start([...script, '--headless'], { DISPLAY: ':none', ELECTRON_OVERRIDE_DIST_PATH: folder });
  expect(ready.shell).toBe('preview');
  expect(said()).toContain('Not used: Electron: it ended with 127 before it was ready.');
  // Killed at once, the script could not end what it started.
  child.kill('SIGTERM');
  await untilFree();
});

test('an Electron that was asked for and cannot run is an error', async () => {
  const folder = join(home.path, 'electron');
  await mkdir(folder);
  await writeFile(join(folder, 'electron'), 'not a program');
  const { code, stdout } = await ended([...script, '--shell=electron'], { DISPLAY: ':none', ELECTRON_OVERRIDE_DIST_PATH: folder });
  expect(code).toBe(1);
  expect(stdout).toBe('');
});

test('a second app on the same home ends and says why; the first goes on', async () => {
  const { ready } = await start([...app, '--shell=console']);
  const second = await ended([...app, '--shell=console']);
  expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Another Countersign is running already.') });
  const { stdout } = await runCommand(process.execPath, [join(root, 'out/main/countersign.js'), 'status'], environment());
  expect(stdout).toContain(ready.mcp);
});

test('a port that is taken makes it take another and say which', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { ready } = await start([...app, '--shell=console'], { COUNTERSIGN_MCP_PORT: String(port) });
  expect(ready.mcp).not.toContain(`:${port}/`);
  expect((await fetch(ready.mcp, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(401);
  other.close();
});

test('a state that a newer version wrote is refused and left as it is', async () => {
  const { child } = await start([...app, '--shell=console']);
  child.kill('SIGTERM');
  await once(child, 'exit');
  const file = join(home.path, 'state/state.db');
  const database = new DatabaseSync(file);
  database.exec(`UPDATE schema_migrations SET version = 999 WHERE component = 'outbox'`);
  database.close();
  const { code, stdout, stderr } = await ended([...app, '--shell=console']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('written by a newer Countersign (outbox 999). Nothing was changed.');
  expect(stderr).not.toContain('    at ');
});

test('a home that cannot be used is said in words, without a stack', async () => {
  await writeFile(join(home.path, 'state'), 'a file');
  const { code, stdout, stderr } = await ended([...app, '--shell=console']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('The saved state cannot be read');
  expect(stderr).not.toContain('    at ');
});

test('broken managed settings are told where the app was started, and that everything is refused', async () => {
  const file = join(home.path, 'managed.json');
  await writeFile(file, '{ "organization": ');
  const { said } = await start([...app, '--shell=console'], { COUNTERSIGN_MANAGED_SETTINGS: file });
  expect(said()).toMatch(/^Managed settings: .+$/m);
});

test('a mistyped switch starts nothing', async () => {
  const { code, stderr } = await ended([...app, '--shel=console']);
  expect(code).toBe(1);
  expect(stderr).toContain('"--shel=console" is not known');
});
