import { request } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { use } from './agent.ts';
import { newHome, RunningApp } from './running-app.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** A request with exactly these headers; `fetch` would not let a test lie about Host. */
function post(url: string, headers: Record<string, string>, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('bad input gets a clear error, and nothing is lost or done', () => {
  let home: Awaited<ReturnType<typeof newHome>>;
  let app: RunningApp;
  let token: string;
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

  beforeAll(async () => {
    home = await newHome();
    app = await RunningApp.start({ home: home.path, managed: { agents: [{ id: 'marketing', name: 'Marketing Claw', connections: null }], settings: { isFirstRunDone: true } } });
    token = await app.token('marketing');
  });
  afterAll(async () => {
    await app.stop();
    await home.remove();
  });

  test.each([
    ['malformed JSON', () => ({}), '{"jsonrpc": "2.0", "id": 1, "meth', 400, 'JSON'],
    ['a wrong token', () => ({ authorization: 'Bearer cst_wrong' }), list, 401, 'countersign token'],
    ['no token', () => ({ authorization: '' }), list, 401, 'countersign token'],
    ['a foreign Origin', () => ({ origin: 'https://evil.example' }), list, 403, 'web page'],
    ['a wrong Host', () => ({ host: 'evil.example' }), list, 403, '127.0.0.1'],
    ['an oversized body', () => ({}), JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: { text: 'x'.repeat(5 * 1024 * 1024) } }), 413, 'MiB'],
  ] as const)('%s', async (_name, headers, body, status, hint) => {
    const reply = await post(app.mcpUrl, { authorization: `Bearer ${token}`, ...headers() }, body);
    expect(reply.status).toBe(status);
    expect(reply.body).toContain(hint);
    for (const secret of [token, home.path, 'node_modules', '    at ']) expect(reply.body).not.toContain(secret);
  });

  test('an unknown tool and invalid arguments', async () => {
    await app.call('startPractice', undefined);
    await app.card();
    await app.press('deny');
    const client = await app.client('marketing');
    await expect(client.callTool({ name: 'practice-mailbox__fly', arguments: {} })).rejects.toThrow(/no tool/);
    const answer = await use(client, 'practice-mailbox__send_email', { to: 'not a list', subject: 5 });
    expect(answer).toMatchObject({ isError: true, reason: 'invalid_arguments' });
    expect(answer.text).toContain('Nothing was done');
    expect((await app.snapshot()).approvals.filter((approval) => approval.answer === null)).toHaveLength(0);
    await client.close();
  });

  test('a page that is not ours, and a call that does not exist, get nothing from the app', async () => {
    const page = await app.page('index');
    const refused = await page.evaluate(() => Promise.allSettled([window.countersign.call('noSuchCall' as never, {} as never), window.countersign.call('setPaused', { isPaused: 'yes' } as never)]));
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await app.snapshot()).status.isPaused).toBe(false);
  });

  test('the record holds who was turned away, and still proves itself', async () => {
    expect(await app.call('verifyActivity', undefined)).toMatchObject({ ok: true });
  });
});

test('a broken managed file: everything is refused, the person is told, and nothing is lost', async () => {
  const home = await newHome();
  const broken = join(home.path, 'broken.json');
  await writeFile(broken, '{ "organization": { "name": "Acme" ');
  const app = await RunningApp.start({ home: home.path, env: { COUNTERSIGN_MANAGED_SETTINGS: broken } });
  try {
    const { status } = await app.snapshot();
    expect(status.tray).toBe('attention');
    expect(status.problems.map(({ id }) => id)).toContain('status.problem.managed');
    await app.call('startPractice', undefined);
    const { entries } = await app.until(
      () => app.call('searchActivity', { filter: { text: '', agent: null, connection: null, progress: null, from: null, to: null }, after: null }),
      (page) => page.entries.length > 0 && page.entries.every(({ progress }) => progress === 'blocked'),
    );
    expect(entries[0]).toMatchObject({ progress: 'blocked' });
    await writeFile(broken, '{ "organization": { "name": "Acme" } }');
    await app.until(() => app.snapshot(), (known) => known.status.managedBy?.name === 'Acme' && known.status.tray === 'quiet');
  } finally {
    await app.stop();
    await home.remove();
  }
});
