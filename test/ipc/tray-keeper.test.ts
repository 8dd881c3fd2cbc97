import { expect, test } from 'vitest';
import type { ActivityEntry, Language, Message, Snapshot } from '../../preload/contract.ts';
import { TrayKeeper } from '../../main/ipc/tray-keeper.ts';
import type { Services } from '../../main/ipc/services.ts';
import type { TrayState } from '../../main/shell/shell.ts';
import { calendarStack } from '../renderer/fixture/approvals.ts';
import { settle } from '../gate/harness.ts';

const snapshot = (isPaused: boolean, activityRevision: number, language: Language = 'en'): Snapshot =>
  // Only what the tray shows matters here.
  ({ status: { tray: isPaused ? 'paused' : 'quiet', isPaused, activityRevision }, approvals: [], held: [], locale: { language, tag: language, direction: 'ltr' } }) as unknown as Snapshot;
const entry = (name: string): ActivityEntry => ({ agent: { name }, sentence: { id: 'read', values: {} } }) as unknown as ActivityEntry;

function tray(recent: () => Promise<readonly ActivityEntry[]>) {
  const shown: TrayState[] = [];
  const problems: string[] = [];
  const services = { activity: { recent }, text: ({ id, values }: Message) => `${id} ${values['agent'] ?? ''}`.trim(), shell: { setTray: (state: TrayState) => shown.push(state) }, report: (problem: string) => problems.push(problem) } as unknown as Services;
  return { keeper: new TrayKeeper(services), shown, problems };
}

test('a pause is in the tray before the record has answered', async () => {
  const { keeper, shown } = tray(() => new Promise(() => undefined));
  keeper.show(snapshot(false, 1));
  keeper.show(snapshot(true, 2));
  expect(shown.map(({ state }) => state)).toEqual(['quiet', 'paused']);
});

test('the record is asked once at a time, and nothing is set that is shown already', async () => {
  const answers: ((entries: readonly ActivityEntry[]) => void)[] = [];
  const { keeper, shown } = tray(() => new Promise((resolve) => answers.push(resolve)));
  for (let revision = 1; revision <= 50; revision += 1) keeper.show(snapshot(false, revision));
  expect(answers).toHaveLength(1);
  answers[0]?.([entry('Marketing Claw')]);
  await settle();
  expect(answers).toHaveLength(2);
  answers[1]?.([entry('Marketing Claw')]);
  await settle();
  keeper.show(snapshot(false, 50));
  expect(shown.map(({ recent }) => recent)).toEqual([[], ['tray.recent Marketing Claw']]);
});

test('each question of a stack counts as one that waits', () => {
  const { keeper, shown } = tray(() => new Promise(() => undefined));
  const [answered, ...rest] = calendarStack(0, 13);
  if (!answered) throw new Error('There is a stack.');
  keeper.show({ ...snapshot(false, 1), approvals: [{ ...answered, answer: 'denied', answeredAt: 1, progress: 'denied' }, ...rest] });
  expect(shown.at(-1)?.waiting).toBe(12);
});

test('a record that does not answer leaves what was shown', async () => {
  const { keeper, shown, problems } = tray(() => Promise.reject(new Error('gone')));
  keeper.show(snapshot(false, 1));
  await settle();
  keeper.show(snapshot(true, 1));
  await settle();
  expect(shown.map(({ state }) => state)).toEqual(['quiet', 'paused']);
  expect(problems).toHaveLength(1);
});

test('another language is set even where nothing else changed: the menu’s own words are the shell’s', () => {
  const { keeper, shown } = tray(() => new Promise(() => undefined));
  keeper.show(snapshot(false, 1));
  keeper.show(snapshot(false, 1, 'de'));
  keeper.show(snapshot(false, 1, 'de'));
  expect(shown).toHaveLength(2);
});
