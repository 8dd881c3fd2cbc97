import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Approval, ConnectionId } from '../../preload/contract.ts';
import { agentCalls } from '../../main/ipc/agent-calls.ts';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { connectionCalls } from '../../main/ipc/connection-calls.ts';
import { ruleCalls } from '../../main/ipc/rule-calls.ts';
import type { ActionAnswer } from '../../main/model/action.ts';
import { silence } from '../../main/model/conversation.ts';
import { claw, openedApp, withPolicy, type OpenedApp } from '../app/opened-app.ts';
import { startConnectProxy } from '../fixtures/tls/connect-proxy.ts';
import { Outside, type Place } from './outside.ts';

let outside: Outside;
let app: OpenedApp;
let folder: string;
let workbench: ConnectionId;
let hubapi: Place;
let other: Place;

/** Running code needs no question here; reaching places does as ever. */
const runs = '@id("runs")\n@title("Runs")\npermit (principal, action == Action::"runCommand", resource in Connection::"reports");';

beforeAll(async () => {
  outside = await Outside.open({ 'api.hubapi.com': [['203.0.113.1']], 'other.example.com': [['203.0.113.2']], 'inside.example.com': [['10.1.2.3']], 'sly.example.com': [['127.0.0.1']] });
  hubapi = await outside.serve(['api.hubapi.com']);
  other = await outside.serve(['other.example.com']);
  app = await openedApp(undefined, outside.helperOptions);
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-workspace-')));
  const added = await connectionCalls(app.services).addWorkbenchConnection({ name: 'Reports', folder, isOnCopy: false, keys: [] });
  if (!added.ok) throw new Error(JSON.stringify(added));
  workbench = added.value.id;
  await settings({ caFile: outside.authority.certificateFile });
}, 60_000);

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  app.deliver(withPolicy(runs));
  await settings({ allowedHosts: [], deniedHosts: [], proxy: 'none' });
  for (const place of [hubapi, other]) place.seen.length = 0;
});

async function settings(changes: Parameters<ReturnType<typeof ruleCalls>['updateSettings']>[0]): Promise<void> {
  expect(await ruleCalls(app.services).updateSettings(changes)).toEqual({ ok: true, value: null });
}

function run(command: string, timeoutSeconds = 20): Promise<ActionAnswer> {
  return app.services.gate.perform({ kind: 'invokeTool', agent: claw, connection: workbench, name: 'run_command', arguments: { command, timeoutSeconds }, reach: null, signal: new AbortController().signal, conversation: silence });
}

/** The question that comes while the run lives. */
async function cardOf(command: string, timeoutSeconds = 20): Promise<{ readonly card: Approval; readonly ended: Promise<ActionAnswer> }> {
  const asked = Promise.withResolvers<Approval>();
  const stop = app.services.approvals.onAsked(asked.resolve);
  const ended = run(command, timeoutSeconds);
  const card = await Promise.race([asked.promise, ended.then((early) => Promise.reject(new Error(`Not asked: ${textOf(early)}`)))]);
  stop();
  return { card, ended };
}

async function answer(card: Approval, word: 'approve' | 'deny'): Promise<void> {
  await pause(650);
  expect(await approvalCalls(app.services).answerApproval({ id: card.id, digest: card.digest, answer: word, isConfirmed: card.card.confirm !== null, reason: word === 'deny' ? 'Not there' : null })).toEqual({ ok: true, value: null });
}

function textOf(answer: ActionAnswer): string {
  return JSON.stringify('result' in answer ? answer.result : answer);
}

/** What the record tells of actions since, each with its steps. */
async function record(tool: string): Promise<readonly { readonly progress: string; readonly steps: string }[]> {
  const entries = await app.services.activity.recent(100);
  const details = await Promise.all(entries.map(({ action }) => app.services.activity.read(action)));
  return details.filter((detail) => detail?.tool === tool).map((detail) => ({ progress: detail?.entry.progress ?? '', steps: JSON.stringify(detail?.steps.map(({ text }) => text)) }));
}

const get = (place: string): string => `curl -sS -m 15 https://${place}`;

describe('a place on the network', () => {
  test('is asked about once a run, reached with a yes, and the record tells each request', async () => {
    const place = `api.hubapi.com:${hubapi.port}`;
    const { card, ended } = await cardOf(`${get(`${place}/contacts?key=of-mine`)} && ${get(`${place}/deals`)} -d x=1`);
    const { card: shown } = card;
    expect(shown.headline).toMatchObject({ id: 'card.place.headline' });
    expect(JSON.stringify(shown)).toContain('mark.firstTime');
    expect(JSON.stringify(shown.rows)).toContain('curl -sS');
    await answer(card, 'approve');
    expect(textOf(await ended)).toContain('hello /contacts?key=of-mine\\nhello /deals');
    expect(hubapi.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /contacts?key=of-mine', 'POST /deals']);
    const [action, ...more] = await record(place);
    expect(more).toEqual([]);
    expect(action?.progress).toBe('done');
    expect(action?.steps).toMatch(/activity\.step\.requested.*GET \/contacts".*POST \/deals"/);
    expect(action?.steps).not.toContain('of-mine');
  });

  test('that the person refuses is not reached, and the program is told why', async () => {
    const { card, ended } = await cardOf(`curl -sSv -m 15 https://other.example.com:${other.port}/`);
    await answer(card, 'deny');
    expect(textOf(await ended)).toContain('Not there');
    expect(other.seen).toEqual([]);
    expect((await record(`other.example.com:${other.port}`)).map(({ progress }) => progress)).toEqual(['denied']);
  });

  test('that a list allows needs no question, and one that a list refuses gets none', async () => {
    await settings({ allowedHosts: ['*.hubapi.com'], deniedHosts: ['**.example.com'] });
    const ended = textOf(await run(`${get(`api.hubapi.com:${hubapi.port}/a`)}; curl -sSv https://other.example.com:${other.port}/`));
    expect(ended).toContain('hello /a');
    expect(ended).toContain('You refused this place');
    expect(ended).toContain('The sandbox refused');
    expect(other.seen).toEqual([]);
    expect(app.services.approvals.waiting()).toEqual([]);
    expect((await record('run_command'))[0]?.steps).toContain('activity.step.refused');
  });

  test.each(['inside.example.com', 'sly.example.com'])('whose name leads inside is not reached, whatever the lists say: %s', async (name) => {
    await settings({ allowedHosts: ['*'] });
    const ended = textOf(await run(`curl -sS -m 15 https://${name}:${other.port}/; curl -sS -m 15 http://${name}:${other.port}/`));
    expect(ended).not.toContain('hello');
    expect(ended).toMatch(/resolved to a (?:listed|loopback) address/);
    expect(other.seen).toEqual([]);
  });

  test('inside is refused without a question, and reached where a list names its network', async () => {
    const plain = await outside.serve(null);
    const inside = `curl -sS -m 15 --noproxy '' http://127.0.0.1:${plain.port}/in`;
    expect(textOf(await run(inside))).toContain('own network');
    await settings({ allowedHosts: ['127.0.0.0/8'] });
    expect(textOf(await run(inside))).toContain('hello /in');
    expect(plain.seen).toHaveLength(1);
  });

  test('has a rule about requests that is held to inside of TLS', async () => {
    await settings({ allowedHosts: ['api.hubapi.com'] });
    app.deliver(withPolicy(`${runs}\n@id("no-delete")\n@title("No deleting")\n@reason("Nothing is deleted there.")\nforbid (principal, action == Action::"connect", resource) when { context.facts has method && context.facts.method == "DELETE" };`));
    const ended = textOf(await run(`${get(`api.hubapi.com:${hubapi.port}/a`)} -X DELETE; ${get(`api.hubapi.com:${hubapi.port}/a`)}`));
    expect(ended).toContain('Nothing is deleted there.');
    expect(hubapi.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  test('may be answered later than the run would last', async () => {
    const { card, ended } = await cardOf(`curl -sS -m 30 https://api.hubapi.com:${hubapi.port}/late`, 2);
    await pause(3_000);
    await answer(card, 'approve');
    expect(textOf(await ended)).toContain('hello /late');
  });
});

describe('a run that reaches out', () => {
  test.each(['everything', 'its Claw'])('is cut off at once when %s is paused', async (what) => {
    await settings({ allowedHosts: ['api.hubapi.com'] });
    const reached = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    hubapi.answer = (_request, response) => {
      response.write('begun');
      response.once('close', over.resolve);
      reached.resolve();
    };
    const ended = run(`curl -sS https://api.hubapi.com:${hubapi.port}/slow`);
    await reached.promise;
    const set = (isPaused: boolean): unknown => (what === 'everything' ? approvalCalls(app.services).setPaused({ isPaused }) : agentCalls(app.services).setAgentPaused({ id: claw, isPaused }));
    await set(true);
    expect(await ended).toMatchObject({ outcome: 'unknown' });
    await over.promise;
    await set(false);
    hubapi.answer = (request, response) => void response.end(`hello ${request.url ?? ''}\n`);
  });

  test('takes its questions with it when it ends', async () => {
    const { ended } = await cardOf(`curl -sS -m 1 https://api.hubapi.com:${hubapi.port}/; true`);
    await ended;
    while (app.services.approvals.waiting().length > 0) await pause(10);
    expect(hubapi.seen).toEqual([]);
  });

  test('leaves through the company’s proxy, signed in there, and straight to what is named', async () => {
    const proxy = await startConnectProxy(hubapi.port);
    await settings({ allowedHosts: ['*'], proxy: `http://127.0.0.1:${proxy.port}`, noProxy: ['other.example.com'] });
    // Only the proxy knows that name, as in a company.
    const ended = textOf(await run(`${get('api.hubapi.com/a')}; ${get('api.hubapi.com/b')}; ${get(`other.example.com:${other.port}/c`)}`));
    expect(ended).toContain('hello /a\\nhello /b\\nhello /c');
    expect(proxy.asked.map(({ target }) => target)).toEqual(['api.hubapi.com:443', 'api.hubapi.com:443']);
    expect(other.seen).toHaveLength(1);
    await settings({ noProxy: [] });
    await proxy.stop();
  });

  test('trusts whom the company trusts, and nobody else', async () => {
    const stranger = await outside.serve(['api.hubapi.com'], false);
    await settings({ allowedHosts: ['*'] });
    expect(textOf(await run(`${get(`api.hubapi.com:${stranger.port}/`)} -k`))).toContain('Bad Gateway');
    expect(textOf(await run(`${get(`other.example.com:${hubapi.port}/`)} -k`))).toContain('Bad Gateway');
    expect(stranger.seen).toEqual([]);
  });
});
