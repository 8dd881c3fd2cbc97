import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { registerScheme } from '../../../main/shell/electron/protocol.ts';
import { createFakeElectron, FakeEvent, FakeWebContents, type FakeSession } from './fake-electron.ts';
import { startShell, type StartedShell } from './started-shell.ts';

const sessionsOf = ({ fake }: StartedShell): readonly FakeSession[] => [fake.defaultSession, ...fake.sessions.values()];

function answerOf(give: (answer: (value: unknown) => void) => unknown): unknown {
  let given: unknown = 'nothing';
  give((value) => (given = value));
  return given;
}

describe('hardening', () => {
  test('every permission is denied, asked for and checked', async () => {
    const sessions = sessionsOf(await startShell());
    expect(sessions).toHaveLength(2);
    for (const session of sessions) {
      for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem', 'unknown']) {
        expect(answerOf((answer) => session.permissionRequest?.({}, permission, answer, {}))).toBe(false);
        expect(session.permissionCheck?.({}, permission, 'countersign://app', {})).toBe(false);
      }
      expect(session.devicePermission?.({})).toBe(false);
      expect(answerOf((answer) => session.displayMedia?.({}, answer))).toBe(null);
      expect(answerOf((answer) => session.certificate?.({}, answer))).toBe(-2);
      expect(session.isSpellCheckerOn).toBe(false);
    }
  });

  test('downloads are cancelled', async () => {
    for (const session of sessionsOf(await startShell())) {
      const event = new FakeEvent();
      session.emit('will-download', event);
      expect(event.isPrevented).toBe(true);
    }
  });

  test.each([
    ['https://evil.example/x', 'image', true],
    ['http://127.0.0.1:4000/mcp', 'xhr', true],
    ['file:///etc/passwd', 'mainFrame', true],
    ['ws://127.0.0.1/', 'webSocket', true],
    ['countersign://other/index.html', 'mainFrame', true],
    ['countersign://app.evil.example/index.html', 'mainFrame', true],
    ['data:text/html,hello', 'mainFrame', true],
    ['devtools://devtools/bundled/inspector.html', 'mainFrame', true],
    ['countersign://app/index.html', 'mainFrame', false],
    ['data:image/png;base64,AA==', 'image', false],
  ])('the network: %s as %s is cancelled: %s', async (url, resourceType, isCancelled) => {
    for (const session of sessionsOf(await startShell())) {
      expect(answerOf((answer) => session.beforeRequest?.({ url, resourceType }, answer))).toEqual({ cancel: isCancelled });
    }
  });

  test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])('a page cannot %s', async (name) => {
    const started = await startShell();
    started.shell.showWindow('main');
    const foreign = new FakeWebContents();
    started.fake.app.emit('web-contents-created', {}, foreign);
    for (const contents of [started.window('main').webContents, foreign]) {
      const event = new FakeEvent();
      contents.emit(name, event, 'https://evil.example/');
      expect(event.isPrevented).toBe(true);
    }
  });

  test('a page cannot reach out through WebRTC', async () => {
    const { shell, window } = await startShell();
    shell.showWindow('main');
    expect(window('main').webContents.webRtcPolicy).toBe('disable_non_proxied_udp');
  });

  test('a page cannot open a window', async () => {
    const { shell, window } = await startShell();
    shell.showWindow('approval');
    expect(window('approval').webContents.openHandler?.({ url: 'countersign://app/index.html' })).toEqual({ action: 'deny' });
  });
});

describe('the countersign scheme', () => {
  const renderer = mkdtempSync(join(tmpdir(), 'countersign-renderer-'));
  writeFileSync(join(renderer, 'index.html'), '<p nonce="__CSP_NONCE__">');
  writeFileSync(join(renderer, '..', 'countersign-outside.js'), 'outside');

  async function fetched(url: string, init?: RequestInit): Promise<Response> {
    const { fake } = await startShell({ renderer });
    const handler = fake.sessions.get('countersign')?.handlers.get('countersign');
    if (handler === undefined) throw new Error('Nothing answers the scheme.');
    return handler(new Request(url, init));
  }

  test('is standard and secure, and does not bypass the policy', () => {
    const { electron, schemes } = createFakeElectron();
    registerScheme(electron.protocol);
    expect(schemes).toEqual([{ scheme: 'countersign', privileges: expect.objectContaining({ standard: true, secure: true, bypassCSP: false, allowServiceWorkers: false }) }]);
  });

  test('serves our pages with a policy that is new each time', async () => {
    const [first, second] = [await fetched('countersign://app/index.html'), await fetched('countersign://app/index.html')];
    expect(first.status).toBe(200);
    expect(first.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(first.headers.get('Content-Security-Policy')).not.toBe(second.headers.get('Content-Security-Policy'));
    expect(await first.text()).not.toContain('__CSP_NONCE__');
  });

  test.each([
    'countersign://app/../countersign-outside.js',
    'countersign://app/%2e%2e/countersign-outside.js',
    'countersign://app/..%2fcountersign-outside.js',
    String.raw`countersign://app/..\countersign-outside.js`,
    'countersign://app//etc/passwd.js',
    'countersign://other/index.html',
  ])('refuses %s', async (url) => {
    const response = await fetched(url);
    expect([response.status, await response.text()]).toEqual([404, 'Not found']);
  });

  test('refuses anything but GET', async () => {
    expect((await fetched('countersign://app/index.html', { method: 'POST', body: 'x' })).status).toBe(404);
  });

  test('is answered in our own session alone', async () => {
    const { fake } = await startShell({ renderer });
    expect(fake.defaultSession.handlers.size).toBe(0);
  });
});
