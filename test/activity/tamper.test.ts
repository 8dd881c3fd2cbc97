import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { ActivityAnchor, Verification } from '../../main/activity/activity.ts';
import { hashEvent } from '../../main/activity/chain.ts';
import { readChained } from '../../main/activity/chained-row.ts';
import type { ChainedEvent, ChainPoint } from '../../main/activity/event.ts';
import { openActivity } from '../../main/activity/open.ts';
import { ActivityReader } from '../../main/activity/reader.ts';
import { appendAll, intent, noon, opened, sent, tamper, temporaryFile, write } from './fixtures/activity-fixture.ts';

/** Two sent emails: events 1–5 and 6–10. */
const twoEmails = [...sent(), ...sent()];

/** What `verify` finds in a record of two emails after somebody worked on it. */
async function afterTampering(work: (database: DatabaseSync) => void): Promise<{ readonly file: string; readonly found: Verification }> {
  const file = temporaryFile();
  write(file, twoEmails);
  tamper(file, work);
  return { file, found: await verified(file) };
}

async function verified(file: string, anchor: ChainPoint | null = null): Promise<Verification> {
  const reader = new ActivityReader(file);
  try {
    return await reader.verify(anchor);
  } finally {
    reader.close();
  }
}

function readAll(database: DatabaseSync): ChainedEvent[] {
  return database.prepare('SELECT * FROM events ORDER BY sequence').all().map(readChained);
}

/** Writes the chain anew from `from` on, with right hashes: what somebody does who has read our source. */
function rechain(database: DatabaseSync, events: readonly Omit<ChainedEvent, 'hash' | 'previousHash' | 'sequence'>[]): void {
  database.exec('DELETE FROM events');
  let previousHash = '0'.repeat(64);
  events.forEach((event, index) => {
    const unhashed = { ...event, sequence: index + 1, previousHash };
    const hash = hashEvent(unhashed);
    database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)').run(unhashed.sequence, event.at, event.kind, event.action, event.body, previousHash, hash);
    previousHash = hash;
  });
}

/** An anchor as the app keeps it, elsewhere. */
function anchorInMemory(): ActivityAnchor & { point: ChainPoint | null } {
  return {
    point: null,
    read() {
      return Promise.resolve(this.point);
    },
    write(point) {
      this.point = point;
      return Promise.resolve();
    },
  };
}

/** Takes the last events away and makes the file agree with itself. */
function cutCleanly(database: DatabaseSync): void {
  database.exec('DELETE FROM events WHERE sequence > 5; UPDATE head SET (sequence, hash) = (SELECT sequence, hash FROM events WHERE sequence = 5); DELETE FROM index_version');
}

function rewriteCleanly(database: DatabaseSync): void {
  rechain(database, readAll(database).map((event) => ({ ...event, body: event.body.replaceAll('ana@', 'eve@') })));
  database.exec('UPDATE head SET hash = (SELECT hash FROM events WHERE sequence = 10); DELETE FROM index_version');
}

describe('a record that somebody had their hands on', () => {
  test('an untouched one is intact', async () => {
    const { found } = await afterTampering(() => undefined);
    expect(found).toEqual({ ok: true, events: 10, since: noon });
  });

  test.for<[string, string]>([
    ['a body', "UPDATE events SET body = replace(body, 'ana@', 'eve@') WHERE sequence = 6"],
    ['a space that means nothing', "UPDATE events SET body = body || ' ' WHERE sequence = 6"],
    ['a time', 'UPDATE events SET at = at + 1 WHERE sequence = 6'],
    ['a kind', "UPDATE events SET kind = 'undone' WHERE sequence = 6"],
    ['an action', "UPDATE events SET action = (SELECT action FROM events WHERE sequence = 1) WHERE sequence = 6"],
    ['a hash', "UPDATE events SET hash = replace(hash, substr(hash, 1, 1), 'g') WHERE sequence = 6"],
    ['a link', "UPDATE events SET previous_hash = (SELECT hash FROM events WHERE sequence = 2) WHERE sequence = 6"],
  ])('altered: %s', async ([, sql]) => {
    const { found } = await afterTampering((database) => database.exec(sql));
    expect(found).toEqual({ ok: false, atSequence: 6, problem: 'altered' });
  });

  test('altered, with its own hash made to fit: the next event does not continue it', async () => {
    const { found } = await afterTampering((database) => {
      const event = readAll(database)[5];
      if (!event) throw new Error('There are ten events.');
      const body = event.body.replace('ana@', 'eve@');
      database.prepare('UPDATE events SET body = ?, hash = ? WHERE sequence = 6').run(body, hashEvent({ ...event, body }));
    });
    expect(found).toMatchObject({ ok: false, atSequence: 7, problem: 'unlinked' });
  });

  test('deleted in the middle', async () => {
    const { found } = await afterTampering((database) => database.exec('DELETE FROM events WHERE sequence = 7'));
    expect(found).toEqual({ ok: false, atSequence: 7, problem: 'missing' });
  });

  test('deleted in the middle, and the rest renumbered', async () => {
    const { found } = await afterTampering((database) => {
      database.exec('DELETE FROM events WHERE sequence = 7');
      for (let sequence = 8; sequence <= 10; sequence += 1) database.exec(`UPDATE events SET sequence = ${sequence - 1} WHERE sequence = ${sequence}`);
    });
    expect(found).toEqual({ ok: false, atSequence: 7, problem: 'altered' });
  });

  test('deleted at the beginning', async () => {
    const { found } = await afterTampering((database) => database.exec('DELETE FROM events WHERE sequence <= 5'));
    expect(found).toEqual({ ok: false, atSequence: 1, problem: 'missing' });
  });

  test('reordered', async () => {
    const { found } = await afterTampering((database) =>
      database.exec('UPDATE events SET sequence = 99 WHERE sequence = 3; UPDATE events SET sequence = 3 WHERE sequence = 4; UPDATE events SET sequence = 4 WHERE sequence = 99'),
    );
    expect(found).toEqual({ ok: false, atSequence: 3, problem: 'altered' });
  });

  test('inserted at the end, properly chained', async () => {
    const { found } = await afterTampering((database) => {
      const last = readAll(database).at(-1);
      if (!last) throw new Error('There are ten events.');
      const forged = { sequence: 11, at: noon, kind: 'paused', action: null, body: '{}', previousHash: last.hash } as const;
      database.prepare('INSERT INTO events VALUES (11, ?, ?, NULL, ?, ?, ?)').run(noon, 'paused', '{}', last.hash, hashEvent(forged));
    });
    expect(found).toEqual({ ok: false, atSequence: 11, problem: 'cut_off' });
  });

  test('cut off at the end; and appending later does not hide it', async () => {
    const { file, found } = await afterTampering((database) => database.exec('DELETE FROM events WHERE sequence > 8'));
    expect(found).toEqual({ ok: false, atSequence: 9, problem: 'cut_off' });
    write(file, [intent()]);
    expect(await verified(file)).toEqual({ ok: false, atSequence: 9, problem: 'missing' });
  });

  test('an inserted tail is not hidden by appending either', async () => {
    const { file } = await afterTampering((database) => {
      const last = readAll(database).at(-1);
      const forged = { sequence: 11, at: noon, kind: 'paused', action: null, body: '{}', previousHash: last?.hash ?? '' } as const;
      database.prepare('INSERT INTO events VALUES (11, ?, ?, NULL, ?, ?, ?)').run(noon, 'paused', '{}', forged.previousHash, hashEvent(forged));
    });
    write(file, [intent()]);
    expect(await verified(file)).toEqual({ ok: false, atSequence: 12, problem: 'unlinked' });
  });

  test('everything deleted', async () => {
    const { found } = await afterTampering((database) => database.exec('DELETE FROM events'));
    expect(found).toMatchObject({ ok: false, atSequence: 1, problem: 'cut_off' });
  });

  test.for<[string, string]>([
    ['a refusal shown as done', "UPDATE actions SET progress = 'denied' WHERE sequence = 6"],
    ['another name shown', "UPDATE actions SET agent_name = 'Finance Claw' WHERE sequence = 6"],
    ['a line taken out of the timeline', 'DELETE FROM actions WHERE sequence = 6'],
  ])('the index tells something else: %s', async ([, sql]) => {
    const { found } = await afterTampering((database) => database.exec(sql));
    expect(found).toEqual({ ok: false, atSequence: 6, problem: 'misfiled' });
  });

  test('an action taken out of what can be searched', async () => {
    const { found } = await afterTampering((database) => database.exec("INSERT INTO action_text (action_text) VALUES ('delete-all')"));
    expect(found).toMatchObject({ ok: false, problem: 'misfiled' });
  });

  test('a line in the timeline that never happened', async () => {
    const { found } = await afterTampering((database) =>
      database.exec(`CREATE TEMP TABLE copy AS SELECT * FROM actions WHERE sequence = 6; UPDATE copy SET sequence = 7, action = 'x'; INSERT INTO actions SELECT * FROM copy`),
    );
    expect(found).toMatchObject({ ok: false, problem: 'misfiled' });
  });
});

/** A record of two emails, and the anchor that followed it. */
async function anchored(file: string): Promise<ReturnType<typeof anchorInMemory>> {
  const anchor = anchorInMemory();
  const activity = await openActivity({ file, anchor });
  await appendAll(activity, twoEmails);
  await activity.close();
  return anchor;
}

describe('an anchor kept elsewhere', () => {
  test('follows the newest event', async () => {
    const file = temporaryFile();
    const anchor = await anchored(file);
    expect(anchor.point?.sequence).toBe(10);
    expect(await (await opened({ file, anchor })).verify()).toMatchObject({ ok: true, events: 10 });
  });

  test('shows a clean cut, which the file alone cannot; and appending does not hide it', async () => {
    const file = temporaryFile();
    const anchor = await anchored(file);
    tamper(file, cutCleanly);
    write(file, []);
    expect(await verified(file)).toMatchObject({ ok: true, events: 5 });
    const activity = await opened({ file, anchor });
    expect(await activity.verify()).toEqual({ ok: false, atSequence: 6, problem: 'cut_off' });
    await expect(activity.append(intent())).resolves.toMatchObject({ sequence: 11 });
    expect(await activity.verify()).toEqual({ ok: false, atSequence: 6, problem: 'missing' });
  });

  test('shows a chain that was written anew as a whole, and is not moved onto it', async () => {
    const file = temporaryFile();
    const anchor = await anchored(file);
    const before = anchor.point;
    tamper(file, rewriteCleanly);
    const activity = await opened({ file, anchor });
    expect(await activity.verify()).toEqual({ ok: false, atSequence: 10, problem: 'rewritten' });
    await activity.append(intent());
    await activity.close();
    expect(anchor.point).toEqual(before);
  });

  test('that cannot be read is not written over, and the record is not called intact', async () => {
    const file = temporaryFile();
    const written: ChainPoint[] = [];
    const anchor: ActivityAnchor = { read: () => Promise.reject(new Error('locked')), write: (point) => Promise.resolve(void written.push(point)) };
    const activity = await opened({ file, anchor });
    await activity.append(intent());
    await expect(activity.verify()).rejects.toThrow('locked');
    await activity.close();
    expect(written).toEqual([]);
  });

  test('that cannot be written stops nothing', async () => {
    const activity = await opened({ anchor: { read: () => Promise.resolve(null), write: () => Promise.reject(new Error('locked')) } });
    await expect(activity.append(intent())).resolves.toMatchObject({ sequence: 1 });
    await expect(activity.append(intent())).resolves.toMatchObject({ sequence: 2 });
    await activity.close();
  });
});
