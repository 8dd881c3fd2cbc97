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
const [program, args] = why === undefined ? [electronBinary() ?? '', [root]] : [process.execPath, [join(root, 'out/main/index.js')]];
const child = spawn(program, [...args, ...given], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 0));
