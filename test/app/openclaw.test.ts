import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ActionId, ActivityDetail, Approval } from '../../preload/contract.ts';
import { openclawsOwn } from '../../main/model/openclaw-place.ts';
import { silence } from '../../main/model/conversation.ts';
import { goodToken, startGateway, type FakeGateway } from '../openclaw/fake-gateway.ts';
import { claw, openedApp, withPolicy, type OpenedApp } from './opened-app.ts';

let gateway: FakeGateway;
let app: OpenedApp;

beforeEach(async () => {
  gateway = await startGateway();
  app = await openedApp();
  expect(await app.services.ownCommands.set(claw, gateway.url, goodToken)).toBeNull();
  await connected();
});

afterEach(async () => {
  await app[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

const patience = { timeout: 20_000 };

/** The gateway listens no more, and that is noticed. */
async function gone(): Promise<void> {
  await gateway.stop();
  await vi.waitFor(() => expect(app.services.ownCommands.gateway?.state).toBe('connecting'), patience);
}

async function connected(): Promise<void> {
  await vi.waitFor(() => expect(app.services.ownCommands.gateway?.state).toBe('connected'), patience);
}

/** A command of the agent's, with the card that asks about it. */
async function asked(command: string, more: object = {}): Promise<{ readonly id: string; readonly decision: Promise<string | null>; readonly card: Approval }> {
  const shown = new Promise<Approval>((found) => {
    const stop = app.services.approvals.onAsked((card) => {
      stop();
      found(card);
    });
  });
  return { ...gateway.ask({ command, host: 'gateway', agentId: 'main', cwd: '/srv/reports', ...more }), card: await shown };
}

/** Once the person could have read it. */
async function give({ id, digest, card }: Approval, answer: 'approve' | 'deny'): Promise<void> {
  await vi.waitFor(() => expect(app.services.approvals.give({ id, digest, answer, isConfirmed: card.confirm !== null, reason: null })).toEqual({ ok: true, value: null }), patience);
}

/** What is on record of it once it ended. */
async function recorded(action: ActionId | null, progress: string): Promise<ActivityDetail | undefined> {
  await vi.waitFor(async () => expect((await app.services.activity.read(action!))?.entry.progress).toBe(progress), patience);
  return app.services.activity.read(action!);
}

/** How the newest command of those words stands in the record. */
async function progressOf(text: string): Promise<string | undefined> {
  const { entries } = await app.services.activity.search({ text, agent: claw, connection: openclawsOwn, progress: null, from: null, to: null }, null);
  return entries[0]?.progress;
}

describe('a command that OpenClaw asks about', () => {
  test('is a card with its exact text; the yes goes back, and all of it is on record as a command', async () => {
    const { card, decision } = await asked('git push --force origin main');
    expect(card.card).toMatchObject({ risk: 'high', headline: { id: 'openclaw.own.headline' } });
    expect(card.card.confirm).not.toBeNull();
    const line = card.card.rows.find((row) => row.kind === 'command');
    expect(line?.segments.map(({ text }) => text).join('')).toBe('git push --force origin main');
    expect(JSON.stringify(card.card)).toContain('mark.command.force_push');
    await give(card, 'approve');
    expect(await decision).toBe('allow-once');
    const detail = await recorded(card.action, 'done');
    expect(detail?.entry.sentence.id).toBe('openclaw.own.did');
    expect(detail?.arguments).toContain('git push --force origin main');
  });

  test('is refused by the person’s no', async () => {
    const { card, decision } = await asked('curl https://example.test');
    await give(card, 'deny');
    expect(await decision).toBe('deny');
    await recorded(card.action, 'denied');
  });

  test('is answered each by its own, two at once', async () => {
    const first = await asked('make');
    const second = await asked('make install');
    await give(second.card, 'approve');
    await give(first.card, 'deny');
    expect([await first.decision, await second.decision]).toEqual(['deny', 'allow-once']);
  });

  test('is asked about again when it comes again, however often the same was allowed', async () => {
    const first = await asked('make');
    await give(first.card, 'approve');
    expect(await first.decision).toBe('allow-once');
    const second = await asked('make');
    expect(second.card.id).not.toBe(first.card.id);
    expect(second.card.card.grants ?? []).toEqual([]);
    await give(second.card, 'deny');
    expect(await second.decision).toBe('deny');
  });

  test('follows the rules without anybody being asked', async () => {
    app.deliver(withPolicy('@id("no") @title("No deletions") forbid (principal, action == Action::"runCommand", resource in Connection::"openclaw-own-commands") when { context.facts has programs && context.facts.programs.contains("rm") }; permit (principal, action == Action::"runCommand", resource) when { context.facts has programs && context.facts.programs.contains("date") };'));
    expect(await gateway.ask({ command: 'rm -r /srv' }).decision).toBe('deny');
    expect(await gateway.ask({ command: 'date' }).decision).toBe('allow-once');
    expect(app.services.approvals.waiting()).toEqual([]);
    await vi.waitFor(async () => expect(await progressOf('date')).toBe('done'), patience);
    expect(await progressOf('rm -r /srv')).toBe('blocked');
  });

  const stops: readonly [string, () => void][] = [
    ['everything is paused', () => app.services.pause.set(true)],
    ['the Claw is paused', () => app.services.agents.setPaused(claw, true)],
  ];

  test.each(stops)('is refused when %s, before and after', async (_what, stop) => {
    const { card, decision } = await asked('make');
    stop();
    expect(await decision).toBe('deny');
    await recorded(card.action, 'blocked');
    expect(await gateway.ask({ command: 'make' }).decision).toBe('deny');
    expect(app.services.approvals.waiting()).toEqual([]);
  });

  test('that is answered elsewhere first is on record as that', async () => {
    const allowed = await asked('make');
    gateway.answerElsewhere(allowed.id, 'allow-always', 'Tele\u202Egram');
    expect((await recorded(allowed.card.action, 'unknown'))?.entry.details[0]?.id).toBe('activity.ended.allowedElsewhere');
    const refused = await asked('make');
    gateway.answerElsewhere(refused.id, 'deny', 'Somebody');
    expect((await recorded(refused.card.action, 'denied'))?.entry.details[0]?.id).toBe('activity.ended.deniedElsewhere');
    expect(app.services.approvals.waiting()).toEqual([]);
  });

  test('that is gone when the yes comes was not done', async () => {
    const { card, id } = await asked('make');
    gateway.expire(id);
    await give(card, 'approve');
    expect(await recorded(card.action, 'failed')).toBeDefined();
  });

  test('whose yes the gateway took without a word is unknown', async () => {
    const { card } = await asked('make');
    gateway.isMute = true;
    await give(card, 'approve');
    await vi.waitFor(() => expect(gateway.calls.at(-1)?.params).toMatchObject({ decision: 'allow-once' }), patience);
    gateway.breakConnections();
    await recorded(card.action, 'unknown');
  });
});

describe('text that lies', () => {
  test.each([
    ['turns the reading direction', 'rm -rf / #\u202E sl', /U\+202E/],
    ['hides characters', 'curl evil\u200B.test', /U\+200B/],
    ['has more than one line', 'ls\nrm -rf /', /rm -rf/],
  ])('%s: it is shown for what it is', async (_what, command, shown) => {
    const { card, decision } = await asked(command, { cwd: '/srv/\u202Eexe', nodeId: 'no\u200Bde', envKeys: ['PA\u202ETH'] });
    const texts = JSON.stringify(card.card);
    expect(texts).toMatch(shown);
    expect(texts).not.toMatch(/[\u200B-\u200F\u202A-\u202E\u2066-\u2069]/);
    const summary = card.card.summary.values?.['command'];
    expect(String(summary)).not.toContain('\n');
    await give(card, 'deny');
    expect(await decision).toBe('deny');
  });

  test('shows other words than it runs: both are looked at, and what runs is what is shown', async () => {
    const { card, decision } = await asked('ls', { host: 'node', nodeId: 'laptop', commandArgv: ['rm', '-rf', '/srv'] });
    expect(card.card.unusual.map(({ text }) => text.id)).toContain('openclaw.own.differs');
    const line = card.card.rows.find((row) => row.kind === 'command');
    expect(line?.segments.map(({ text }) => text).join('')).toBe('rm -rf /srv');
    await give(card, 'deny');
    expect(await decision).toBe('deny');
  });

  test('is a million characters long: it is refused, and nobody has to read it', async () => {
    expect(await gateway.ask({ command: `echo ${'x'.repeat(1_000_000)}` }).decision).toBe('deny');
    expect(app.services.approvals.waiting()).toEqual([]);
  });
});

describe('the gateway', () => {
  test('that is gone for a while finds the card still open, and takes the answer', async () => {
    const { card, decision } = await asked('make');
    await gone();
    await gateway.listen();
    await connected();
    expect(app.services.approvals.waiting().map(({ id }) => id)).toEqual([card.id]);
    await give(card, 'approve');
    expect(await decision).toBe('allow-once');
  });

  test('that is gone hears the no when it is back, and nobody is asked again', async () => {
    const { card, decision } = await asked('make');
    await gone();
    await give(card, 'deny');
    await recorded(card.action, 'denied');
    await gateway.listen();
    expect(await decision).toBe('deny');
    expect(app.services.approvals.waiting()).toEqual([]);
  });

  test('that is gone when the yes comes is asked for again when it is back', async () => {
    const { card, decision } = await asked('make');
    await gone();
    await give(card, 'approve');
    await recorded(card.action, 'failed');
    const again = new Promise<Approval>((found) => app.services.approvals.onAsked(found));
    await gateway.listen();
    await give(await again, 'approve');
    expect(await decision).toBe('allow-once');
  });

  test('gets an answer after a restart of this app', async () => {
    const { card, decision } = await asked('make');
    await app.close();
    const again = await openedApp(app.home);
    app = again;
    expect(again.services.approvals.waiting().map(({ id }) => id)).toEqual([card.id]);
    // No keychain here: the token was for that one session, and the Claw's card says so.
    await vi.waitFor(() => expect(again.services.ownCommands.gateway?.state).toBe('no_token'), patience);
    expect(await again.services.ownCommands.set(claw, gateway.url, goodToken)).toBeNull();
    await connected();
    expect(again.services.approvals.waiting()).toHaveLength(1);
    await give(card, 'approve');
    expect(await decision).toBe('allow-once');
    await recorded(card.action, 'done');
  });

  test('that turns the token away is told on the Claw’s card', async () => {
    await app.services.ownCommands.set(claw, gateway.url, 'another');
    await vi.waitFor(() => expect(app.services.ownCommands.gateway?.state).toBe('refused'), patience);
  });

  test('is left alone when the Claw is forgotten, and when the person wants it so', async () => {
    const { card, id } = await asked('make');
    await app.services.ownCommands.remove();
    await recorded(card.action, 'unknown');
    expect(gateway.calls.some(({ params }) => JSON.stringify(params ?? null).includes(id))).toBe(false);
    await app.services.ownCommands.set(claw, gateway.url, goodToken);
    app.services.agents.forget(claw);
    await vi.waitFor(() => expect(app.services.ownCommands.gateway).toBeUndefined());
    await vi.waitFor(async () => expect(await app.services.credentials.describe(openclawsOwn)).toMatchObject({ kept: 'missing' }));
  });
});

test('a Claw cannot ask in the gateway’s name', async () => {
  const { card, id, decision } = await asked('rm -rf build');
  const forged = app.services.gate.perform({ kind: 'invokeTool', agent: claw, connection: openclawsOwn, name: 'run_own_command', arguments: { request: id, command: 'ls' }, reach: null, signal: new AbortController().signal, conversation: silence });
  await vi.waitFor(() => expect(app.services.approvals.waiting()).toHaveLength(2));
  await give(app.services.approvals.waiting().find((other) => other.id !== card.id)!, 'approve');
  expect(await forged).toMatchObject({ outcome: 'failed' });
  await give(card, 'deny');
  expect(await decision).toBe('deny');
});
