/**
 * `npm run dist -- [options of electron-builder]`: packs the app, which `npm run` has just built into out/, with an Electron
 * binary that is already there.
 *
 *   npm run dist -- --linux dir             an unpacked folder in dist/
 *   npm run dist -- --win nsis msi          installers (electron-builder fetches its own tools for them)
 *
 * COUNTERSIGN_ELECTRON_DIST   folder with Electron's distribution for the target, as its zip unpacks
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { electronIn, findElectron, type ElectronBinary } from '../main/shell/electron/find-electron.ts';
import { hasFuseWire } from './electron-fuses.ts';

// npm runs scripts in the project's folder.
const root = process.cwd();
const require = createRequire(import.meta.url);
const options = process.argv.slice(2);

function targetPlatform(): NodeJS.Platform {
  if (options.includes('--mac') || options.includes('-m')) return 'darwin';
  if (options.includes('--win') || options.includes('-w')) return 'win32';
  return options.includes('--linux') || options.includes('-l') ? 'linux' : process.platform;
}

function fail(lines: readonly string[]): never {
  console.error(lines.join('\n'));
  process.exit(1);
}

function electronVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(require.resolve('electron/package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null ? String(Reflect.get(manifest, 'version')) : 'unknown';
}

function electronForTarget(platform: NodeJS.Platform): ElectronBinary {
  const given = process.env['COUNTERSIGN_ELECTRON_DIST'];
  const found = given === undefined && platform !== process.platform ? undefined : findElectron(root, process.env, platform);
  if (found !== undefined) return electronIn(resolve(found.directory), platform) ?? found;
  return fail([
    `Nothing was packed: there is no Electron for ${platform} to pack.`,
    given === undefined
      ? 'The `electron` package has no binary here (its download did not run), or you are packing for another system.'
      : `COUNTERSIGN_ELECTRON_DIST is ${given}, and Electron's program is not in it.`,
    `Give the folder that electron-v${electronVersion()}-${platform}-ARCH.zip unpacks to:`,
    '  COUNTERSIGN_ELECTRON_DIST=/path/to/electron npm run dist -- --linux dir',
  ]);
}

if (!existsSync(join(root, 'out/main/index.js'))) fail(['Nothing was packed: the app is not built. Use `npm run dist`, which builds it first.']);
const platform = targetPlatform();
const electron = electronForTarget(platform);
const isReal = await hasFuseWire(electron);
const isFolderOnly = options.includes('dir') || options.includes('--dir');
if (!isReal && !isFolderOnly) {
  fail([
    `${electron.executable} is not Electron: it has no fuse wire.`,
    'An installer without its fuses set is not made. With a stand-in, only an unpacked folder can be packed: --linux dir',
  ]);
}
if (!isReal) console.warn(`${electron.executable} is a stand-in without a fuse wire: its fuses are not set. Do not give this folder to anyone.`);

const temporary = mkdtempSync(join(tmpdir(), 'countersign-dist-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
const config = join(temporary, 'electron-builder.json');
writeFileSync(
  config,
  JSON.stringify({ extends: join(root, 'electron-builder.yml'), electronDist: electron.directory, ...(isReal ? {} : { electronFuses: null }) }),
);
const builder = join(dirname(require.resolve('electron-builder/package.json')), 'cli.js');
const { status } = spawnSync(process.execPath, [builder, '--projectDir', root, '--config', config, '--publish', 'never', ...options], { stdio: 'inherit' });
process.exitCode = status ?? 1;
