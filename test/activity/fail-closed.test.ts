import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { ActivityUnavailable, type ActivityUnavailableReason } from '../../main/activity/activity.ts';
import { everything, openActivity } from '../../main/activity/open.ts';
import { intent, noon, opened, tamper, temporaryFile, temporaryFolder } from './fixtures/activity-fixture.ts';

async function reasonOf(promise: Promise<unknown>): Promise<ActivityUnavailableReason | 'worked'> {
  return promise.then(
    () => 'worked' as const,
    (error: unknown) => {
      expect(error).toBeInstanceOf(ActivityUnavailable);
      return (error as ActivityUnavailable).reason;
    },
  );
}

describe('a record that cannot be written', () => {
  test('is not opened where no file can be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(await reasonOf(openActivity({ file: join(folder, 'file', 'activity.db') }))).toBe('cannot_open');
    mkdirSync(join(folder, 'activity.db'));
    expect(await reasonOf(openActivity({ file: join(folder, 'activity.db') }))).toBe('cannot_open');
  });

  test('is not opened when the file is no database, and the file stays as it was', async () => {
    const file = temporaryFile();
    writeFileSync(file, 'a diary '.repeat(1000));
    expect(await reasonOf(openActivity({ file }))).toBe('cannot_open');
    expect(readFileSync(file, 'utf8')).toBe('a diary '.repeat(1000));
  });

  test('is not opened when a newer version wrote it', async () => {
    const file = temporaryFile();
    await (await openActivity({ file })).close();
    tamper(file, (database) => database.exec('PRAGMA user_version = 99'));
    expect(await reasonOf(openActivity({ file }))).toBe('newer_schema');
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    database.close();
  });

  test('refuses every append after the first that failed, also those that waited and those that would work again', async () => {
    const file = temporaryFile();
    const activity = await opened({ file });
    await activity.append(intent());
    expect(activity.isStopped).toBe(false);
    tamper(file, (database) => database.exec('ALTER TABLE events RENAME TO elsewhere'));
    // The journal takes what comes before it is noticed that the database takes nothing.
    await expect.poll(() => reasonOf(activity.append(intent()))).toBe('cannot_write');
    const promised = activity.revision;
    const many = Array.from({ length: 600 }, () => reasonOf(activity.append(intent())));
    expect(new Set(await Promise.all(many))).toEqual(new Set(['cannot_write']));
    tamper(file, (database) => database.exec('ALTER TABLE elsewhere RENAME TO events'));
    expect(await reasonOf(activity.append(intent()))).toBe('cannot_write');
    expect(activity.revision).toBe(promised);
    expect(activity.isStopped).toBe(true);
    await activity.close();
    const again = await opened({ file });
    expect(await again.verify()).toEqual({ ok: true, events: promised, since: noon });
    expect(await reasonOf(again.append(intent()))).toBe('worked');
  });

  test.skipIf(process.platform === 'win32')('refuses when the disk is full; what was promised is there', async () => {
    const file = temporaryFile();
    const child = new URL('fixtures/append-until-full.ts', import.meta.url).pathname;
    // A limit on file size (in blocks of 1,024 bytes) fails a write as a full disk does.
    const run = spawnSync('bash', ['-c', 'trap "" XFSZ; ulimit -f 600; exec "$0" "$1" "$2"', process.execPath, child, file], { encoding: 'utf8' });
    const said = JSON.parse(run.stdout) as { durable: number; first: string; second: string };
    expect(said).toMatchObject({ first: 'cannot_write', second: 'cannot_write' });
    expect(said.durable).toBeGreaterThan(0);
    const activity = await opened({ file });
    expect(await activity.verify()).toMatchObject({ ok: true, events: said.durable });
  });

  test('refuses everything once its thread has died', async () => {
    const activity = await opened({ worker: new URL('fixtures/dying-worker.ts', import.meta.url) });
    const first = activity.append(intent());
    const second = activity.append(intent());
    expect(await reasonOf(first)).toBe('stopped');
    expect(await reasonOf(second)).toBe('stopped');
    expect(await reasonOf(activity.append(intent()))).toBe('stopped');
  });

  test('refuses to open when its thread dies at once', async () => {
    expect(await reasonOf(openActivity({ file: temporaryFile(), worker: new URL('fixtures/no-such-worker.ts', import.meta.url) }))).toBe('stopped');
  });

  test('refuses everything once closed, and closes twice without harm', async () => {
    const activity = await opened();
    await activity.close();
    await activity.close();
    expect(await reasonOf(activity.append(intent()))).toBe('closed');
    expect(await reasonOf(activity.search(everything, null))).toBe('closed');
  });
});
