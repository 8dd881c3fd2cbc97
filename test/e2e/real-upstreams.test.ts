import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport, type CallToolResult, type Notification } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { callOnce, use } from './agent.ts';
import { everything, filesystem, memory, startEverything, type RunningServer } from './real-servers.ts';
import { newHome, RunningApp } from './running-app.ts';

const eras = ['modern', 'legacy'] as const;
type Era = (typeof eras)[number];
const ways = ['stdio', 'http', 'sse'] as const;

/** What the client's user answers when a service asks; the roots are as wide as roots can be. */
const answers = {
  'sampling/createMessage': { role: 'assistant', model: 'scripted', content: { type: 'text', text: 'a sampled answer' } },
  'elicitation/create': { action: 'accept', content: { name: 'Ada Lovelace', check: true } },
  'roots/list': { roots: [{ uri: 'file:///', name: 'the whole disk' }] },
} as const;

const text = (result: CallToolResult): string => JSON.stringify(result.content);

describe('servers nobody here wrote, behind the running app', () => {
  let home: Awaited<ReturnType<typeof newHome>>;
  let servers: readonly RunningServer[] = [];
  let app: RunningApp;
  let folder: string;
  const clients: Client[] = [];

  /** A client of that era that can do all a client can. */
  async function connect(era: Era, connection?: string): Promise<Client> {
    const client = new Client(
      { name: era, version: '1.0.0' },
      { capabilities: { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } }, versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } } },
    );
    client.setRequestHandler('sampling/createMessage', () => ({ ...answers['sampling/createMessage'] }));
    client.setRequestHandler('elicitation/create', () => ({ ...answers['elicitation/create'] }));
    client.setRequestHandler('roots/list', () => ({ roots: [...answers['roots/list'].roots] }));
    const url = new URL(connection === undefined ? app.mcpUrl : `${app.mcpUrl}/${connection}`);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization: `Bearer ${await app.token(era)}` } } }));
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    [home, ...servers] = await Promise.all([newHome(), startEverything('streamableHttp'), startEverything('sse')]);
    const [http, sse] = servers;
    folder = join(home.path, 'papers');
    await mkdir(folder);
    await Promise.all([writeFile(join(folder, 'note.txt'), 'inside'), writeFile(join(home.path, 'outside.txt'), 'outside')]);
    const node = { kind: 'command', command: process.execPath } as const;
    app = await RunningApp.start({
      home: home.path,
      managed: {
        connections: [
          { ...node, id: 'stdio', name: 'Everything', args: [everything, 'stdio'] },
          { kind: 'remote', id: 'http', name: 'Everything over HTTP', url: `http://127.0.0.1:${http?.port}/mcp` },
          { kind: 'remote', id: 'sse', name: 'Everything over SSE', url: `http://127.0.0.1:${sse?.port}/sse` },
          { ...node, id: 'files', name: 'Papers', args: [filesystem, folder] },
          // The graph's file is a setting of its environment, of which it gets none from us.
          { kind: 'command', id: 'memory', name: 'Memory', command: '/usr/bin/env', args: [`MEMORY_FILE_PATH=${join(home.path, 'graph.jsonl')}`, process.execPath, memory] },
        ],
        agents: eras.map((era) => ({ id: era, name: `${era} Claw`, connections: null })),
        policy: [
          '@id("trusted") @title("These servers are trusted")',
          'permit (principal, action, resource) unless { resource has name && resource.name == "get-sum" };',
        ],
        settings: { isFirstRunDone: true, clientWaitSeconds: 10 },
      },
    });
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await app.stop();
    await Promise.all(servers.map((server) => server.stop()));
    await home.remove();
  });

  describe.each(ways)('everything over %s', (connection) => {
    const named = (name: string): string => `${connection}__${name}`;

    test.each(eras)('gives a %s agent its tools: text, structured content, images, links that can be read', async (era) => {
      const client = await connect(era);
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['echo', 'get-structured-content', 'trigger-sampling-request'].map(named)));
      expect(text(await client.callTool({ name: named('echo'), arguments: { message: 'héllo' } }))).toContain('Echo: héllo');
      // The client checks it against the tool's own output schema.
      expect(await client.callTool({ name: named('get-structured-content'), arguments: { location: 'Chicago' } })).toMatchObject({ structuredContent: { temperature: 36, humidity: 82 } });
      expect((await client.callTool({ name: named('get-tiny-image'), arguments: {} })).content).toContainEqual(expect.objectContaining({ type: 'image', mimeType: 'image/png', data: expect.stringMatching(/^iVBORw0KGgo/) }));
      const links = (await client.callTool({ name: named('get-resource-links'), arguments: { count: 2 } })).content.filter(({ type }) => type === 'resource_link');
      expect(links).toHaveLength(2);
      for (const link of links) {
        const { uri } = link as { readonly uri: string };
        expect(uri).toMatch(`via-${connection}+demo://`);
        expect((await client.readResource({ uri })).contents).toMatchObject([{ uri }]);
      }
    });

    test.each(eras)('gives a %s agent resources and prompts, under both addresses, and completes', async (era) => {
      const [all, own] = await Promise.all([connect(era), connect(era, connection)]);
      const uri = 'demo://resource/dynamic/text/7';
      expect((await all.readResource({ uri: `via-${connection}+${uri}` })).contents).toMatchObject([{ uri: `via-${connection}+${uri}`, text: expect.stringContaining('Resource 7') }]);
      expect((await own.readResource({ uri })).contents).toMatchObject([{ uri, text: expect.stringContaining('Resource 7') }]);
      expect((await own.readResource({ uri: 'demo://resource/dynamic/blob/3' })).contents).toMatchObject([{ blob: expect.any(String) }]);
      expect((await own.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain('demo://resource/dynamic/text/{resourceId}');
      expect((await all.listPrompts()).prompts.map(({ name }) => name)).toContain(named('args-prompt'));
      expect(await all.getPrompt({ name: named('args-prompt'), arguments: { city: 'Oslo' } })).toMatchObject({ messages: [{ content: { text: "What's weather in Oslo?" } }] });
      const completed = await own.complete({ ref: { type: 'ref/prompt', name: 'completable-prompt' }, argument: { name: 'department', value: 'S' } });
      expect(completed.completion.values).toEqual(['Sales', 'Support']);
      const narrowed = await all.complete({ ref: { type: 'ref/prompt', name: named('completable-prompt') }, argument: { name: 'name', value: '' }, context: { arguments: { department: 'Sales' } } });
      expect(narrowed.completion.values).toEqual(['David', 'Eve', 'Frank']);
    });

    test.each(eras)('tells a %s agent of progress and of what it logs', async (era) => {
      const client = await connect(era);
      const progress: number[] = [];
      const long = { name: named('trigger-long-running-operation'), arguments: { duration: 0.3, steps: 3 } };
      expect(text(await client.callTool(long, { onprogress: (step) => progress.push(step.progress) }))).toContain('completed');
      expect(progress).toEqual([1, 2, 3]);
      const logged: Notification[] = [];
      client.setNotificationHandler('notifications/message', (message) => void logged.push(message));
      if (era === 'legacy') await client.setLoggingLevel('debug');
      const meta = era === 'legacy' ? {} : { _meta: { 'io.modelcontextprotocol/logLevel': 'debug' } };
      const toggle = { name: named('toggle-simulated-logging'), arguments: {}, ...meta };
      expect(text(await client.callTool(toggle))).toContain('simulated');
      // Each second toggle is the one that stops it, which says nothing.
      expect(text(await client.callTool(toggle))).toContain('simulated');
      await vi.waitFor(() => expect(logged).toContainEqual(expect.objectContaining({ params: expect.objectContaining({ data: expect.stringMatching(/level.message/) }) })));
    });

    test.each(eras)('asks the user of a %s agent, through its own client', async (era) => {
      const client = await connect(era);
      expect(text(await client.callTool({ name: named('trigger-sampling-request'), arguments: { prompt: 'hi' } }))).toContain('a sampled answer');
      expect(text(await client.callTool({ name: named('trigger-elicitation-request'), arguments: {} }))).toContain('Ada Lovelace');
    });

    test.each(eras)('tells a %s agent when a resource it follows changes', async (era) => {
      const client = await connect(era);
      const uri = `via-${connection}+demo://resource/dynamic/text/${era === 'legacy' ? 1 : 2}`;
      const updated: string[] = [];
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => void updated.push(params.uri));
      const listening = era === 'legacy' ? undefined : await client.listen({ resourceSubscriptions: [uri] });
      if (era === 'legacy') await client.subscribeResource({ uri });
      else expect(listening?.honoredFilter).toEqual({ resourceSubscriptions: [uri] });
      const toggle = { name: named('toggle-subscriber-updates'), arguments: {} };
      await client.callTool(toggle);
      await client.callTool(toggle);
      await vi.waitFor(() => expect(updated).toContain(uri));
      if (era === 'legacy') await client.unsubscribeResource({ uri });
      await listening?.close();
    });
  });

  test('a tool that no rule allows waits for the person, and is done once they approve', async () => {
    const client = await connect('modern');
    const answer = use(client, 'stdio__get-sum', { a: 2, b: 40 });
    const card = await app.page('approval');
    await card.getByText('get-sum').first().waitFor();
    await card.getByRole('checkbox').check();
    await app.press('approve');
    expect((await answer).text).toContain('42');
  });

  test.each(eras)('the filesystem server stays in its folder, whatever the roots of a %s agent are, also while it starts', async (era) => {
    const client = await connect(era);
    const outside = join(home.path, 'outside.txt');
    // The first of these opens the service, which asks for roots as it starts.
    const reads = await Promise.all([1, 2, 3].map(() => callOnce(client, 'files__read_text_file', { path: outside })));
    for (const read of reads) expect(read).toMatchObject({ isError: true, text: expect.stringContaining('outside allowed directories') });
    if (era === 'legacy') await client.sendRootsListChanged();
    expect(await callOnce(client, 'files__read_text_file', { path: outside })).toMatchObject({ isError: true, text: expect.stringContaining('outside allowed directories') });
    expect(await callOnce(client, 'files__read_text_file', { path: join(folder, 'note.txt') })).toMatchObject({ isError: false, text: expect.stringContaining('inside') });
    expect((await callOnce(client, 'files__list_allowed_directories', {})).text).toContain(folder);
  });

  test('the filesystem server writes where it may, and what it wrote is there', async () => {
    const client = await connect('legacy');
    expect(await callOnce(client, 'files__write_file', { path: join(folder, 'made.txt'), content: 'by a Claw' })).toMatchObject({ isError: false });
    expect(await readFile(join(folder, 'made.txt'), 'utf8')).toBe('by a Claw');
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['made.txt', 'note.txt']));
  });

  test('the memory server keeps its graph, for agents of both eras and after it was killed', async () => {
    const [modern, legacy] = await Promise.all([connect('modern'), connect('legacy')]);
    const entities = [{ name: 'Dana', entityType: 'person', observations: ['likes quarterly reports'] }];
    expect(await callOnce(modern, 'memory__create_entities', { entities })).toMatchObject({ isError: false, structured: { entities } });
    expect(await callOnce(legacy, 'memory__read_graph', {})).toMatchObject({ structured: { entities } });
    const processes = await readdir('/proc');
    const lines = await Promise.all(processes.filter((name) => /^\d+$/.test(name)).map(async (pid) => ({ pid, line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })));
    const running = lines.filter(({ line }) => line.includes(memory));
    expect(running).toHaveLength(1);
    for (const { pid } of running) process.kill(Number(pid), 'SIGKILL');
    // It is given a second of rest, and callers are told so.
    const again = await app.until(() => callOnce(legacy, 'memory__search_nodes', { query: 'quarterly' }), ({ isError }) => !isError);
    expect(again.structured).toMatchObject({ entities });
  });
});
