import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { StateOpenError } from '../../main/state/state-open-error.ts';
import { takeSoleUse } from '../../main/state/sole-use.ts';
import { openedApp } from './opened-app.ts';

const alreadyRunning = 'Another Countersign is running already.';

test('a second app on the same home ends before it touches what the first one has open', async () => {
  await using first = await openedApp();
  const { card, answer } = await first.askToSend('ana@example.com');
  const before = await first.services.activity.verify();
  await expect(openedApp(first.home)).rejects.toThrow(alreadyRunning);
  expect(await first.services.activity.verify()).toEqual(before);
  expect(first.services.approvals.waiting().map(({ id }) => id)).toEqual([card.id]);
  first.services.approvals.give({ id: card.id, digest: card.digest, answer: 'deny', isConfirmed: false, reason: null });
  expect(await answer).toMatchObject({ kind: 'ended', outcome: 'denied' });
});

test('a home is free again once its app has closed, and once its app was killed', async () => {
  const home = mkdtempSync(join(tmpdir(), 'sole-use-'));
  try {
    takeSoleUse(home)();
    const module = JSON.stringify(new URL('../../main/state/sole-use.ts', import.meta.url).href);
    const code = `(await import(${module})).takeSoleUse(${JSON.stringify(home)}); process.stdout.write('taken'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
    await once(child.stdout, 'data');
    expect(() => takeSoleUse(home)).toThrow(alreadyRunning);
    child.kill('SIGKILL');
    await once(child, 'exit');
    takeSoleUse(home)();
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test('a home that cannot be written says so', () => {
  expect(() => takeSoleUse('/dev/null/home')).toThrow(StateOpenError);
});
