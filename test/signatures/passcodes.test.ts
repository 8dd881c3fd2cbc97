import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { hashPasscode, isPasscode, usualLogCost } from '../../main/signatures/passcode-hash.ts';
import { account, Passcodes } from '../../main/signatures/passcodes.ts';
import { signatureMigrations } from '../../main/signatures/signature-migrations.ts';
import { ManualClock } from '../gate/harness.ts';

const secret = 'correct horse 7';
/** 16 MiB: the real one is looked at by itself. */
const light = 14;
let database: DatabaseSync;
let clock: ManualClock;
const open = (logCost = light) => new Passcodes(database, clock, logCost);

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  for (const sql of signatureMigrations) database.exec(sql);
  clock = new ManualClock();
});

describe('a passcode', () => {
  test('is kept as a salted scrypt hash of 2^17, 8, 1, and as nothing else', async () => {
    const passcodes = new Passcodes(database, clock);
    await passcodes.set(account, secret);
    const row = database.prepare('SELECT * FROM passcodes').get()!;
    expect(row).toMatchObject({ log_cost: usualLogCost, block_size: 8, parallelization: 1 });
    expect(usualLogCost).toBe(17);
    expect((row['salt'] as Uint8Array).length).toBe(16);
    const everything = Buffer.concat([Buffer.from(JSON.stringify(row)), Buffer.from(row['salt'] as Uint8Array), Buffer.from(row['hash'] as Uint8Array)]);
    expect(everything.includes(secret)).toBe(false);
    expect(await passcodes.check(account, secret)).toEqual({ kind: 'right' });
  });

  test('has another salt each time', async () => {
    const [one, other] = [await hashPasscode(secret, light), await hashPasscode(secret, light)];
    expect(Buffer.from(one.hash).equals(other.hash)).toBe(false);
    expect(await isPasscode(secret, other)).toBe(true);
  });

  test('is the same however an accent was typed, and no other', async () => {
    const kept = await hashPasscode('caf\u00e9 au lait', light);
    expect(await isPasscode('cafe\u0301 au lait', kept)).toBe(true);
    expect(await isPasscode('cafe au lait', kept)).toBe(false);
  });

  test('gets higher parameters once somebody proves to know it', async () => {
    await open(14).set(account, secret);
    expect(await open(15).check(account, secret)).toEqual({ kind: 'right' });
    expect(database.prepare('SELECT log_cost FROM passcodes').get()).toEqual({ log_cost: 15 });
    expect(await open(15).check(account, secret)).toEqual({ kind: 'right' });
  });
});

describe('wrong tries', () => {
  test('are told, and after the fifth nothing is compared for a time that grows to an hour', async () => {
    const passcodes = open();
    await passcodes.set(account, secret);
    const start = clock.now();
    for (const triesLeft of [4, 3, 2, 1]) expect(await passcodes.check(account, 'wrong')).toEqual({ kind: 'wrong', triesLeft });
    expect(await passcodes.check(account, 'wrong')).toEqual({ kind: 'wait', until: start + 30_000 });
    expect(await passcodes.check(account, secret)).toEqual({ kind: 'wait', until: start + 30_000 });
    const waits: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      await clock.advance((passcodes.waitsUntil(account) ?? clock.now()) - clock.now());
      const checked = await passcodes.check(account, 'wrong');
      waits.push(checked.kind === 'wait' ? checked.until - clock.now() : 0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((minutes) => minutes * 60_000));
    await clock.advance(3_600_000);
    expect(await passcodes.check(account, secret)).toEqual({ kind: 'right' });
    expect(await passcodes.check(account, 'wrong')).toEqual({ kind: 'wrong', triesLeft: 4 });
  });

  test('count over a restart', async () => {
    await open().set(account, secret);
    for (let round = 0; round < 5; round += 1) await open().check(account, 'wrong');
    expect(await open().check(account, secret)).toMatchObject({ kind: 'wait' });
  });

  test('many at once are no more of them', async () => {
    const passcodes = open();
    await passcodes.set(account, secret);
    const checked = await Promise.all([...Array.from({ length: 30 }, (_, index) => `guess ${index}`), secret].map((guess) => passcodes.check(account, guess)));
    expect(checked.filter(({ kind }) => kind === 'wrong')).toHaveLength(4);
    expect(checked.filter(({ kind }) => kind === 'right')).toHaveLength(0);
  });

  test('a kill while one is compared leaves it counted', async () => {
    const passcodes = open();
    await passcodes.set(account, secret);
    const comparing = passcodes.check(account, 'wrong');
    await Promise.resolve();
    await Promise.resolve();
    expect(database.prepare('SELECT failed FROM passcode_tries WHERE holder = ?').get(account)).toEqual({ failed: 1 });
    await comparing;
  });

  test('for a name that nobody has are told and held back as any other', async () => {
    const passcodes = open();
    for (const triesLeft of [4, 3, 2, 1]) expect(await passcodes.check(null, secret)).toEqual({ kind: 'wrong', triesLeft });
    expect(await passcodes.check('approver:gone', secret)).toMatchObject({ kind: 'wait' });
    expect(await passcodes.check(null, secret)).toMatchObject({ kind: 'wait' });
  });

  test('do not end with a new passcode', async () => {
    const passcodes = open();
    await passcodes.set(account, secret);
    passcodes.holdBack(account, clock.now() + 1000);
    passcodes.remove(account);
    await passcodes.set(account, 'another one');
    expect(await passcodes.check(account, 'another one')).toMatchObject({ kind: 'wait' });
    await clock.advance(1000);
    expect(await passcodes.check(account, 'another one')).toEqual({ kind: 'right' });
  });
});

test('a name nobody has takes the work of a real comparison', async () => {
  const passcodes = open(16);
  await passcodes.set(account, secret);
  const work = async (holder: string | null): Promise<number> => {
    const before = process.cpuUsage();
    await passcodes.check(holder, 'wrong');
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  // Warm, and then the less of two: what else the machine does only adds.
  await work(null);
  const [known, unknown] = [Math.min(await work(account), await work(account)), Math.min(await work(null), await work('approver:gone'))];
  expect(unknown).toBeGreaterThan(known / 3);
  expect(known).toBeGreaterThan(unknown / 3);
});
