// npm start: Electron where its binary is (or can be had), else the preview in an installed browser, else the console.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const given = process.argv.slice(2);
const wanted = given.find((word) => word.startsWith('--shell='))?.slice('--shell='.length) ?? 'auto';

function electronBinary(): string | undefined {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules/electron/dist');
  const pathFile = join(root, 'node_modules/electron/path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : 'electron';
  return [join(folder, name)].find((file) => existsSync(file));
}

/** Electron's binary is not inside its package; its own installer fetches it, where the network allows. */
function fetchElectron(): string | undefined {
  process.stderr.write('Fetching Electron’s binary …\n');
  spawnSync(process.execPath, [join(root, 'node_modules/electron/install.js')], { timeout: 180_000, stdio: 'ignore' });
  return electronBinary();
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

function whyNoElectron(): string | undefined {
  if (wanted !== 'auto' && wanted !== 'electron') return `--shell=${wanted} was asked for`;
  if (!hasDisplay()) return 'there is no display';
  return electronBinary() ?? fetchElectron() ? undefined : 'its binary is not here and could not be fetched';
}

const why = whyNoElectron();
if (why !== undefined) {
  process.stderr.write(`Not starting Electron: ${why}.\n`);
  if (wanted === 'electron') process.exit(1);
}

interface Ended {
  readonly wasReady: boolean;
  /** Null after a signal. */
  readonly code: number | null;
  readonly how: string;
}

/** Runs it to its end. What it writes on standard output goes on to ours; signals go on to it. */
function run(program: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(program, [...args, ...given], { stdio: ['inherit', 'pipe', 'inherit'] });
  let wasReady = false;
  let wasStopped = false;
  child.stdout.on('data', (chunk: Buffer) => {
    wasReady ||= chunk.includes('{"ready":true');
    process.stdout.write(chunk);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      wasStopped = true;
      child.kill(signal);
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ wasReady, code: 1, how: error.message }));
    child.once('close', (code, signal) => resolve({ wasReady: wasReady || wasStopped, code: wasStopped ? (code ?? 0) : code, how: `it ended with ${code ?? signal}` }));
  });
}

/** Missing libraries, or a display nobody answers at, show only once Electron has been started. */
async function electronEnded(): Promise<Ended | undefined> {
  if (why !== undefined) return undefined;
  const ended = await run(electronBinary() ?? '', [root]);
  if (ended.wasReady || ended.code === 0 || wanted === 'electron') return ended;
  process.stderr.write(`Not used: Electron: ${ended.how} before it was ready.\n`);
  return undefined;
}

const ended = (await electronEnded()) ?? (await run(process.execPath, [join(root, 'out/main/index.js')]));
process.exit(ended.code ?? 1);
