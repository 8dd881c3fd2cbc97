import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttpServer } from '../fixtures/upstreams/http-server.ts';
import { use } from './agent.ts';
import { newHome, root, RunningApp } from './running-app.ts';

const server = join(root, 'test/fixtures/upstreams/stdio-server.ts');

describe('MCP servers that are not ours, delivered by the organization', () => {
  let home: Awaited<ReturnType<typeof newHome>>;
  let http: Awaited<ReturnType<typeof startHttpServer>>;
  let app: RunningApp;
  let client: Awaited<ReturnType<RunningApp['client']>>;

  beforeAll(async () => {
    [home, http] = await Promise.all([newHome(), startHttpServer()]);
    app = await RunningApp.start({
      home: home.path,
      managed: {
        connections: [
          { id: 'local-files', kind: 'command', name: 'Local files', command: process.execPath, args: ['--disable-warning=ExperimentalWarning', server] },
          { id: 'web-files', kind: 'remote', name: 'Web files', url: http.url },
        ],
        agents: [
          { id: 'marketing', name: 'Marketing Claw', connections: null },
          { id: 'narrow', name: 'Narrow Claw', connections: ['web-files'] },
        ],
        policy: [
          '@id("echo") @title("Echo is harmless")',
          'permit (principal, action == Action::"invokeTool", resource) when { resource has name && resource.name == "echo" };',
          '@id("no-crash") @title("Nobody crashes servers")',
          'forbid (principal, action == Action::"invokeTool", resource) when { resource has name && resource.name == "crash" };',
        ],
        settings: { isFirstRunDone: true, clientWaitSeconds: 5 },
      },
    });
    client = await app.client('marketing');
  });
  afterAll(async () => {
    await client.close();
    await app.stop();
    await http.stop();
    await home.remove();
  });

  test('over stdio and over HTTP, their tools are merged under one address and work', async () => {
    for (const connection of ['local-files', 'web-files']) {
      expect(await use(client, `${connection}__echo`, { text: `hello ${connection}` })).toMatchObject({ isError: false, text: expect.stringContaining(`hello ${connection}`) });
    }
  });

  test('a Claw sees only the connections it may use, and cannot call the others', async () => {
    const narrow = await app.client('narrow', 'legacy');
    const names = (await narrow.listTools()).tools.map(({ name }) => name);
    expect(names).toContain('web-files__echo');
    expect(names.filter((name) => name.startsWith('local-files__'))).toEqual([]);
    await expect(narrow.callTool({ name: 'local-files__echo', arguments: { text: 'x' } })).rejects.toThrow(/no tool/);
    await narrow.close();
  });

  test('a tool that a rule forbids is not listed; who calls it all the same is blocked and recorded', async () => {
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('__crash'))).toEqual([]);
    expect(await use(client, 'local-files__crash', {})).toMatchObject({ outcome: 'blocked', reason: 'company_policy' });
    const { entries } = await app.call('searchActivity', { filter: { text: 'crash', agent: null, connection: null, progress: null, from: null, to: null }, after: null });
    expect(entries).toMatchObject([{ progress: 'blocked' }]);
  });

  test('a tool nobody described asks with its exact arguments, and Approve works only once the line is ticked', async () => {
    const answer = use(client, 'local-files__write_file', { name: 'a.txt', content: 'secret\u202Eplan' });
    const card = await app.page('approval');
    await card.getByText('write_file').first().waitFor();
    expect(await card.locator('body').textContent()).toContain('U+202E');
    await card.getByRole('checkbox').check();
    await app.press('approve');
    expect(await answer).toMatchObject({ isError: false });
    const read = use(client, 'local-files__read_file', { name: 'a.txt' });
    await card.getByText('read_file').first().waitFor();
    const again = await app.page('approval');
    await again.getByRole('checkbox').check();
    await app.press('approve');
    expect((await read).text).toContain('secret\u202Eplan');
  });
});
