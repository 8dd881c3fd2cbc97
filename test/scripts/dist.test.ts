import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findElectron } from '../../main/shell/electron/find-electron.ts';
import { hasFuseWire } from '../../scripts/electron-fuses.ts';

const root = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'countersign-dist-test-'));
const project = join(home, 'project');
const standIn = join(home, 'electron');
const fuseWire = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function dist(options: readonly string[], electron: string | undefined): { readonly status: number | null; readonly output: string } {
  const environment = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent', COUNTERSIGN_ELECTRON_DIST: electron };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/dist.ts'), ...options], {
    cwd: project,
    env: environment,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** A project of the same shape as ours with one dependency, so that packing it takes a second or two. */
beforeAll(() => {
  // Our own manifest, checked by npm.
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  put(
    join(project, 'package.json'),
    JSON.stringify({ ...manifest, dependencies: { keytar: manifest.dependencies['keytar'] }, optionalDependencies: {}, devDependencies: {} }),
  );
  cpSync(join(root, 'electron-builder.yml'), join(project, 'electron-builder.yml'));
  cpSync(join(root, 'assets'), join(project, 'assets'), { recursive: true });
  cpSync(join(root, 'node_modules/keytar'), join(project, 'node_modules/keytar'), { recursive: true });
  cpSync(join(root, 'node_modules/electron/package.json'), join(project, 'node_modules/electron/package.json'));
  put(join(project, 'out/main/index.js'), 'export {};');
  put(join(project, 'out/main/index.js.map'), '{}');
  put(join(project, 'out/preload/index.cjs'), '');
  put(join(project, 'out/renderer/index.html'), '<p>');
  put(join(project, 'out/demo/inbox.png'), 'a screenshot');
  put(join(project, 'main/index.ts'), 'source');
  put(join(project, '.env'), 'SECRET=1');
  put(join(project, 'assets/policies/shipped.cedar'), 'permit (principal, action, resource);');
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version', 'locales/en-US.pak', 'resources/.keep']) put(join(standIn, name), '45');
  put(join(standIn, 'electron'), '#!/bin/sh\n');
  chmodSync(join(standIn, 'electron'), 0o755);
});
afterAll(() => rmSync(home, { recursive: true }));

describe.runIf(process.platform === 'linux')('npm run dist', () => {
  test('without an Electron binary it says why, and what to give', () => {
    const { status, output } = dist(['--linux', 'dir'], undefined);
    expect(status).toBe(1);
    expect(output).toContain('Nothing was packed: there is no Electron for linux to pack.');
    expect(output).toMatch(/electron-v\d+\.\d+\.\d+-linux-ARCH\.zip/);
    expect(output).toContain('COUNTERSIGN_ELECTRON_DIST=/path/to/electron');
  });

  test('a folder without Electron in it is named', () => {
    const { status, output } = dist(['--linux', 'dir'], home);
    expect(status).toBe(1);
    expect(output).toContain(`COUNTERSIGN_ELECTRON_DIST is ${home}, and Electron's program is not in it.`);
  });

  test('makes no installer of a binary whose fuses cannot be set', () => {
    const { status, output } = dist(['--linux', 'deb'], standIn);
    expect(status).toBe(1);
    expect(output).toContain('is not Electron: it has no fuse wire.');
    expect(existsSync(join(project, 'dist'))).toBe(false);
  });

  test('packs an unpacked folder: the built app in an archive, native code and icons beside it, and nothing else', () => {
    const { status, output } = dist(['--linux', 'dir'], standIn);
    expect(output).toContain('is a stand-in without a fuse wire: its fuses are not set.');
    expect(status).toBe(0);
    const packed = join(project, 'dist/linux-unpacked');
    const archive = join(packed, 'resources/app.asar');
    const files = listPackage(archive, { isPack: false });
    expect(existsSync(join(packed, 'countersign'))).toBe(true);
    expect(files).toEqual(expect.arrayContaining(['/out/main/index.js', '/out/preload/index.cjs', '/out/renderer/index.html', '/node_modules/keytar/lib/keytar.js']));
    expect(files.filter((file) => /\.map$|\.env|^\/(?:main|assets|dist)|out\/demo/.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.node'))).toEqual([`/node_modules/keytar/prebuilds/linux-${process.arch}/keytar.node`]);
    expect(existsSync(join(packed, `resources/app.asar.unpacked/node_modules/keytar/prebuilds/linux-${process.arch}/keytar.node`))).toBe(true);
    const assets = join(packed, 'resources/assets');
    expect(['icons/rendered/tray/linux/waiting.png', 'policies/shipped.cedar', 'icons/app.svg', 'package'].map((path) => existsSync(join(assets, path)))).toEqual([true, true, false, false]);
    expect(JSON.parse(extractFile(archive, 'package.json').toString())).toMatchObject({ name: 'countersign', main: 'out/main/index.js' });
  }, 60_000);
});

describe('the fuse wire', () => {
  test('is found in a binary, also across the pieces it is read in', async () => {
    const path = join(home, 'real');
    writeFileSync(path, Buffer.concat([Buffer.alloc(64 * 1024 - 10), Buffer.from(fuseWire), Buffer.alloc(100)]));
    expect(await hasFuseWire({ directory: home, executable: path })).toBe(true);
    expect(await hasFuseWire({ directory: standIn, executable: join(standIn, 'electron') })).toBe(false);
  });
});

describe('finding Electron', () => {
  test('a variable that is set decides; the package comes last', () => {
    expect(findElectron(home, { COUNTERSIGN_ELECTRON_DIST: standIn, ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' }, 'linux')?.directory).toBe(standIn);
    expect(findElectron(home, { ELECTRON_OVERRIDE_DIST_PATH: standIn }, 'linux')?.executable).toBe(join(standIn, 'electron'));
    expect(findElectron(home, { COUNTERSIGN_ELECTRON_DIST: '/nonexistent' }, 'linux')).toBeUndefined();
    cpSync(standIn, join(home, 'node_modules/electron/dist'), { recursive: true });
    expect(findElectron(home, {}, 'linux')?.directory).toBe(join(home, 'node_modules/electron/dist'));
    expect(findElectron(home, {}, 'darwin')).toBeUndefined();
  });
});
