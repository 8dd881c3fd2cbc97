import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { actionId, type ActionId } from '../../preload/contract.ts';
import { everything, openActivity } from '../../main/activity/open.ts';
import { ActivityWriter } from '../../main/activity/writer.ts';
import { asked, ended, intent, isFirstTime, marketing, noon, opened, sent, started, tamper, temporaryFile, textOf, workMail } from './fixtures/activity-fixture.ts';

describe('what was appended', () => {
  test('is in the answer to whatever is asked after, also when nobody waited for the append', async () => {
    const activity = await opened();
    const done = sent();
    const open = intent({ at: noon + 1, tool: 'later_tool' });
    const append = (events: Parameters<typeof activity.append>[0][]): void => {
      for (const event of events) void activity.append(event);
    };
    append([intent({ facts: { effect: 'read', isReversible: true } })]);
    expect((await activity.recent(9)).length).toBe(1);
    append(done);
    expect(await isFirstTime(activity, 'ana@northwind.example')).toBe(false);
    append([open]);
    expect((await activity.search({ ...everything, text: 'later_tool' }, null)).entries).toHaveLength(1);
    append([asked(open.action, noon + 50)]);
    expect(await activity.askedSince(marketing.id, noon + 50)).toBe(1);
    append([started(open.action, noon + 60)]);
    expect((await activity.lastUsed()).get(workMail.id)).toBe(noon + 60);
    append([intent({ at: noon + 70 })]);
    expect((await activity.lastSeen()).get(marketing.id)).toBe(noon + 70);
    append([ended(open.action)]);
    expect(await activity.actionsWithoutEnd()).not.toContain(open.action);
    const last = intent();
    append([last]);
    expect((await activity.read(last.action))?.entry.progress).toBe('waiting');
    append([ended(last.action, 'denied')]);
    expect((await activity.read(last.action))?.steps).toHaveLength(2);
    const another = intent();
    append([another]);
    expect(await activity.intent(another.action)).toEqual(another);
    append([ended(another.action, 'blocked')]);
    const stopped = await activity.countDays(1, noon);
    expect(stopped[0]?.stopped).toBe(2);
    append([{ at: noon, kind: 'paused' }]);
    expect((await textOf(activity.export(everything, 'jsonl'))).trimEnd().split('\n')).toHaveLength(activity.revision);
    append([{ at: noon, kind: 'resumed' }]);
    expect(await activity.verify()).toMatchObject({ ok: true, events: 17 });
  });

  test('is found under a load that never pauses', async () => {
    const activity = await opened();
    const load = new AbortController();
    const loading = Promise.all(
      Array.from({ length: 16 }, async () => {
        while (!load.signal.aborted) await activity.append(intent());
      }),
    );
    const waits: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const own = intent({ tool: `tool_${round}_x` });
      void activity.append(own);
      const from = performance.now();
      const { entries } = await activity.search({ ...everything, text: own.tool }, null);
      waits.push(performance.now() - from);
      expect(entries.map(({ action }) => action)).toEqual([own.action]);
    }
    load.abort();
    await loading;
    expect(waits.toSorted((a, b) => a - b)[5]).toBeLessThan(1000);
  });

  test('is filed by itself, without anybody asking', async () => {
    const file = temporaryFile();
    const activity = await opened({ file });
    await Promise.all(Array.from({ length: 100 }, () => activity.append(intent())));
    const database = new DatabaseSync(file, { readOnly: true });
    onTestFinished(() => database.close());
    await expect.poll(() => database.prepare('SELECT count(*) AS rows FROM actions').get()?.['rows'], { timeout: 5000 }).toBe(100);
  });

  test('can be looked at when it can no longer be filed, and is filed at the next start', async () => {
    const file = temporaryFile();
    const first = await openActivity({ file });
    await first.append(intent());
    expect(await first.recent(9)).toHaveLength(1);
    tamper(file, (database) => database.exec('ALTER TABLE contacts RENAME TO elsewhere'));
    await Promise.all(sent().map((event) => first.append(event)));
    // An answer that leaves out what was recorded would be a lie.
    await expect(first.recent(9)).rejects.toThrow('contacts');
    tamper(file, (database) => database.exec('ALTER TABLE events RENAME TO gone'));
    // What the journal took before that was noticed was promised, too.
    let promised = 2;
    const next = (): Promise<string> => first.append(intent()).then(() => ((promised += 1), 'promised'), String);
    await expect.poll(next).toContain('events');
    expect(await first.recent(9)).toHaveLength(1);
    await first.close();
    tamper(file, (database) => database.exec('ALTER TABLE gone RENAME TO events; ALTER TABLE elsewhere RENAME TO contacts'));
    const second = await opened({ file });
    expect(await second.recent(9)).toHaveLength(promised);
    expect(await second.verify()).toMatchObject({ ok: true, events: promised + 4 });
  });
});

describe('an index that lags', () => {
  test('is no sign of tampering, and is brought up to date after the start', async () => {
    const file = temporaryFile();
    const writer = new ActivityWriter(file, null);
    writer.append(sent().map((event) => JSON.stringify(event)));
    writer.fileNext(2);
    expect(writer.filedTo).toBe(2);
    writer.close();
    // As `kill -9` would have left it: taken back to where it was.
    tamper(file, (database) => database.exec('UPDATE index_version SET sequence = 2'));
    const activity = await opened({ file });
    expect(await isFirstTime(activity, 'ana@northwind.example')).toBe(false);
    expect(await activity.verify()).toMatchObject({ ok: true, events: 5 });
  });

  test('that somebody made forget is filed again before the record is checked', async () => {
    const file = temporaryFile();
    const activity = await opened({ file });
    await Promise.all([...sent(), ...sent()].map((event) => activity.append(event)));
    expect(await activity.recent(9)).toHaveLength(2);
    tamper(file, (database) => {
      database.exec("UPDATE index_version SET sequence = 5; DELETE FROM actions WHERE sequence > 5; DELETE FROM action_events WHERE sequence > 5");
    });
    expect(await activity.verify()).toMatchObject({ ok: true, events: 10 });
    expect(await activity.recent(9)).toHaveLength(2);
  });

  test.for<[string, string]>([
    ['a step taken out of an action', 'DELETE FROM action_events WHERE sequence = 8'],
    ['a step that belongs to another', 'UPDATE action_events SET action = (SELECT action FROM action_events WHERE sequence = 1) WHERE sequence = 8'],
    ['a step that never was', "INSERT INTO action_events VALUES ('x', 99)"],
    ['a line beyond what was filed', "CREATE TEMP TABLE copy AS SELECT * FROM actions WHERE sequence = 6; UPDATE copy SET sequence = 77, action = 'x'; INSERT INTO actions SELECT * FROM copy"],
  ])('does not tell it: %s', async ([, sql]) => {
    const file = temporaryFile();
    const activity = await opened({ file });
    await Promise.all([...sent(), ...sent()].map((event) => activity.append(event)));
    expect(await activity.verify()).toMatchObject({ ok: true });
    tamper(file, (database) => database.exec(sql));
    expect(await activity.verify()).toMatchObject({ ok: false, problem: 'misfiled' });
  });

  test('a record of the first version is filed anew, whole', async () => {
    const file = temporaryFile();
    const writer = new ActivityWriter(file, null);
    writer.append([...sent(), ...sent()].map((event) => JSON.stringify(event)));
    writer.close();
    tamper(file, (database) =>
      database.exec(`DROP TABLE action_events; DROP TABLE index_version; CREATE TABLE index_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
        INSERT INTO index_version VALUES (1, 3); CREATE INDEX events_of_action ON events (action, sequence) WHERE action IS NOT NULL; PRAGMA user_version = 1;`),
    );
    const activity = await opened({ file });
    expect(await activity.recent(9)).toHaveLength(2);
    expect(await activity.verify()).toMatchObject({ ok: true, events: 10 });
  });
});

describe('kill -9 in the middle of appending and filing', () => {
  const child = new URL('fixtures/work-until-killed.ts', import.meta.url).pathname;

  test('loses nothing that was said to be durable, and all of it is found after the next start', { timeout: 120_000 }, async () => {
    const file = temporaryFile();
    const promised: ActionId[] = [];
    for (let round = 0; round < 6; round += 1) {
      const process_ = spawn(process.execPath, [child, file], { stdio: ['ignore', 'pipe', 'inherit'] });
      let printed = '';
      let isDoomed = false;
      process_.stdout.setEncoding('utf8');
      process_.stdout.on('data', (chunk: string) => {
        printed += chunk;
        if (!isDoomed) setTimeout(() => process_.kill('SIGKILL'), Math.random() * 200);
        isDoomed = true;
      });
      const [, signal] = await once(process_, 'close');
      expect(signal).toBe('SIGKILL');
      const said = printed.slice(0, printed.lastIndexOf('\n')).split('\n').map((line) => actionId.parse(line));
      promised.push(...said);
      const activity = await openActivity({ file });
      const newest = said.at(-1);
      const { entries } = await activity.search({ ...everything, text: `word${(newest ?? '').replaceAll('-', '')}` }, null);
      expect(entries.map(({ action }) => action)).toEqual([newest]);
      expect(await activity.verify()).toMatchObject({ ok: true, events: activity.revision });
      await activity.close();
    }
    const activity = await opened({ file });
    const open = new Set(await activity.actionsWithoutEnd());
    expect(promised.filter((action) => !open.has(action))).toEqual([]);
    expect(open.size).toBe(activity.revision);
  });
});
