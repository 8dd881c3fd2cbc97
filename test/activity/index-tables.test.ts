import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { agentId, connectionId } from '../../preload/contract.ts';
import { lastDays } from '../../main/activity/days.ts';
import type { ActionEvent, ActivityEvent } from '../../main/activity/event.ts';
import { ActivityReader } from '../../main/activity/reader.ts';
import { answered, asked, edited, editRefused, ended, intent, isFirstTime, marketing, newAction, noon, opened, reading, sent, started, temporaryFile, workMail, write } from './fixtures/activity-fixture.ts';

/** All that is derived, the words of the full-text index included. */
function dump(file: string): unknown {
  const database = new DatabaseSync(file);
  try {
    database.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'action_text', 'instance')");
    const all = (sql: string): unknown => database.prepare(sql).all();
    return {
      actions: all('SELECT * FROM actions ORDER BY sequence'),
      words: all('SELECT * FROM temp.words ORDER BY term, doc, col, offset'),
      contacts: all('SELECT * FROM contacts ORDER BY kind, name'),
      used: all('SELECT * FROM last_used ORDER BY connection'),
      seen: all('SELECT * FROM last_seen ORDER BY agent'),
    };
  } finally {
    database.close();
  }
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

const actions = [newAction(), newAction(), newAction()];
const anyEvent: fc.Arbitrary<ActivityEvent> = fc
  .record({
    action: fc.constantFrom(...actions),
    at: fc.integer({ min: noon, max: noon + 1000 }),
    text: fc.string({ maxLength: 20 }),
    address: fc.emailAddress(),
    answer: fc.constantFrom('approved', 'denied', 'timed_out', 'withdrawn'),
    outcome: fc.constantFrom('done', 'done_with_changes', 'denied', 'unknown', 'failed'),
    policy: fc.constantFrom('allow', 'ask', 'deny'),
    kind: fc.constantFrom('intent', 'intent', 'asked', 'edited', 'edit_refused', 'answered', 'held', 'undone', 'started', 'ended', 'paired', 'paused'),
  })
  .map(({ action, at, text, address, answer, outcome, policy, kind }): ActivityEvent => {
    switch (kind) {
      case 'intent':
        return intent({
          action,
          at,
          arguments: { z: text, a: [text, { deep: address }] },
          facts: { effect: 'send', isReversible: false, subject: text, recipients: [{ address, domain: '', isOutside: true, isFirstTime: true }] },
          decision: { answer: policy, layer: 'personal', policies: [], title: text, reason: null, errors: [] },
        });
      case 'asked':
        return asked(action, at);
      case 'answered':
        return { ...answered(action, answer), at };
      case 'edited':
        return edited(action, text, address);
      case 'edit_refused':
        return editRefused(action, text, address);
      case 'held':
        return { at, kind, action, until: at + 5 };
      case 'undone':
        return { at, kind, action };
      case 'started':
        return started(action, at);
      case 'ended':
        return { ...ended(action, outcome), at };
      case 'paired':
        return { at, kind, agent: { id: marketing.id, name: text } };
      case 'paused':
        return { at, kind };
    }
  });

describe('the index', () => {
  test('thrown away and made anew from the chain it is the same, for any history; and it agrees with the chain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { maxLength: 40 }), async (events) => {
        const file = temporaryFile();
        write(file, events);
        const before = dump(file);
        change(file, 'DROP TABLE actions; DROP TABLE action_text; DROP TABLE contacts; DROP TABLE last_used; DROP TABLE last_seen; DELETE FROM index_version');
        write(file, []);
        expect(dump(file)).toEqual(before);
        const reader = new ActivityReader(file);
        expect(await reader.verify(null)).toMatchObject({ ok: true, events: events.length });
        reader.close();
      }),
      { numRuns: 20 },
    );
  });

  test('of another version is made anew', () => {
    const file = temporaryFile();
    write(file, sent());
    const before = dump(file);
    change(file, "UPDATE index_version SET version = 0; UPDATE actions SET tool = 'stale'");
    write(file, []);
    expect(dump(file)).toEqual(before);
  });
});

describe('first time', () => {
  test('until something was done with that recipient, however it is written', async () => {
    const reader = reading(sent());
    for (const address of ['ana@northwind.example', 'ANA@Northwind.EXAMPLE', ' Ana@northwind.example ']) expect(await isFirstTime(reader, address)).toBe(false);
    expect(await isFirstTime(reader, 'bo@northwind.example')).toBe(true);
  });

  test.for(['denied', 'blocked', 'timed_out', 'undone', 'failed', 'unknown'] as const)('still after an action that ended as %s', async (outcome) => {
    const first = intent();
    expect(await isFirstTime(reading([first, started(first.action), ended(first.action, outcome)]), 'ana@northwind.example')).toBe(true);
  });

  test('still while it is on its way', async () => {
    const first = intent();
    expect(await isFirstTime(reading([first, started(first.action)]), 'ana@northwind.example')).toBe(true);
  });

  test('no longer after it was done with changes', async () => {
    const first = intent();
    expect(await isFirstTime(reading([first, ended(first.action, 'done_with_changes')]), 'ana@northwind.example')).toBe(false);
  });

  test('is known as soon as the end is durable', async () => {
    const activity = await opened();
    const [first, ...rest] = sent();
    if (!first) throw new Error('An email has an intent.');
    await activity.append(first);
    expect(await isFirstTime(activity, 'ana@northwind.example')).toBe(true);
    await Promise.all(rest.map((event) => activity.append(event)));
    expect(await isFirstTime(activity, 'ana@northwind.example')).toBe(false);
  });
});

describe('what screens count', () => {
  const finance = { id: agentId.parse('finance'), name: 'Finance Claw' };
  const books = { id: connectionId.parse('books'), name: 'Books' };

  test('how often a Claw asked, since then', () => {
    const events: ActionEvent[] = [1, 2, 3].flatMap((minute) => {
      const first = intent({ at: noon + minute });
      return [first, asked(first.action, noon + minute)];
    });
    const reader = reading([...events, intent(), intent({ agent: finance })]);
    expect(reader.askedSince({ agent: marketing.id, since: noon })).toBe(3);
    expect(reader.askedSince({ agent: marketing.id, since: noon + 2 })).toBe(2);
    expect(reader.askedSince({ agent: finance.id, since: 0 })).toBe(0);
  });

  test('when a connection was last used and a Claw last seen', async () => {
    const activity = await opened();
    const [one, two] = [intent({ at: noon }), intent({ at: noon + 5, agent: finance, connection: books })];
    await Promise.all([one, started(one.action, noon + 2), two, { at: noon + 9, kind: 'paired', agent: marketing } as const].map((event) => activity.append(event)));
    expect(await activity.lastUsed()).toEqual(new Map([[workMail.id, noon + 2]]));
    await activity.append({ at: noon + 7, kind: 'ended', action: two.action, outcome: 'done', text: null });
    expect((await activity.lastUsed()).get(books.id)).toBe(noon + 7);
    expect(await activity.lastSeen()).toEqual(new Map([[marketing.id, noon + 9], [finance.id, noon + 5]]));
  });

  test('which actions have no end, oldest first', async () => {
    const activity = await opened();
    const [open, closed, later] = [intent(), sent(), intent()];
    await Promise.all([open, ...closed, later, started(later.action)].map((event) => activity.append(event)));
    expect(await activity.actionsWithoutEnd()).toEqual([open.action, later.action]);
    expect((await activity.recent(2)).map(({ action }) => action)).toEqual([later.action, closed[0]?.action]);
  });
});

describe('days', () => {
  const timeZone = process.env['TZ'];
  afterEach(() => {
    if (timeZone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = timeZone;
  });

  test('count what was done, asked and stopped on each, in the local time zone', async () => {
    process.env['TZ'] = 'America/Los_Angeles';
    const activity = await opened();
    const midnight = new Date(2026, 2, 3).getTime();
    const [late, early] = [intent({ at: midnight - 1 }), intent({ at: midnight })];
    await Promise.all([late, asked(late.action), answered(late.action, 'denied'), early, ended(early.action), intent({ at: midnight - 3 * 86_400_000 })].map((event) => activity.append(event)));
    expect(await activity.countDays(2, midnight + 1000)).toEqual([
      { day: '2026-03-02', done: 0, asked: 1, stopped: 1 },
      { day: '2026-03-03', done: 1, asked: 0, stopped: 0 },
    ]);
  });

  test.for(['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Asia/Kathmandu', 'America/Santiago'])('follow each other without gap or overlap, also when clocks change (%s)', (zone) => {
    process.env['TZ'] = zone;
    const days = lastDays(366, Date.UTC(2026, 11, 1, 12));
    expect(new Set(days.map(({ day }) => day)).size).toBe(366);
    days.slice(1).forEach(({ from }, index) => expect(from).toBe(days[index]?.to));
    expect(days.at(-1)?.day).toBe('2026-12-01');
  });

  test('may be 23 or 25 hours long', () => {
    process.env['TZ'] = 'Europe/Berlin';
    const hours = new Set(lastDays(366, Date.UTC(2026, 11, 1, 12)).map(({ from, to }) => (to - from) / 3_600_000));
    expect(hours).toEqual(new Set([23, 24, 25]));
  });
});
