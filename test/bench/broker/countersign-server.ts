/**
 * `node countersign-server.ts SCALE` (a `Scale` as JSON): the app with its real parts in a home of its own: tokens, Cedar,
 * facts and the durable record are on, and a rule of the organization allows the echo, so that nobody is asked. Says its
 * address and a token for each agent when it is ready; closes in good order when it is ended.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApp, type AppOptions } from '../../../main/app.ts';
import { askApp } from '../../../main/cli/app-connection.ts';
import { managedSettings } from '../../../main/managed/managed-settings.ts';
import { socketPlace } from '../../../main/paths.ts';
import type { Shell } from '../../../main/shell/shell.ts';
import { echoServerFile, organizationPolicy, type Scale } from './scale.ts';

const root = resolve(import.meta.dirname, '../../..');
const nothing = (): void => undefined;

/** Nobody sits here: what would need a person is refused, and the benchmark fails. */
const shell: Shell = {
  kind: 'console',
  canAsk: false,
  systemLanguages: () => [],
  start: () => Promise.resolve(),
  setTray: nothing,
  showWindow: nothing,
  hideWindow: nothing,
  notify: nothing,
  confirmQuit: () => Promise.resolve(true),
  setOpenAtLogin: nothing,
  openExternal: () => Promise.resolve(false),
  onQuit: () => nothing,
  onScreenLock: () => nothing,
  close: () => Promise.resolve(),
};

async function tokenOf(home: string, agent: string): Promise<string> {
  const answer = await askApp(socketPlace(home), { purpose: 'token', agent, name: agent }, nothing);
  if (!answer.ok || answer.reply.kind !== 'token') throw new Error(`There is no token for ${agent}: ${answer.ok ? answer.reply.kind : answer.text}`);
  answer.socket.destroy();
  return answer.reply.token;
}

// The bench passes a Scale as its one argument.
const scale = JSON.parse(process.argv[2] ?? '') as Scale;
const home = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
const settings = managedSettings.parse({ policy: organizationPolicy(scale.policies) });
const options: AppOptions = {
  home,
  assets: join(root, 'assets'),
  activityWorker: new URL('../../../main/activity/worker.ts', import.meta.url),
  sandboxHelper: { program: process.execPath, args: [fileURLToPath(new URL('../../../main/sandbox/helper/index.ts', import.meta.url))] },
  managedSource: { read: () => Promise.resolve({ state: 'ok', settings, remarks: [] }), watch: () => nothing },
  mcpPort: 0,
  shell,
  launcher: { command: 'countersign', args: [] },
  version: '0.0.0',
  report: (problem) => void process.stderr.write(`${problem}\n`),
};
const app = await openApp(options);

async function close(): Promise<void> {
  await app.close();
  await rm(home, { recursive: true, force: true });
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close());

const { agents, broker, connections } = app.services;
const toolsPerConnection = Math.ceil(scale.tools / scale.connections);
for (let index = 0; index < scale.connections; index += 1) {
  connections.add({ name: 'echo', kind: 'command', config: { command: process.execPath, args: [echoServerFile, '--tools', String(toolsPerConnection)] } });
}
const tokens: string[] = [];
for (let index = 0; index < scale.agents; index += 1) {
  const agent = agents.add(`Claw ${index + 1}`);
  if (agent === undefined) throw new Error('The agent was not added.');
  // The default, 6,000 calls a minute, is there to stop a Claw that runs away, which a benchmark is.
  agents.setOptions(agent.id, { callsPerMinute: 1_000_000 });
  tokens.push(await tokenOf(home, agent.id));
}
process.stdout.write(`${JSON.stringify({ url: broker.mcpUrl, tokens })}\n`);
