import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppendQueue } from '../../main/activity/append-queue.ts';
import type { ChainPoint } from '../../main/activity/event.ts';
import { everything, openActivity } from '../../main/activity/open.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { ended, intent, newAction, noon, opened, started, temporaryFile, textOf } from './fixtures/activity-fixture.ts';

const child = new URL('fixtures/append-until-killed.ts', import.meta.url).pathname;

describe('appending', () => {
  test('an append that resolved survives kill -9', async () => {
    const file = temporaryFile();
    const process_ = spawn(process.execPath, [child, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    process_.stdout.setEncoding('utf8');
    process_.stdout.on('data', (chunk: string) => {
      printed += chunk;
      // The output ends with a number that is known to be durable; the child is in the middle of the next append.
      if (printed.split('\n').length > 30) process_.kill('SIGKILL');
    });
    const [, signal] = await once(process_, 'close');
    expect(signal).toBe('SIGKILL');
    const promised = Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1));
    const activity = await opened({ file });
    expect(activity.revision).toBeGreaterThanOrEqual(promised);
    expect(promised).toBeGreaterThanOrEqual(30);
    expect(await activity.verify()).toMatchObject({ ok: true, events: activity.revision });
  });

  test('many at once keep the order of the calls in one chain', async () => {
    const activity = await opened();
    const points = await Promise.all(Array.from({ length: 1000 }, (_, index) => activity.append({ at: noon + index, kind: 'paused' })));
    expect(points.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    const lines = (await textOf(activity.export(everything, 'jsonl'))).trimEnd().split('\n').map((line) => JSON.parse(line) as { at: number; hash: string });
    expect(lines.map(({ at }) => at)).toEqual(Array.from({ length: 1000 }, (_, index) => noon + index));
    expect(lines.map(({ hash }) => hash)).toEqual(points.map(({ hash }) => hash));
    expect(await activity.verify()).toEqual({ ok: true, events: 1000, since: noon });
  });

  test('what is appended while a transaction runs shares the next one', async () => {
    const batches: number[] = [];
    const releases: (() => void)[] = [];
    const write = async (events: readonly string[]): Promise<readonly ChainPoint[]> => {
      batches.push(events.length);
      await new Promise<void>((resolve) => void releases.push(resolve));
      return events.map((_, index) => ({ sequence: index + 1, hash: '' }));
    };
    const queue = new AppendQueue(write, () => undefined);
    const append = (): Promise<ChainPoint> => queue.append({ at: noon, kind: 'paused' });
    const burst = [append(), append()];
    await expect.poll(() => releases.length).toBe(1);
    const late = [append(), append(), append()];
    releases[0]?.();
    await Promise.all(burst);
    await expect.poll(() => releases.length).toBe(2);
    releases[1]?.();
    await Promise.all(late);
    expect(batches).toEqual([2, 3]);
  });

  test('an event is recorded as it was when it was appended', async () => {
    const activity = await opened();
    const event = { ...intent(), arguments: { to: 'ana@northwind.example' } };
    const appended = activity.append(event);
    event.arguments.to = 'eve@evil.example';
    await appended;
    const detail = await activity.read(event.action);
    expect(detail?.arguments).toContain('ana@northwind.example');
    expect(detail?.arguments).not.toContain('evil');
  });

  test('half a surrogate pair does not keep an action from being recorded', async () => {
    const activity = await opened();
    const event = intent({ arguments: { text: 'broken \ud800', 'key \udc00': [{ deep: '\udfff' }] } });
    await activity.append(event);
    expect((await activity.read(event.action))?.arguments).toContain('broken \ufffd');
    expect(await activity.verify()).toMatchObject({ ok: true });
  });

  test('arguments that look like a prototype are recorded as they are', async () => {
    const activity = await opened();
    const args = '{"__proto__":{"isAdmin":true},"constructor":1,"to":"ana@northwind.example"}';
    // What the broker parsed: JSON has nothing against such keys.
    const event = intent({ arguments: JSON.parse(args) as JsonObject });
    await activity.append(event);
    const shown = (await activity.read(event.action))?.arguments ?? '';
    expect(shown.replaceAll(/\s/g, '')).toBe(args);
    expect(await activity.verify()).toMatchObject({ ok: true });
  });

  test('an event without a proper time is refused alone', async () => {
    const activity = await opened();
    await expect(activity.append({ at: Number.NaN, kind: 'paused' })).rejects.toThrow(TypeError);
    await expect(activity.append({ at: noon, kind: 'paused' })).resolves.toMatchObject({ sequence: 1 });
  });

  test('a reopened record goes on where it stopped', async () => {
    const file = temporaryFile();
    const first = await openActivity({ file });
    const action = newAction();
    await first.append(intent({ action }));
    await first.close();
    const second = await opened({ file });
    expect(second.revision).toBe(1);
    await second.append(started(action));
    await second.append(ended(action));
    expect(second.revision).toBe(3);
    expect((await second.read(action))?.entry.progress).toBe('done');
    expect(await second.verify()).toMatchObject({ ok: true, events: 3 });
  });

  test('closing waits for what was appended', async () => {
    const file = temporaryFile();
    const activity = await openActivity({ file });
    const appended = Array.from({ length: 20 }, () => activity.append({ at: noon, kind: 'paused' }));
    await activity.close();
    await expect(Promise.all(appended)).resolves.toHaveLength(20);
    expect(readdirSync(dirname(file))).toEqual(['activity.db']);
    expect((await opened({ file })).revision).toBe(20);
  });

  test('listeners hear of each durable event in order, until they stop', async () => {
    const activity = await opened();
    const heard: string[] = [];
    const stop = activity.onAppended(({ sequence, event }) => heard.push(`${sequence} ${event.kind}`));
    await Promise.all([activity.append({ at: noon, kind: 'paused' }), activity.append({ at: noon, kind: 'resumed' })]);
    await expect.poll(() => heard).toEqual(['1 paused', '2 resumed']);
    stop();
    await activity.append({ at: noon, kind: 'paused' });
    expect(heard).toHaveLength(2);
  });

  test.skipIf(process.platform === 'win32')('the file is for this person alone', async () => {
    const file = temporaryFile();
    const activity = await opened({ file });
    await activity.append({ at: noon, kind: 'paused' });
    for (const name of [file, `${file}-wal`, `${file}.journal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  test('our own code cannot change or remove an event', async () => {
    const file = temporaryFile();
    const activity = await opened({ file });
    await activity.append({ at: noon, kind: 'paused' });
    await activity.recent(1);
    const database = new DatabaseSync(file);
    onTestFinished(() => database.close());
    expect(() => database.exec("UPDATE events SET body = '{}'")).toThrow('append-only');
    expect(() => database.exec('DELETE FROM events')).toThrow('append-only');
  });
});
