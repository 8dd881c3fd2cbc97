import { expect, test } from 'vitest';
import { say } from '../../main/model/say.ts';
import { answered, asked, edited, editRefused, ended, intent, isFirstTime, opened, appendAll, reading, started, textOf } from './fixtures/activity-fixture.ts';

const everything = { text: '', agent: null, connection: null, progress: null, from: null, to: null };

function story() {
  const first = intent();
  const { action } = first;
  return { action, events: [first, asked(action), edited(action, 'Prices for Bo', 'bo@acme.example'), answered(action, 'approved'), started(action), ended(action, 'done_with_changes')] };
}

test.each(['ana@northwind', 'bo@acme', 'price list', 'prices for bo', 'hello ana'])('an edited email is found by "%s": what was asked for, and what was sent', (text) => {
  const { action, events } = story();
  const { entries } = reading(events).search({ filter: { ...everything, text }, after: null, limit: 10 });
  expect(entries.map((entry) => entry.action)).toEqual([action]);
});

test('its line tells what was sent; its detail has both, line by line, and both digests', () => {
  const { action, events } = story();
  const detail = reading(events).read(action);
  expect(detail).toMatchObject({
    entry: { sentence: say('sent', { to: 'bo@acme.example' }), progress: 'done_with_changes' },
    digest: 'a'.repeat(64),
    arguments: expect.stringContaining('ana@northwind.example'),
    edit: {
      by: 'you',
      digest: 'b'.repeat(64),
      changes: [
        { kind: 'people', removed: ['ana@northwind.example'], added: ['bo@acme.example'] },
        { kind: 'line', before: 'Q3 price list', after: 'Prices for Bo' },
      ],
    },
  });
  expect(detail?.steps.map(({ text }) => text.id)).toContain('activity.step.edited');
});

test('a change that the rules did not allow is told with the rule, finds nothing and changes nothing of its line', () => {
  const first = intent();
  const { action } = first;
  const detail = reading([first, asked(action), editRefused(action, 'For a rival', 'Nothing to rivals'), answered(action, 'denied'), ended(action, 'denied')]).read(action);
  expect(detail).toMatchObject({
    entry: { sentence: first.sentence.wanted, progress: 'denied' },
    refusedEdits: [{ changes: [{ kind: 'line', before: 'Q3 price list', after: 'For a rival' }], decision: { answer: 'deny', layer: 'organization', title: 'Nothing to rivals' } }],
  });
  expect(detail?.edit).toBeUndefined();
  expect(detail?.steps.map(({ text }) => text)).toContainEqual(say('activity.step.editRefused', { count: 1, layer: 'organization', rule: 'Nothing to rivals' }));
});

test('who got it is known from then on; who was only asked for is not', async () => {
  const reader = reading(story().events);
  expect(await isFirstTime(reader, 'bo@acme.example')).toBe(false);
  expect(await isFirstTime(reader, 'ana@northwind.example')).toBe(true);
});

test('the record verifies, and its exports have the edit', async () => {
  const activity = await opened();
  await appendAll(activity, story().events);
  expect(await activity.verify()).toMatchObject({ ok: true, events: 6 });
  const csv = await textOf(activity.export(everything, 'csv'));
  expect(csv).toContain('bo@acme.example');
  expect(csv).toContain('Prices for Bo');
  const lines = (await textOf(activity.export(everything, 'jsonl'))).trim().split('\n');
  expect(lines.some((line) => line.includes('"edited"') && line.includes('Prices for Bo') && line.includes('Q3 price list'))).toBe(true);
});
