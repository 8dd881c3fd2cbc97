import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentCalls } from '../../main/ipc/agent-calls.ts';
import { claw, openedApp, type OpenedApp } from '../app/opened-app.ts';

/** Where `npm install openclaw` was done; see docs/openclaw.md. */
const openclaw = process.env['OPENCLAW_FOLDER'];
if (openclaw === undefined) console.log('Skipped: the real OpenClaw inside. Set OPENCLAW_FOLDER to a folder where openclaw@2026.9.6 is installed (docs/openclaw.md).');

describe.skipIf(openclaw === undefined)('the real OpenClaw, started by Countersign', () => {
  let app: OpenedApp;
  let folder: string;

  beforeAll(async () => {
    app = await openedApp();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-openclaw-')));
    mkdirSync(join(folder, '.home/.openclaw'), { recursive: true });
    const config = { gateway: { mode: 'local', port: 18_789, bind: 'loopback', auth: { mode: 'token', token: 'a-token-for-one-test-0123456789' } } };
    writeFileSync(join(folder, '.home/.openclaw/openclaw.json'), JSON.stringify(config), { mode: 0o600 });
  });

  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('its gateway starts up in the sandbox, and is ready', async () => {
    const run = { command: `${process.execPath} ${join(openclaw!, 'node_modules/openclaw/openclaw.mjs')} gateway run`, folder, readable: [openclaw!], writable: [], variables: 'NO_COLOR=1', startsWithApp: false };
    expect(await agentCalls(app.services).setClawRun({ id: claw, run })).toMatchObject({ ok: true });
    expect(await agentCalls(app.services).startClaw({ id: claw })).toEqual({ ok: true, value: null });
    const log = (): string => app.services.clawRuns.log(claw).join('\n');
    await expect.poll(log, { timeout: 90_000, interval: 500 }).toMatch(/gateway.*(?:ready|listening)/i);
    expect(app.services.clawRuns.view(claw)?.state).toBe('running');
  }, 120_000);
});
