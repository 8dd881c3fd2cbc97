import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../renderer/fixture/serve.ts';
import { Provider } from '../tokens/sdk-provider.ts';
import { newHome, root, RunningApp } from './running-app.ts';

const server = join(root, 'test/fixtures/upstreams/stdio-server.ts');
let home: Awaited<ReturnType<typeof newHome>>;
let app: RunningApp;
/** The person's own. */
let browser: Browser;

beforeAll(async () => {
  [home, browser] = await Promise.all([newHome(), launchBrowser()]);
  app = await RunningApp.start({
    home: home.path,
    managed: {
      connections: [{ id: 'local-files', kind: 'command', name: 'Local files', command: process.execPath, args: ['--disable-warning=ExperimentalWarning', server] }],
      policy: ['@id("echo") @title("Echo is harmless")', 'permit (principal, action == Action::"invokeTool", resource) when { resource has name && resource.name == "echo" };'],
      settings: { isFirstRunDone: true },
    },
  });
});
afterAll(async () => {
  await browser.close();
  await app.stop();
  await home.remove();
});

/** The page and the number on it. While the page waits for the answer nothing can be asked of it, so it tells once it is there. */
async function visit(address: string): Promise<{ readonly page: Page; readonly number: number }> {
  const page = await browser.newPage();
  await page.addInitScript(() => document.addEventListener('DOMContentLoaded', () => console.info(document.body.innerText)));
  const shown = page.waitForEvent('console');
  await page.goto(address, { waitUntil: 'commit' });
  const text = (await shown).text();
  expect(text).toContain('Look at Countersign');
  return { page, number: Number(/^\d\d$/m.exec(text)?.[0]) };
}

/** Does what the person does: looks at the page in the browser, types its number on the card, and lets the program in. Resolves with what the browser shows in the end. */
async function letIn(address: string, name: string): Promise<string> {
  const { page, number } = await visit(address);
  const window = await app.page('approval');
  await window.getByRole('heading', { name: `Let ${name} connect?` }).waitFor();
  await window.getByRole('textbox', { name: 'Number on the page in your browser' }).fill(String(number));
  await app.press('approve');
  await page.waitForURL((url) => url.pathname.endsWith('/callback'));
  const shown = await page.locator('body').textContent();
  await page.close();
  return shown ?? '';
}

async function connect(transport: StreamableHTTPClientTransport): Promise<Client> {
  const client = new Client({ name: 'sdk-claw', version: '1' });
  await client.connect(transport);
  return client;
}

async function echoes(client: Client): Promise<void> {
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  expect(names).toContain('local-files__echo');
  const result = await client.callTool({ name: 'local-files__echo', arguments: { text: 'hello' } });
  expect(JSON.stringify(result.content)).toContain('hello');
}

test('the MCP SDK’s own OAuth client pairs with nothing but the URL: the page, the card with its number, a call', async () => {
  await using provider = await Provider.start();
  const url = new URL(app.mcpUrl);
  const first = new StreamableHTTPClientTransport(url, { authProvider: provider });
  await expect(connect(first)).rejects.toThrow();
  await letIn(provider.sentTo!.href, 'SDK Claw');
  await first.finishAuth((await provider.answered).searchParams);
  const client = await connect(new StreamableHTTPClientTransport(url, { authProvider: provider }));
  await echoes(client);
  await client.close();
  expect((await app.snapshot()).agents.map(({ id }) => id)).toContain('sdk-claw');
});

test('mcp-remote, as it is installed, pairs with nothing but the URL and calls a tool', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-'));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(root, 'node_modules/mcp-remote/dist/proxy.js'), app.mcpUrl],
    // No browser is found: it says the address instead.
    env: { PATH: dirname(process.execPath), HOME: folder, MCP_REMOTE_CONFIG_DIR: folder, DISPLAY: '', WAYLAND_DISPLAY: '' },
    stderr: 'pipe',
  });
  const address = new Promise<string>((resolve) => {
    let said = '';
    transport.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /visiting:\s+(http:\S+)\s/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const client = new Client({ name: 'through-mcp-remote', version: '1' });
  const connected = client.connect(transport, { timeout: 60_000 });
  const shown = await letIn(await address, 'MCP CLI Proxy');
  expect(shown).not.toContain('rror');
  await connected;
  await echoes(client);
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

test('a wrong number lets nobody in, and the program is told', async () => {
  await using provider = await Provider.start();
  const client = new Client({ name: 'wrong', version: '1' });
  await expect(client.connect(new StreamableHTTPClientTransport(new URL(app.mcpUrl), { authProvider: provider }))).rejects.toThrow();
  const { page, number } = await visit(provider.sentTo!.href);
  const window = await app.page('approval');
  await window.getByRole('textbox', { name: 'Number on the page in your browser' }).fill(String(number === 99 ? 10 : number + 1));
  await app.press('approve');
  expect((await provider.answered).searchParams.get('error')).toBe('access_denied');
  await page.close();
  expect((await app.snapshot()).agents.filter(({ name }) => name === 'SDK Claw')).toHaveLength(1);
});
