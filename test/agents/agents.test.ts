import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { agentMigrations } from '../../main/agents/agent-store.ts';
import { createAgents, type AgentChange, type ManagedAgent } from '../../main/agents/agents.ts';
import { refusalHolds, type Pairing } from '../../main/agents/pairings.ts';
import { agentId, connectionId } from '../../preload/contract.ts';

const id = (text: string) => agentId.parse(text);
const mail = connectionId.parse('work-mail');

function start(options: { ask?: Pairing['ask']; managed?: readonly ManagedAgent[]; database?: DatabaseSync } = {}) {
  const database = options.database ?? new DatabaseSync(':memory:');
  if (options.database === undefined) for (const sql of agentMigrations) database.exec(sql);
  const clock = { time: 1_000_000, wallIsOffBy: 0, now: () => clock.time + clock.wallIsOffBy, elapsed: () => clock.time };
  const asked: string[] = [];
  const answer = options.ask ?? (() => Promise.resolve('approved' as const));
  const pairing: Pairing = {
    ask(agent, name) {
      asked.push(`${agent} ${name}`);
      return answer(agent, name);
    },
  };
  const agents = createAgents({ database, pairing, clock, managed: options.managed ?? [] });
  const changes: AgentChange[] = [];
  agents.onChange((change) => changes.push(change));
  return { agents, clock, database, asked, changes };
}

describe('the person’s agents', () => {
  test('get an id from their name that no other has', () => {
    const { agents } = start();
    expect(agents.add('Márketing Claw!')?.id).toBe('marketing-claw');
    expect(agents.add('marketing claw')?.id).toBe('marketing-claw-2');
    expect(agents.add('会計')?.id).toBe('claw');
  });

  test('are still there, with everything about them, after a restart', () => {
    const { agents, database, clock } = start();
    const added = agents.add('Marketing Claw');
    if (added === undefined) throw new Error('not added');
    agents.rename(added.id, 'Mia');
    agents.setConnections(added.id, [mail, mail]);
    agents.setPaused(added.id, true);
    agents.setOptions(added.id, { waitSeconds: 20, toolMode: 'search', callsPerMinute: 90 });
    agents.touch(added.id);
    expect(start({ database }).agents.list()).toEqual([
      { id: 'marketing-claw', name: 'Mia', isPaused: true, isManaged: false, isPractice: false, pairedAt: clock.time, lastSeenAt: clock.time, connections: [mail], waitSeconds: 20, toolMode: 'search', callsPerMinute: 90, lockedOptions: [] },
    ]);
    agents.forget(added.id);
    expect(start({ database }).agents.list()).toEqual([]);
  });

  test.each(['', '   ', 'a'.repeat(61), 'Mia\u202Eetihw', 'Mia\u200B', 'Mia\nTo: you', 'x\u0000', '\uD800'])('refuse a name that can lie: %j', (name) => {
    const { agents } = start();
    expect(agents.add(name)).toBeUndefined();
    const mia = agents.add('Mia');
    expect(agents.rename(mia?.id ?? id('none'), name)).toBe('invalid_name');
    expect(agents.list().map((agent) => agent.name)).toEqual(['Mia']);
  });

  test('tell of every change, and nothing after the listener is disposed', () => {
    const { agents, changes } = start();
    const late: AgentChange[] = [];
    const dispose = agents.onChange((change) => late.push(change));
    const mia = agents.add('Mia')?.id ?? id('none');
    dispose();
    agents.setPaused(mia, true);
    agents.setPaused(mia, true);
    agents.touch(mia);
    agents.touch(mia);
    agents.forget(mia);
    expect(changes.map(({ change }) => change)).toEqual(['added', 'changed', 'seen', 'forgotten']);
    expect(late).toHaveLength(1);
  });

  test('are unknown when they are', () => {
    const { agents } = start();
    expect([agents.rename(id('x'), 'Name'), agents.setPaused(id('x'), true), agents.setConnections(id('x'), null), agents.setOptions(id('x'), {}), agents.forget(id('x'))]).toEqual(
      Array.from({ length: 5 }, () => 'unknown_agent'),
    );
  });
});

describe('how an agent is treated', () => {
  const usual = { waitSeconds: null, toolMode: 'all', callsPerMinute: 6000 };

  test('is the usual until the person chooses, each option for itself; only a real change is told', () => {
    const { agents, changes } = start();
    const mia = agents.add('Mia')?.id ?? id('none');
    expect(agents.get(mia)).toMatchObject(usual);
    expect(agents.setOptions(mia, { toolMode: 'search' })).toBe('ok');
    expect(agents.setOptions(mia, { toolMode: 'search', waitSeconds: undefined })).toBe('ok');
    expect(agents.setOptions(mia, { waitSeconds: 30 })).toBe('ok');
    expect(agents.get(mia)).toMatchObject({ ...usual, toolMode: 'search', waitSeconds: 30 });
    agents.setOptions(mia, { waitSeconds: null });
    expect(agents.get(mia)?.waitSeconds).toBeNull();
    expect(changes.map(({ change }) => change)).toEqual(['added', 'changed', 'changed', 'changed']);
  });

  test('is the usual for an agent that was paired before there were options', () => {
    const database = new DatabaseSync(':memory:');
    database.exec(agentMigrations[0] ?? '');
    database.exec(`INSERT INTO agents VALUES ('mia', 'Mia', 1, 0, 0, 5, NULL, '["work-mail"]')`);
    for (const sql of agentMigrations.slice(1)) database.exec(sql);
    expect(start({ database }).agents.get(id('mia'))).toMatchObject({ ...usual, name: 'Mia', isPaused: true, connections: [mail], lockedOptions: [] });
  });

  test('what the organization fixed cannot be changed, not even together with what it left open', () => {
    const { agents } = start({ managed: [{ id: id('it-claw'), name: 'IT Claw', connections: null, callsPerMinute: 120, waitSeconds: null }] });
    expect(agents.get(id('it-claw'))).toMatchObject({ ...usual, callsPerMinute: 120, lockedOptions: ['waitSeconds', 'callsPerMinute'] });
    for (const options of [{ callsPerMinute: 1_000_000 }, { waitSeconds: 600 }, { toolMode: 'search', callsPerMinute: 120 }] as const) {
      expect(agents.setOptions(id('it-claw'), options)).toBe('managed');
    }
    expect(agents.setOptions(id('it-claw'), { toolMode: 'search' })).toBe('ok');
    expect(agents.get(id('it-claw'))).toMatchObject({ callsPerMinute: 120, waitSeconds: null, toolMode: 'search' });
  });

  test('a fixed value goes with its lock; what the person chose stays, also while the list is not known', () => {
    const itClaw = { id: id('it-claw'), name: 'IT Claw', connections: null };
    const { agents, database } = start({ managed: [{ ...itClaw, callsPerMinute: 120 }] });
    agents.setOptions(itClaw.id, { toolMode: 'search' });
    const unknown = createAgents({ database, pairing: { ask: () => Promise.resolve('denied') }, clock: { now: () => 1, elapsed: () => 1 }, managed: null });
    expect(unknown.get(itClaw.id)).toMatchObject({ callsPerMinute: 120, lockedOptions: ['callsPerMinute'], toolMode: 'search' });
    expect(unknown.setOptions(itClaw.id, { callsPerMinute: 240 })).toBe('managed');
    expect(start({ database, managed: [itClaw] }).agents.get(itClaw.id)).toMatchObject({ ...usual, toolMode: 'search', lockedOptions: [] });
  });
});

describe('the organization’s agents', () => {
  const managed = [{ id: id('it-claw'), name: 'IT Claw', connections: [mail] }];

  test('need no pairing, cannot be renamed, widened or forgotten, but can be paused', async () => {
    const { agents, asked } = start({ managed });
    expect(await agents.requirePaired(id('it-claw'), 'Anything')).toBe('paired');
    expect(asked).toEqual([]);
    expect([agents.rename(id('it-claw'), 'Mine'), agents.setConnections(id('it-claw'), null), agents.forget(id('it-claw'))]).toEqual(['managed', 'managed', 'managed']);
    expect(agents.setPaused(id('it-claw'), true)).toBe('ok');
    expect(agents.get(id('it-claw'))).toMatchObject({ name: 'IT Claw', isPaused: true, connections: [mail] });
  });

  test('stay paused over a restart, follow the list, and go when the list drops them', () => {
    const { agents, database } = start({ managed });
    agents.setPaused(id('it-claw'), true);
    const second = start({ database, managed: [{ id: id('it-claw'), name: 'Help desk', connections: null }] });
    expect(second.agents.get(id('it-claw'))).toMatchObject({ name: 'Help desk', isPaused: true, connections: null });
    expect(start({ database }).agents.list()).toEqual([]);
  });
});

describe('pairing', () => {
  test('asks once for two connections of one unknown agent, then remembers', async () => {
    const answer = Promise.withResolvers<'approved'>();
    const { agents, asked } = start({ ask: () => answer.promise });
    const both = [agents.requirePaired(id('cursor'), 'Cursor'), agents.requirePaired(id('cursor'), 'Cursor')];
    answer.resolve('approved');
    expect(await Promise.all(both)).toEqual(['paired', 'paired']);
    expect(await agents.requirePaired(id('cursor'), 'Cursor')).toBe('paired');
    expect(asked).toEqual(['cursor Cursor']);
    expect(agents.list()).toHaveLength(1);
  });

  test('a no holds for a while without asking again; the agent is not paired', async () => {
    const { agents, asked, clock } = start({ ask: () => Promise.resolve('denied') });
    expect(await agents.requirePaired(id('cursor'), 'Cursor')).toBe('refused');
    expect(await agents.requirePaired(id('cursor'), 'Cursor')).toBe('refused');
    expect(asked).toHaveLength(1);
    clock.wallIsOffBy = 86_400_000;
    expect(await agents.requirePaired(id('cursor'), 'Cursor')).toBe('refused');
    expect(asked).toHaveLength(1);
    clock.wallIsOffBy = -86_400_000;
    clock.time += refusalHolds;
    await agents.requirePaired(id('cursor'), 'Cursor');
    expect(asked).toHaveLength(2);
    expect(agents.list()).toEqual([]);
  });

  test('no answer is a refusal, and so is a name that can lie, without asking', async () => {
    const { agents, asked } = start({ ask: () => Promise.resolve('timed_out') });
    expect(await agents.requirePaired(id('cursor'), 'Cursor')).toBe('refused');
    expect(await agents.requirePaired(id('other'), 'Cur\u202Esor')).toBe('refused');
    expect(asked).toHaveLength(1);
    expect(agents.list()).toEqual([]);
  });

  test('a flood of unknown agents is not put to the person', async () => {
    const { agents, asked } = start({ ask: () => new Promise(() => {}) });
    for (const name of ['a', 'b', 'c']) void agents.requirePaired(id(name), name);
    expect(await agents.requirePaired(id('d'), 'd')).toBe('busy');
    expect(asked).toHaveLength(3);
  });
});
