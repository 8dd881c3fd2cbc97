import { expect, test } from 'vitest';
import { gatherMs, QuestionNotices } from '../../main/ipc/question-notices.ts';
import type { ShellNotification } from '../../main/shell/shell.ts';
import { inEnglish } from '../../main/text/text.ts';
import type { Approval } from '../../preload/contract.ts';
import { ManualClock } from '../gate/harness.ts';
import { calendarStack, emailQuestion, hostileQuestion } from '../renderer/fixture/approvals.ts';

const now = Date.UTC(2026, 10, 22, 14);

function start({ areWanted = true } = {}) {
  const clock = new ManualClock();
  const told: ShellNotification[] = [];
  let waiting: readonly Approval[] = [];
  // What notices ask of these services, and no more.
  const parts = { clock, approvals: { waiting: () => waiting }, settings: { get: () => ({ notifications: areWanted }) }, shell: { notify: (one: ShellNotification) => void told.push(one) }, text: inEnglish } as unknown as ConstructorParameters<typeof QuestionNotices>[0];
  const notices = new QuestionNotices(parts);
  const ask = (...approvals: readonly Approval[]): void => {
    for (const approval of approvals) {
      waiting = [...waiting, approval];
      notices.asked(approval);
    }
  };
  const answerAll = (): void => void (waiting = []);
  return { clock, told, notices, ask, answerAll };
}

test('a question by itself is told at once, by its own words', () => {
  const { told, ask } = start();
  ask(emailQuestion(now), hostileQuestion(now));
  expect(told.map(({ title }) => title)).toEqual(['Send this email?', 'Send this email to 44 people?']);
});

test('a stack of twelve is one notification, and says how many there are', () => {
  const { clock, told, ask } = start();
  ask(...calendarStack(now));
  expect(told).toEqual([]);
  clock.pass(gatherMs);
  expect(told).toEqual([{ title: 'Answer 12 changes together?', body: 'Marketing Claw asks about 12 changes in Team calendar.', opens: 'approval' }]);
});

test('what joins a stack that still waits is not told again; a new one after that is', () => {
  const { clock, told, ask, answerAll } = start();
  const all = calendarStack(now, 6);
  ask(...all.slice(0, 2));
  clock.pass(gatherMs);
  ask(...all.slice(2, 5));
  clock.pass(60_000);
  expect(told).toHaveLength(1);
  answerAll();
  ask(...all.slice(5));
  clock.pass(gatherMs);
  expect(told.map(({ title }) => title)).toEqual(['Answer 2 changes together?', 'Move “Planning, week 6”?']);
});

test('one that could lie on a stack and is alone is told by its own words', () => {
  const { clock, told, ask } = start();
  ask(...calendarStack(now, 1));
  clock.pass(gatherMs);
  expect(told.map(({ title }) => title)).toEqual(['Move “Planning, week 1”?']);
});

test('what was answered before it was told is not told, nor is anything that nobody wants to hear of, nor after the end', () => {
  const answered = start();
  answered.ask(...calendarStack(now));
  answered.answerAll();
  answered.clock.pass(gatherMs);
  const unwanted = start({ areWanted: false });
  unwanted.ask(emailQuestion(now), ...calendarStack(now));
  unwanted.clock.pass(gatherMs);
  const closed = start();
  closed.ask(...calendarStack(now));
  closed.notices.close();
  closed.clock.pass(gatherMs);
  expect([answered.told, unwanted.told, closed.told]).toEqual([[], [], []]);
});
