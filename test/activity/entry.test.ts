import { describe, expect, test } from 'vitest';
import { activityDetail, activityEntry, outcome, type Message, type Progress } from '../../preload/contract.ts';
import type { ActionEvent, IntentEvent } from '../../main/activity/event.ts';
import { everything } from '../../main/activity/open.ts';
import { theNetwork } from '../../main/model/network-place.ts';
import { inEnglish } from '../../main/text/text.ts';
import { answered, asked, ended, intent, newAction, noon, reading, started } from './fixtures/activity-fixture.ts';

const action = newAction();
const held = { at: noon + 25, kind: 'held', action, until: noon + 8025 } as const;
const undone = { at: noon + 26, kind: 'undone', action } as const;
const decided = (answer: 'allow' | 'ask' | 'deny', layer: 'organization' | 'personal' | 'built-in' = 'built-in'): Partial<IntentEvent> => ({
  decision: { answer, layer, policies: ['p'], title: 'No mail to rivals', reason: 'Ask legal', errors: [] },
});
const ask = intent({ action, ...decided('ask') });
const allow = intent({ action, ...decided('allow') });
const deny = intent({ action, ...decided('deny') });
const text = inEnglish;

describe('what the timeline tells of an action', () => {
  test.for<[string, readonly ActionEvent[], Progress, string]>([
    ['an intent that is to be asked', [ask], 'waiting', 'Waiting for your answer'],
    ['asked', [ask, asked(action)], 'waiting', 'Waiting for your answer'],
    ['approved', [ask, asked(action), answered(action, 'approved')], 'doing', 'You approved'],
    ['approved and held', [ask, asked(action), answered(action, 'approved'), held], 'held', 'You approved'],
    ['approved and undone', [ask, asked(action), answered(action, 'approved'), held, undone, ended(action, 'undone')], 'undone', 'You undid it'],
    ['approved and done', [ask, asked(action), answered(action, 'approved'), started(action), ended(action)], 'done', 'You approved'],
    ['approved with an edit', [ask, answered(action, 'approved'), started(action), ended(action, 'done_with_changes')], 'done_with_changes', 'You approved'],
    ['approved, and the app was killed', [ask, answered(action, 'approved'), started(action), ended(action, 'unknown')], 'unknown', 'You approved'],
    ['denied', [ask, asked(action), answered(action, 'denied'), ended(action, 'denied')], 'denied', 'You said no'],
    ['denied with a reason', [ask, answered(action, 'denied', 'you', 'wrong list'), ended(action, 'denied')], 'denied', 'You said no: “wrong list”'],
    ['denied by itself', [ask, answered(action, 'denied', null), ended(action, 'denied')], 'denied', 'Refused, as you did before'],
    ['allowed by an earlier answer', [ask, answered(action, 'approved', null)], 'doing', 'Allowed by an answer you gave before'],
    ['no answer', [ask, asked(action), answered(action, 'timed_out', null), ended(action, 'timed_out')], 'timed_out', 'No answer in time'],
    ['taken back', [ask, asked(action), answered(action, 'withdrawn', null), ended(action, 'undone')], 'undone', 'Taken back before you answered'],
    ['paused while waiting', [ask, asked(action), answered(action, 'withdrawn', null), ended(action, 'blocked')], 'blocked', 'Stopped before you answered'],
    ['paused while waiting, as it is told now', [ask, asked(action), answered(action, 'withdrawn', null), ended(action, 'blocked', null, 'paused')], 'blocked', 'You paused all Claws'],
    ['paused after the yes', [ask, asked(action), answered(action, 'approved'), ended(action, 'blocked', null, 'agent_paused')], 'blocked', 'You paused this Claw'],
    ['forbidden after the yes', [ask, asked(action), answered(action, 'approved'), ended(action, 'blocked', null, 'company_policy')], 'blocked', 'Company policy changed and no longer allows it'],
    ['forbidden from the start', [deny, ended(action, 'blocked', null, 'company_policy')], 'blocked', 'Blocked by “No mail to rivals”'],
    ['no screen to ask on', [ask, ended(action, 'timed_out', null, 'nobody_to_ask')], 'timed_out', 'Countersign had no screen to ask you on'],
    ['nobody could be asked', [ask, ended(action, 'timed_out')], 'timed_out', 'You were not asked'],
    ['allowed', [allow], 'doing', 'Allowed by your rules'],
    ['allowed and done', [allow, started(action), ended(action)], 'done', 'Allowed by your rules'],
    ['allowed, held and undone', [allow, held, undone], 'undone', 'You undid it'],
    ['allowed by the company', [intent({ action, ...decided('allow', 'organization') })], 'doing', 'Allowed by your company’s rules'],
    ['forbidden', [deny], 'blocked', 'Blocked by “No mail to rivals”'],
    ['forbidden and ended', [deny, ended(action, 'blocked')], 'blocked', 'Blocked by “No mail to rivals”'],
    ['an end is the last word', [allow, ended(action, 'failed'), started(action), ended(action)], 'failed', 'Allowed by your rules'],
  ])('%s', ([, events, progress, who]) => {
    const reader = reading(events);
    const [entry] = reader.search({ filter: everything, after: null, limit: 1 }).entries;
    expect(activityEntry.parse(entry)).toEqual(entry);
    expect(entry?.progress).toBe(progress);
    expect(entry?.details.map(text)).toEqual([who, 'Work mail', 'one outside']);
    expect(entry?.sentence.id).toBe(progress === 'done' || progress === 'done_with_changes' ? 'sent' : 'wanted to send');
    // The drawer is told from the events, the timeline from the index: they must say the same.
    expect(reader.read(action)?.entry).toEqual(entry);
  });

  test('the network, which nobody named, is told by a message and not by its recorded name', () => {
    const reader = reading([intent({ action, connection: { id: theNetwork, name: 'Network' } })]);
    expect(reader.read(action)?.entry.details[1]).toEqual({ id: 'place.connection', values: {} });
  });

  test('events of an action without an intent are no line of it', () => {
    const reader = reading([asked(action), ended(action)]);
    expect(reader.search({ filter: everything, after: null, limit: 9 }).entries).toEqual([]);
    expect(reader.read(action)).toBeUndefined();
    expect(reader.actionsWithoutEnd()).toEqual([]);
  });

  test('a second intent under the same id changes nothing', async () => {
    const reader = reading([ask, ended(action, 'denied'), intent({ action, tool: 'other' })]);
    expect(reader.read(action)).toMatchObject({ tool: 'send_email', entry: { progress: 'denied' } });
    expect(reader.search({ filter: everything, after: null, limit: 9 }).entries).toHaveLength(1);
    expect(await reader.verify(null)).toMatchObject({ ok: true, events: 3 });
  });
});

function words(message: Message): string {
  expect(text(message)).not.toBe(message.id);
  expect(text(message)).not.toMatch(/[{}]/);
  return text(message);
}

describe('the drawer of an action', () => {
  test('has every recorded step with its hash, the decision and the exact arguments', () => {
    const detail = reading([ask, asked(action), answered(action, 'approved'), held, started(action), ended(action)]).read(action);
    expect(activityDetail.parse(detail)).toEqual(detail);
    expect(detail?.steps.map((step) => text(step.text))).toEqual([
      'Marketing Claw wanted to do this. “No mail to rivals” says you are asked first.',
      'You were asked, with 5 minutes to answer',
      'You approved',
      'Held for 8 seconds so that you could undo it',
      'Begun',
      'Done',
    ]);
    expect(new Set(detail?.steps.map(({ hash }) => hash)).size).toBe(6);
    expect(detail?.decision).toEqual({ answer: 'ask', layer: 'built-in', title: 'No mail to rivals', reason: 'Ask legal' });
    expect(JSON.parse(detail?.arguments ?? '')).toEqual(ask.arguments);
  });

  test('gives what was attempted as it was recorded, for the rules to be tried on', () => {
    const reader = reading([ask, ended(action, 'denied')]);
    expect(reader.intent(action)).toEqual(ask);
    expect(reader.intent(newAction())).toBeUndefined();
  });

  test('has words for every step and every end', () => {
    const ends = new Set<string>();
    for (const end of outcome.options) {
      for (const told of [null, 'Nothing was sent.']) {
        const said = (reading([deny, undone, answered(action, 'denied', null), ended(action, end, told)]).read(action)?.steps ?? []).map((step) => words(step.text));
        expect(said).toHaveLength(4);
        expect(said[3]).toContain(told ?? '');
        ends.add(said[3] ?? '');
      }
    }
    expect(ends.size).toBe(outcome.options.length * 2);
  });

  test('hides no character of the arguments', () => {
    const args = { text: 'invoice\u202Egpj.exe\u200B\u0007\u2028\u{E0041}', lines: 'a\nb' };
    const shown = reading([intent({ action, arguments: args })]).read(action)?.arguments ?? '';
    expect(shown).toContain(String.raw`invoice\u202egpj.exe\u200b\u0007\u2028\udb40\udc41`);
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(JSON.parse(shown)).toEqual(args);
  });
});
