import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StateOpenError } from '../../main/state/state-open-error.ts';
import { openState } from '../../main/state/state.ts';

const people = { component: 'people', migrations: ['CREATE TABLE person (name TEXT PRIMARY KEY) STRICT'] };
const withAge = { component: 'people', migrations: [...people.migrations, 'ALTER TABLE person ADD COLUMN age INTEGER'] };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'));
  file = join(folder, 'home', 'state.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function failure(work: () => unknown): StateOpenError {
  try {
    work();
  } catch (error) {
    if (error instanceof StateOpenError) return error;
    throw error;
  }
  throw new Error('It was opened.');
}

function names(database: DatabaseSync): unknown[] {
  return database.prepare('SELECT name FROM person ORDER BY name').all().map((row) => row['name']);
}

test('the file, its log and its folder belong to this person alone', () => {
  const state = openState(file, [people]);
  state.database.exec("INSERT INTO person VALUES ('Ana')");
  for (const path of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'home')).mode & 0o777).toBe(0o700);
  state.close();
});

test('a file that others could read is taken back', () => {
  openState(file, [people]).close();
  writeFileSync(join(folder, 'copy'), '');
  const loose = join(folder, 'loose.db');
  writeFileSync(loose, '', { mode: 0o644 });
  openState(loose, [people]).close();
  expect(statSync(loose).mode & 0o777).toBe(0o600);
});

test('it is durable: write-ahead log, full sync, foreign keys, a busy timeout', () => {
  const state = openState(file, [people]);
  const pragma = (name: string): unknown => Object.values(state.database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(pragma('journal_mode')).toBe('wal');
  expect(pragma('synchronous')).toBe(2);
  expect(pragma('foreign_keys')).toBe(1);
  expect(pragma('busy_timeout')).toBe(5000);
  state.close();
});

test('migrations run once each, in order, and keep what is stored', () => {
  const first = openState(file, [people]);
  first.database.exec("INSERT INTO person VALUES ('Ana')");
  first.close();
  const second = openState(file, [withAge, { component: 'places', migrations: ['CREATE TABLE place (id INTEGER) STRICT'] }]);
  expect(second.database.prepare('SELECT name, age FROM person').all()).toEqual([{ name: 'Ana', age: null }]);
  second.database.exec('INSERT INTO place VALUES (1)');
  second.close();
});

test('a newer version is refused, says what to do, and is left as it was', () => {
  openState(file, [withAge]).close();
  const error = failure(() => openState(file, [people, { component: 'places', migrations: ['CREATE TABLE place (id INTEGER) STRICT'] }]));
  expect(error.reason).toBe('newer');
  expect(error.message).toMatch(/newer Countersign.*Install that version or a newer one/);
  const database = new DatabaseSync(file);
  expect(database.prepare('SELECT component, version FROM schema_migrations').all()).toEqual([{ component: 'people', version: 2 }]);
  expect(database.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'place'").get()).toEqual({ n: 0 });
  database.close();
});

test('a component this app does not know is a newer version too', () => {
  openState(file, [people, { component: 'places', migrations: ['CREATE TABLE place (id INTEGER) STRICT'] }]).close();
  expect(failure(() => openState(file, [people])).reason).toBe('newer');
});

test('a migration that fails takes back all of itself and none of the earlier ones', () => {
  const broken = { component: 'people', migrations: [...people.migrations, 'CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1)'] };
  expect(failure(() => openState(file, [broken])).reason).toBe('migration');
  const state = openState(file, [people]);
  expect(state.database.prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'half'").get()).toEqual({ n: 0 });
  state.close();
  openState(file, [withAge]).close();
});

test('killed in the middle of a migration, the next start finds the state before it and completes it', async () => {
  openState(file, [people]).close();
  const slow = 'ALTER TABLE person ADD COLUMN age INTEGER; CREATE TABLE filler (n INTEGER);'
    + ' INSERT INTO filler WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 4000000000) SELECT n FROM c';
  const script = join(folder, 'migrate.mjs');
  const source = new URL('../../main/state/state.ts', import.meta.url).href;
  writeFileSync(script, `import { openState } from ${JSON.stringify(source)};
    const log = process.stdout;
    await new Promise((done) => log.write('started', done));
    openState(${JSON.stringify(file)}, [{ component: 'people', migrations: ['never run', ${JSON.stringify(slow)}] }]);`);
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  await waitUntilGrowing(file);
  child.kill('SIGKILL');
  await exited;

  const before = new DatabaseSync(file);
  expect(before.prepare('SELECT version FROM schema_migrations').get()).toEqual({ version: 1 });
  expect(before.prepare("SELECT name FROM pragma_table_info('person')").all()).toEqual([{ name: 'name' }]);
  before.close();
  const state = openState(file, [withAge]);
  expect(state.database.prepare("SELECT count(*) AS n FROM pragma_table_info('person')").get()).toEqual({ n: 2 });
  state.close();
});

async function waitUntilGrowing(path: string): Promise<void> {
  const size = (): number => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  while (size() < 1_000_000) await new Promise((done) => setTimeout(done, 20));
}

test('a file that is no database is refused and not overwritten', () => {
  const other = join(folder, 'letter.db');
  writeFileSync(other, 'Dear Ana, this is not a database, it is a letter, and it must stay as it is.'.repeat(50));
  const size = statSync(other).size;
  expect(failure(() => openState(other, [people])).reason).toBe('unreadable');
  expect(statSync(other).size).toBe(size);
});

test('a transaction that throws leaves nothing; a nested one only takes back its own part', () => {
  const state = openState(':memory:', [people]);
  const add = (name: string): void => void state.database.prepare('INSERT INTO person VALUES (?)').run(name);
  expect(() =>
    state.transaction(() => {
      add('Ana');
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(names(state.database)).toEqual([]);

  state.transaction(() => {
    add('Bo');
    expect(() =>
      state.transaction(() => {
        add('Cy');
        throw new Error('inner');
      }),
    ).toThrow('inner');
    state.transaction(() => add('Di'));
  });
  expect(names(state.database)).toEqual(['Bo', 'Di']);
  state.close();
});

test('a transaction refuses to wait for a promise', () => {
  const state = openState(':memory:', [people]);
  expect(() =>
    state.transaction(() => {
      state.database.exec("INSERT INTO person VALUES ('Ana')");
      return Promise.resolve();
    }),
  ).toThrow(TypeError);
  expect(names(state.database)).toEqual([]);
  state.close();
  state.close();
});
