import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentId, connectionId, type ActivityFilter } from '../../preload/contract.ts';
import type { IntentEvent } from '../../main/activity/event.ts';
import { everything } from '../../main/activity/open.ts';
import type { ActivityReader } from '../../main/activity/reader.ts';
import { appendAll, ended, intent, newAction, noon, opened, reading, sent } from './fixtures/activity-fixture.ts';

function found(reader: ActivityReader, filter: Partial<ActivityFilter>): string[] {
  return reader.search({ filter: { ...everything, ...filter }, after: null, limit: 200 }).entries.map(({ action }) => action);
}

/** A record with one email; its parts as given. */
function oneEmail(over: Partial<IntentEvent> = {}): (text: string) => boolean {
  const reader = reading([intent(over)]);
  return (text) => found(reader, { text }).length === 1;
}

describe('searching by text', () => {
  test.for<[string, string, boolean]>([
    ['a recipient', 'ana@northwind.example', true],
    ['the beginning of a recipient', 'ana@', true],
    ['part of a recipient', 'northwind', true],
    ['a recipient in capitals', 'ANA@NORTHWIND', true],
    ['a subject', 'price list', true],
    ['the beginning of the last word', 'price li', true],
    ['the beginning of a word before the last', 'pri list', false],
    ['words from different places', 'marketing northwind q3', true],
    ['a tool', 'send_email', true],
    ['part of a tool', 'email', true],
    ['the Claw', 'marketing', true],
    ['the connection', 'work mail', true],
    ['the text', 'hello', true],
    ['a word that is not there', 'hello bob', false],
    ['blanks only', '   ', true],
    ['signs only', '@ "', false],
    ['a word and a stray quote', 'hello "', true],
    ['FTS syntax as plain words', 'hello OR bob', false],
    ['a column filter as plain words', 'tool:send_email', false],
    ['the name of an argument', 'subject', false],
  ])('%s', ([, text, isFound]) => {
    expect(oneEmail()(text)).toBe(isFound);
  });

  test('accents and related letters do not matter, either way', () => {
    const isFound = oneEmail({ arguments: { text: 'Zoë Müller, Große Straße 5, Łódź, Ærø' } });
    for (const text of ['zoe', 'ZOË', 'muller', 'Müller', 'strasse', 'STRASSE', 'straße', 'lodz', 'aero']) expect([text, isFound(text)]).toEqual([text, true]);
    expect(isFound('zoo')).toBe(false);
  });

  test('scripts without spaces are found by any part', () => {
    const isFound = oneEmail({ arguments: { text: '第三四半期の価格表です' } });
    expect(isFound('価格表')).toBe(true);
    expect(isFound('格表')).toBe(true);
    expect(isFound('表格')).toBe(false);
  });

  test('deep and long arguments are searched within a limit, and never fail', () => {
    const isFound = oneEmail({ arguments: { rows: [{ cells: ['needle', 42] }], text: 'x '.repeat(200_000), more: Array.from({ length: 200_000 }, () => 'y') } });
    expect(isFound('needle 42')).toBe(false);
    expect(isFound('y')).toBe(true);
    expect(oneEmail({ arguments: { rows: [{ cells: ['needle', 42] }] } })('needle 42')).toBe(true);
  });

  test('whatever is typed, the answer is a page', () => {
    const reader = reading([intent(), intent({ arguments: { text: '"*^:(){}+-NEAR AND NOT' } })]);
    const ftsLike = fc.array(fc.constantFrom('"', '*', '^', ':', '(', ')', '{', '}', '+', '-', 'NEAR', 'AND', 'OR', 'NOT', ' ', '\0', 'ana', '@', '\ud800'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 50 }), ftsLike), (text) => {
        expect(found(reader, { text }).length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 1000 },
    );
  });

  test('a whole word of what was sent always finds it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9äöüéñ]{1,20}$/), fc.string({ maxLength: 30 }), (word, around) => {
        expect(oneEmail({ arguments: { text: `${around} ${word} ${around}` } })(word)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });
});

describe('filters', () => {
  const finance = { id: agentId.parse('finance'), name: 'Finance Claw' };
  const books = { id: connectionId.parse('books'), name: 'Books' };
  const old = sent({ at: noon - 86_400_000 });
  const refused = [intent({ agent: finance, at: noon }), intent({ connection: books, at: noon + 1 })] as const;
  const reader = (): ActivityReader => reading([...old, ...refused, ended(refused[1].action, 'denied')]);

  test('narrow by Claw, connection, outcome and time, each and together', () => {
    const read = reader();
    const oldAction = old[0]?.action;
    expect(found(read, {})).toEqual([refused[1].action, refused[0].action, oldAction]);
    expect(found(read, { agent: finance.id })).toEqual([refused[0].action]);
    expect(found(read, { connection: books.id })).toEqual([refused[1].action]);
    expect(found(read, { progress: 'waiting' })).toEqual([refused[0].action]);
    expect(found(read, { progress: 'done' })).toEqual([oldAction]);
    expect(found(read, { from: noon })).toEqual([refused[1].action, refused[0].action]);
    expect(found(read, { to: noon })).toEqual([refused[0].action, oldAction]);
    expect(found(read, { text: 'price', connection: books.id, progress: 'denied', from: noon, to: noon + 1 })).toEqual([refused[1].action]);
    expect(found(read, { text: 'price', connection: books.id, agent: finance.id })).toEqual([]);
  });
});

describe('paging', () => {
  test.for(['', 'price'])('does not repeat or skip while events are appended (text: "%s")', async (text) => {
    const activity = await opened();
    const actions = Array.from({ length: 25 }, newAction);
    await appendAll(activity, actions.map((action) => intent({ action })));
    const filter = { ...everything, text };
    const seen: string[] = [];
    for (let page = await activity.search(filter, null, 10); ; page = await activity.search(filter, page.next, 10)) {
      seen.push(...page.entries.map(({ action }) => action));
      await activity.append(intent());
      if (page.next === null) break;
    }
    expect(seen).toEqual(actions.toReversed());
  });

  test('a page that ends exactly at the end has no next', () => {
    const reader = reading([intent(), intent()]);
    expect(reader.search({ filter: everything, after: null, limit: 2 }).next).toBeNull();
    expect(reader.search({ filter: everything, after: null, limit: 1 }).next).not.toBeNull();
  });

  test.for(['', 'nonsense', 'before:1', '🙂', Buffer.from('before:1 OR 1').toString('base64url')])('a cursor that is none of ours gives an empty page: "%s"', (after) => {
    expect(reading([intent()]).search({ filter: everything, after, limit: 10 })).toEqual({ entries: [], next: null });
  });

  test('asks for at most 200 and at least one', () => {
    const reader = reading(Array.from({ length: 201 }, () => intent()));
    expect(reader.search({ filter: everything, after: null, limit: 5000 }).entries).toHaveLength(200);
    expect(reader.search({ filter: everything, after: null, limit: -1 }).entries).toHaveLength(1);
  });
});
