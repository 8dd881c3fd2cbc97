import { expect, test } from 'vitest';
import type { ActivityFilter } from '../../preload/contract.ts';
import type { Decision } from '../../main/model/action.ts';
import { everything } from '../../main/activity/open.ts';
import { ended, intent, newAction, reading } from './fixtures/activity-fixture.ts';

const watched: Decision = { answer: 'allow', wouldAsk: true, layer: 'personal', policies: ['p'], title: 'You want to be asked', reason: null, errors: [] };

function record() {
  const [read, sent] = [newAction(), newAction()];
  const reader = reading([intent({ action: read, decision: watched }), ended(read), intent({ action: sent }), ended(sent)]);
  const found = (filter: Partial<ActivityFilter>): string[] => reader.search({ filter: { ...everything, ...filter }, after: null, limit: 50 }).entries.map(({ action }) => action);
  return { reader, read, sent, found };
}

test('what was read because reading is watched says which rule would have asked, in its line and in its story', () => {
  const { reader, read } = record();
  const detail = reader.read(read);
  expect(detail?.entry.details[0]).toEqual({ id: 'activity.watched', values: { rule: 'You want to be asked' } });
  expect(detail?.decision).toMatchObject({ answer: 'allow', wouldAsk: true, title: 'You want to be asked' });
  expect(detail?.steps[0]?.text.id).toBe('activity.step.intent.watched');
});

test('is found by itself, together with words, and without the filter among all the others', () => {
  const { read, sent, found } = record();
  expect(found({ wouldAsk: true })).toEqual([read]);
  expect(found({ wouldAsk: true, text: 'price' })).toEqual([read]);
  expect(found({ wouldAsk: true, text: 'nothing' })).toEqual([]);
  expect(found({})).toEqual([sent, read]);
});

test('is exported by itself', () => {
  const { reader, read, sent } = record();
  const { text } = reader.exportPage({ filter: { ...everything, wouldAsk: true }, format: 'jsonl', after: 0 });
  expect(text).toContain(read);
  expect(text).not.toContain(sent);
});
