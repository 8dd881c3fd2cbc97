import { beforeEach, describe, expect, test } from 'vitest';
import { actionId, agentId, type Outcome } from '../../preload/contract.ts';
import type { ActionAnswer, ActionRequest } from '../../main/model/action.ts';
import { AnsweredElsewhere } from '../../main/model/answered-elsewhere.ts';
import type { ApprovalRequest } from '../../main/openclaw/approval-request.ts';
import { CommandApprover } from '../../main/openclaw/command-approver.ts';
import type { Taken } from '../../main/openclaw/gateway-link.ts';
import { argumentsOf } from '../../main/openclaw/own-command.ts';
import { ManualClock, settle } from '../gate/harness.ts';

const agent = agentId.parse('marketing');
const action = actionId.parse('0198c5a2-0000-7000-8000-000000000001');

let clock: ManualClock;
let answers: [string, string][];
let performed: ActionRequest[];
/** What comes of what is asked; a command without one waits. */
let outcomes: Map<unknown, ActionAnswer>;
let taken: Taken;
let approver: CommandApprover;

beforeEach(() => {
  clock = new ManualClock();
  [answers, performed, outcomes, taken] = [[], [], new Map(), 'taken'];
  approver = new CommandApprover({
    agent,
    clock,
    report: () => undefined,
    answer(id, decision) {
      answers.push([id, decision]);
      return Promise.resolve(taken);
    },
    gate: {
      perform(request) {
        performed.push(request);
        const outcome = outcomes.get(request.arguments['request']);
        return outcome ? Promise.resolve(outcome) : Promise.resolve({ kind: 'waiting', action, progress: 'waiting', expiresAt: 0 });
      },
      wait: (_agent, _action, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined))),
    },
  });
});

function command(id: string, change: Partial<ApprovalRequest> = {}): ApprovalRequest {
  const now = clock.now();
  return { id, command: 'ls', argv: null, folder: null, host: 'gateway', node: null, openclawAgent: 'main', variables: [], createdAt: now, expiresAt: now + 60_000, ...change };
}

function ended(outcome: Outcome): ActionAnswer {
  return outcome === 'done' || outcome === 'done_with_changes' ? { kind: 'ended', action, outcome: 'done', result: {} } : { kind: 'ended', action, outcome, reason: 'no_answer', text: '', contact: null };
}

/** Why the gate was told that nobody waits any more. */
function endOf(id: string): unknown {
  return performed.findLast(({ arguments: asked }) => asked['request'] === id)?.signal.reason;
}

describe('what comes of a command that OpenClaw asks about', () => {
  const noes: readonly [string, ActionAnswer][] = [
    ...(['denied', 'blocked', 'timed_out', 'undone', 'failed', 'unknown'] as const).map((outcome): [string, ActionAnswer] => [outcome, ended(outcome)]),
    ['rejected', { kind: 'rejected', code: 'unavailable', text: '' }],
  ];

  test.each(noes)('%s is a no', async (_what, answer) => {
    outcomes.set('a', answer);
    approver.ask(command('a'));
    await settle();
    expect(answers).toEqual([['a', 'deny']]);
  });

  test('done is no second answer: the yes was sent by doing it', async () => {
    outcomes.set('a', ended('done'));
    approver.ask(command('a'));
    await settle();
    expect(answers).toEqual([]);
  });

  test('a no that the gateway did not hear is said again, and nobody is asked again', async () => {
    outcomes.set('a', ended('denied'));
    taken = 'unsent';
    approver.ask(command('a'));
    await settle();
    approver.ask(command('a'));
    await settle();
    expect(performed).toHaveLength(1);
    expect(answers).toEqual([['a', 'deny'], ['a', 'deny']]);
  });
});

describe('while it waits', () => {
  test('the same request joins the one that waits', async () => {
    approver.ask(command('a'));
    approver.ask(command('a'));
    await settle();
    expect(performed).toHaveLength(1);
  });

  test('the end of its time ends the card, by our own clock where the gateway’s is another', async () => {
    approver.ask(command('a'));
    approver.ask(command('behind', { createdAt: clock.now() - 5_000_000, expiresAt: clock.now() - 4_940_000 }));
    approver.ask(command('ahead', { createdAt: clock.now() + 5_000_000, expiresAt: clock.now() + 5_060_000 }));
    approver.ask(command('old', { createdAt: clock.now() - 50_000, expiresAt: clock.now() + 10_000 }));
    await clock.advance(59_999);
    expect(endOf('old')).toEqual(new AnsweredElsewhere('over', null));
    expect(['a', 'behind', 'ahead'].map(endOf)).toEqual([undefined, undefined, undefined]);
    await clock.advance(1);
    expect(['a', 'behind', 'ahead'].map(endOf)).toEqual(Array.from({ length: 3 }, () => new AnsweredElsewhere('over', null)));
    expect(answers).toEqual([]);
  });

  test('what was settled elsewhere ends as that, and is not answered', async () => {
    approver.ask(command('a'));
    approver.ask(command('b'));
    approver.ask(command('c'));
    await settle();
    approver.end({ id: 'a', answer: 'allowed', by: 'Telegram' });
    approver.keepOnly(new Set(['b']));
    await settle();
    expect(endOf('a')).toEqual(new AnsweredElsewhere('allowed', 'Telegram'));
    expect(endOf('b')).toBeUndefined();
    expect(endOf('c')).toEqual(new AnsweredElsewhere('unknown', null));
    approver.stop();
    await settle();
    expect(endOf('b')).toEqual(new AnsweredElsewhere('unknown', null));
    expect(answers).toEqual([]);
  });

  test('more than a person can read is refused', async () => {
    for (let count = 0; count < 60; count += 1) approver.ask(command(`c${count}`));
    await settle();
    expect(performed).toHaveLength(50);
    expect(answers).toEqual(Array.from({ length: 10 }, (_, index) => [`c${index + 50}`, 'deny']));
  });

  test('once closed nothing is asked or answered', async () => {
    outcomes.set('a', { kind: 'rejected', code: 'unavailable', text: '' });
    approver.close();
    approver.ask(command('a'));
    await settle();
    expect([performed, answers]).toEqual([[], []]);
  });
});

describe('a yes', () => {
  test('counts for exactly what the gateway asked about, while it waits', async () => {
    const request = command('a', { command: 'rm -rf build' });
    const asked = argumentsOf(request);
    expect(await approver.allow(asked)).toBe('unsent');
    approver.ask(request);
    await settle();
    for (const other of [{ ...asked, command: 'ls' }, { ...asked, folder: '/' }, { ...asked, request: 'b' }, { request: 'a' }, {}]) expect(await approver.allow(other)).toBe('unsent');
    expect(answers).toEqual([]);
    expect(await approver.allow(asked)).toBe('taken');
    expect(answers).toEqual([['a', 'allow-once']]);
  });

  test('that the gateway tells of before it answers is ours, and no other answer', async () => {
    const request = command('a');
    approver.ask(request);
    await settle();
    const allowed = approver.allow(argumentsOf(request));
    approver.end({ id: 'a', answer: 'allowed', by: 'Countersign' });
    expect(await allowed).toBe('taken');
    expect(endOf('a')).toBeUndefined();
  });
});
