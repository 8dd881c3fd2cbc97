import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { _electron } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { findElectron } from '../../main/shell/electron/find-electron.ts';

const root = resolve(import.meta.dirname, '../..');
const electron = findElectron(root, process.env, process.platform);
const isShowable = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);

if (electron === undefined) console.log('SKIPPED: the Electron smoke test, because there is no Electron binary here. Give one with COUNTERSIGN_ELECTRON_DIST.');
else if (!isShowable) console.log('SKIPPED: the Electron smoke test, because there is no display. Run it under xvfb-run.');

describe.skipIf(electron === undefined || !isShowable)('the app in a real Electron', () => {
  test('shows its hardened main window, answers it, and quits', async () => {
    const home = mkdtempSync(join(tmpdir(), 'countersign-electron-'));
    const environment = Object.entries({ ...process.env, COUNTERSIGN_HOME: home, COUNTERSIGN_MCP_PORT: '0' }).filter((entry): entry is [string, string] => entry[1] !== undefined);
    // Chromium refuses to start its sandbox as root; nothing else of the hardening changes.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const app = await _electron.launch({
      executablePath: electron?.executable ?? '',
      args: [...asRoot, join(root, 'out/main/index.js')],
      env: Object.fromEntries(environment),
    });
    try {
      // Opening the app again shows the main window, whether or not this start has shown it. Before the start is over nobody hears it.
      for (let attempt = 0; attempt < 150 && app.windows().length === 0; attempt += 1) {
        await app.evaluate((electronModule) => electronModule.app.emit('activate'));
        await setTimeout(200);
      }
      const page = await app.firstWindow();
      await page.waitForLoadState();
      expect(page.url()).toMatch(/^countersign:\/\/app\/index\.html/);
      const found = await page.evaluate(async () => ({
        exposed: Object.keys(Reflect.get(globalThis, 'countersign')),
        node: ['require', 'process', 'module'].filter((name) => Reflect.has(globalThis, name)),
        status: (await Reflect.get(globalThis, 'countersign').call('getSnapshot')).status.shell,
        network: await fetch('http://127.0.0.1:9/').then(
          () => 'reached',
          () => 'refused',
        ),
        opened: window.open('https://example.com/') === null,
        geolocation: (await navigator.permissions.query({ name: 'geolocation' })).state,
      }));
      expect(found).toEqual({ exposed: ['call', 'on'], node: [], status: 'electron', network: 'refused', opened: true, geolocation: 'denied' });
    } finally {
      await app.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
