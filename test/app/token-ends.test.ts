import { describe, expect, test } from 'vitest';
import { agentId } from '../../preload/contract.ts';
import { mayNarrow, usesLess, type OwnRules } from '../../main/narrowing.ts';
import { comeBack, letIn } from './let-in.ts';
import { lockScreen, notified, openedApp, withPolicy, type OpenedApp } from './opened-app.ts';

const robin = agentId.parse('robin');
const mailbox = ({ services }: OpenedApp) => services.connections.list()[0]!.id;

/** What is in the record about the app itself, by kind; the export has all of it. */
async function recorded({ services }: OpenedApp): Promise<string> {
  const lines: string[] = [];
  for await (const line of services.activity.export({ text: '', agent: null, connection: null, progress: null, from: null, to: null }, 'jsonl')) lines.push(line);
  return lines.join('');
}

describe('tokens die, and who signed in may come for a new one', () => {
  test.each<readonly [string, (app: OpenedApp) => void]>([
    ['the person forbids a tool', (app) => app.services.settings.setToolRule({ connection: mailbox(app), tool: 'send_email', rule: 'never' })],
    ['the person chooses a stricter profile', ({ services }) => services.settings.setRulesProfile('strict')],
    ['the organization’s policy changes', (app) => app.deliver(withPolicy('@id("no-mail") @title("No mail") forbid (principal, action, resource);'))],
    ['its connections are narrowed', ({ services }) => services.agents.setConnections(robin, [])],
    ['a connection is removed', (app) => app.services.connections.remove(mailbox(app))],
  ])('when %s', async (_what, change) => {
    await using app = await openedApp();
    const { program, tokens } = await letIn(app);
    expect((await program.tools(tokens['access_token'])).status).toBe(200);
    change(app);
    expect(await program.tools(tokens['access_token'])).toMatchObject({ status: 401, challenge: expect.stringContaining('taken back') });
    const refreshed = await program.refresh(tokens['refresh_token']);
    expect(refreshed.status).toBe(200);
    expect((await program.tools(refreshed.body['access_token'])).status).toBe(200);
  });

  test.each<readonly [string, (app: OpenedApp) => void]>([
    ['the person allows a tool', (app) => app.services.settings.setToolRule({ connection: mailbox(app), tool: 'send_email', rule: 'allow' })],
    ['a preference changes', ({ services }) => services.settings.update({ theme: 'dark' })],
    ['the Claw gets another name', ({ services }) => services.agents.rename(robin, 'Robin Hood')],
    ['a connection is added', ({ services }) => services.connections.add({ name: 'Other', kind: 'practice', config: {} })],
    ['the screen is locked and nobody asked for anything then', lockScreen],
  ])('but not when %s', async (_what, change) => {
    await using app = await openedApp();
    const { program, tokens } = await letIn(app);
    change(app);
    expect((await program.tools(tokens['access_token'])).status).toBe(200);
  });
});

describe('a pause', () => {
  test.each<readonly [string, (app: OpenedApp, isPaused: boolean) => void, RegExp]>([
    ['of the Claw', ({ services }, isPaused) => services.agents.setPaused(robin, isPaused), /paused this Claw/],
    ['of all Claws', ({ services }, isPaused) => services.pause.set(isPaused), /paused all Claws/],
  ])('%s ends its tokens and says so; resumed, it comes for new ones', async (_what, pause, text) => {
    await using app = await openedApp();
    const { program, tokens } = await letIn(app);
    pause(app, true);
    expect(await program.tools(tokens['access_token'])).toMatchObject({ status: 403, text: expect.stringMatching(text) });
    expect((await program.refresh(tokens['refresh_token'])).status).toBe(403);
    pause(app, false);
    expect((await program.tools(tokens['access_token'])).status).toBe(401);
    const refreshed = await program.refresh(tokens['refresh_token']);
    expect((await program.tools(refreshed.body['access_token'])).status).toBe(200);
  });
});

test('a locked screen signs everybody out where the person wants that; they let it in again', async () => {
  await using app = await openedApp();
  const { program, tokens } = await letIn(app);
  app.services.settings.update({ signOutOnLock: true });
  lockScreen();
  expect((await program.tools(tokens['access_token'])).status).toBe(401);
  expect((await program.refresh(tokens['refresh_token'])).status).toBe(400);
  const again = await comeBack(app, program);
  expect((await program.tools(again['access_token'])).status).toBe(200);
});

test('a forgotten Claw is out for good, and so is its registration', async () => {
  await using app = await openedApp();
  const { program, tokens } = await letIn(app);
  app.services.agents.forget(robin);
  expect((await program.tools(tokens['access_token'])).status).toBe(401);
  expect((await program.refresh(tokens['refresh_token'])).status).toBe(400);
  expect((await program.get(program.authorizePath())).status).toBe(400);
});

test('a refresh token that is used again: everything of the sign-in ends, it is recorded, and the person is told until they let it in again', async () => {
  await using app = await openedApp();
  const { program, tokens } = await letIn(app);
  const { body } = await program.refresh(tokens['refresh_token']);
  notified.length = 0;
  expect((await program.refresh(tokens['refresh_token'])).status).toBe(400);
  expect((await program.tools(body['access_token'])).status).toBe(401);
  expect(notified).toEqual([{ title: 'Robin was signed out', body: expect.stringContaining('old sign-in of Robin'), opens: 'main' }]);
  expect(app.services.alarms.list()).toEqual([robin]);
  await comeBack(app, program);
  expect(app.services.alarms.list()).toEqual([]);
  const all = await recorded(app);
  for (const secret of [tokens['access_token'], tokens['refresh_token'], body['refresh_token']]) expect(all).not.toContain(String(secret));
});

function own(profile: OwnRules['profile'], ...tools: readonly (readonly [string, string])[]): OwnRules {
  return { profile, watched: [], tools: tools.map(([tool, rule]) => ({ connection: 'work-mail', tool, rule })) };
}

describe('rules narrow', () => {
  test.each<readonly [OwnRules, OwnRules, boolean]>([
    [own('balanced'), own('balanced'), false],
    [own('balanced'), own('strict'), true],
    [own('strict'), own('relaxed'), false],
    [own('balanced'), own('balanced', ['send', 'allow']), false],
    [own('balanced'), own('balanced', ['send', 'ask']), true],
    [own('balanced'), own('balanced', ['send', 'never']), true],
    [own('balanced', ['send', 'allow']), own('balanced', ['send', 'ask']), true],
    [own('balanced', ['send', 'never']), own('balanced', ['send', 'ask']), false],
    [own('balanced', ['send', 'allow']), own('balanced'), true],
    [own('balanced', ['send', 'never']), own('balanced'), false],
    [own('balanced', ['send', 'never']), own('balanced', ['send', 'gibberish']), true],
  ])('%j, then %j: %s', (before, after, narrows) => {
    expect(mayNarrow(before, after)).toBe(narrows);
  });

  test('and so does a shorter list of connections', () => {
    expect([usesLess(null, ['a']), usesLess(['a', 'b'], ['a']), usesLess(['a'], ['a', 'b']), usesLess(['a'], null), usesLess(null, null)]).toEqual([true, true, false, false, false]);
  });
});
