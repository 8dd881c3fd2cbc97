import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { array, assert, constant, constantFrom, integer, oneof, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actionId, digest, grantId } from '../../preload/contract.ts';
import { grantMigrations, Grants } from '../../main/approvals/grants.ts';
import type { FrozenAction } from '../../main/model/action.ts';
import type { GrantOffer } from '../../main/model/grant.ts';
import { say } from '../../main/model/say.ts';
import { agent, connection, ManualClock } from '../gate/harness.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const action: FrozenAction = { id: actionId.parse(randomUUID()), kind: 'invokeTool', agent, connection, name: 'send_email', arguments: {}, materials: [], digest: digest.parse('a'.repeat(64)), requestedAt: 0 };
const anHour: GrantOffer = { id: 'reading', scope: { kind: 'reading' }, sentence: say('grant.reading'), lasts: 'hour', uses: 100 };

function start() {
  const database = new DatabaseSync(':memory:');
  for (const sql of grantMigrations) database.exec(sql);
  const clock = new ManualClock();
  const open = () => new Grants(database, clock, () => grantId.parse(randomUUID()));
  const grants = open();
  return { database, clock, open, grants, grant: grants.give(action, anHour) };
}

/** Whether it would let something through now, as the gate asks and as its Cedar text says (`grant-text.ts`). */
function isInForce(grants: Grants, clock: ManualClock): boolean {
  grants.endDue();
  return grants.list().some(({ from, until }) => from <= clock.now() && clock.now() < until);
}

describe('a standing answer', () => {
  test('is not longer where the clock is set back while it lasts', () => {
    const { clock, grants } = start();
    clock.pass(50 * minute);
    clock.setWall(-40 * minute);
    clock.pass(10 * minute);
    expect(grants.list()).toEqual([]);
  });

  test('counts the time in which the computer slept, before anything that wakes it can be let through', () => {
    const { clock, grants } = start();
    clock.pass(10 * minute);
    clock.sleep(2 * hour);
    clock.setWall(-2 * hour);
    expect(isInForce(grants, clock)).toBe(false);
  });

  test('ends where the clock on the wall says so, also when that was set forward', () => {
    const { clock, grants } = start();
    clock.setWall(2 * hour);
    expect(isInForce(grants, clock)).toBe(false);
  });

  test('is over where the clock was set back while the app was stopped', () => {
    const { clock, grants, open } = start();
    clock.pass(30 * minute);
    grants.close();
    clock.setWall(-5 * minute);
    expect(open().list()).toEqual([]);
  });

  test('has after a restart no more than was left of it', () => {
    const { clock, grants, open } = start();
    // By its wall it would have an hour more.
    clock.pass(5 * minute);
    clock.setWall(-4 * minute);
    clock.pass(50 * minute);
    grants.close();
    const next = open();
    clock.pass(4 * minute);
    expect(isInForce(next, clock)).toBe(true);
    clock.pass(minute);
    expect(isInForce(next, clock)).toBe(false);
  });

  test('of an earlier version, of which nobody wrote how much is left, ends by the wall', () => {
    const { clock, database, grants, open } = start();
    grants.close();
    database.exec('UPDATE grants SET seen_at = NULL, left_ms = NULL');
    const next = open();
    expect(isInForce(next, clock)).toBe(true);
    clock.pass(hour);
    expect(isInForce(next, clock)).toBe(false);
  });

  test('goes on where the disk is full', () => {
    const { clock, database, grants } = start();
    database.exec(`CREATE TRIGGER full BEFORE UPDATE ON grants BEGIN SELECT RAISE(FAIL, 'disk full'); END`);
    clock.pass(30 * minute);
    expect(isInForce(grants, clock)).toBe(true);
  });

  test('is never longer than it was given, and with an honest clock never shorter, over sleep, clock changes, crashes and restarts', () => {
    const step = oneof(
      record({ kind: constant('awake' as const), by: integer({ min: 1, max: 20 * minute }) }),
      record({ kind: constant('sleep' as const), by: integer({ min: 1, max: 40 * minute }) }),
      record({ kind: constant('wall' as const), by: integer({ min: -2 * day, max: 2 * day }) }),
      record({ kind: constantFrom('stop' as const, 'crash' as const), by: integer({ min: 0, max: 40 * minute }) }),
    );
    assert(
      property(array(step, { maxLength: 12 }), (steps) => {
        const { clock, grants: first, open, grant } = start();
        let grants = first;
        let running = 0;
        let crashes = 0;
        let isHonest = true;
        for (const { kind, by } of steps) {
          if (kind === 'awake') clock.pass(by);
          else if (kind === 'wall') clock.setWall(by);
          else clock.sleep(by);
          if (kind === 'awake' || kind === 'sleep') running += by;
          if (kind === 'wall') isHonest = false;
          if (kind === 'stop') grants.close();
          if (kind === 'crash') crashes += 1;
          if (kind === 'stop' || kind === 'crash') grants = open();
          const inForce = isInForce(grants, clock);
          // Between two times that it is written how much is left lies a minute, and how long the computer slept then.
          if (crashes === 0 && running >= hour) expect(inForce).toBe(false);
          if (clock.now() >= grant.until || clock.now() < grant.from) expect(inForce).toBe(false);
          if (isHonest) expect(inForce).toBe(clock.now() < grant.until);
        }
      }),
      { numRuns: 500 },
    );
  });
});
