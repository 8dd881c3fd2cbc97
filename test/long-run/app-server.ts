/**
 * `node app-server.ts SETUP` (a `Setup` as JSON): the app with its real parts, as a long run needs it. Says its address in one line
 * when it is ready. On a line of its input it does what a person would come for: `check` starts services again that were given up, `verify`
 * reads the whole record, `memory` collects garbage and tells what is left, `usage` tells what is in use now. Whatever the app or Node complains of goes to `problems.log` in its home. Ends in good order on SIGTERM.
 */
import { appendFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { openApp } from '../../main/app.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import type { Shell } from '../../main/shell/shell.ts';
import type { Said, Setup } from './app.ts';

const root = resolve(import.meta.dirname, '../..');
const nothing = (): void => undefined;

/** Nobody sits here: what would need a person is refused. */
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

// `app.ts` passes a Setup as the one argument.
const setup = JSON.parse(process.argv[2] ?? '') as Setup;
const complain = (problem: string): void => appendFileSync(join(setup.home, 'problems.log'), `${problem.replaceAll('\n', ' ')}\n`);
const say = (said: Said): void => void process.stdout.write(`${JSON.stringify(said)}\n`);
process.on('warning', (warning) => warning.name !== 'ExperimentalWarning' && complain(`Warning: ${warning.stack ?? warning.message}`));
process.on('uncaughtExceptionMonitor', (error) => complain(`Crash: ${error.stack ?? String(error)}`));

const workers = new Set<Worker>();
process.on('worker', (worker) => {
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
});

const settings = managedSettings.parse({ policy: setup.policy });
const app = await openApp({
  home: setup.home,
  assets: join(root, 'assets'),
  activityWorker: new URL('../../main/activity/worker.ts', import.meta.url),
  sandboxHelper: { program: process.execPath, args: [fileURLToPath(new URL('../../main/sandbox/helper/index.ts', import.meta.url))] },
  managedSource: { read: () => Promise.resolve({ state: 'ok', settings, remarks: [] }), watch: () => nothing },
  mcpPort: 0,
  shell,
  launcher: { command: 'countersign', args: [] },
  version: '0.0.0',
  report: complain,
});
const { agents, activity, broker, connections, credentials, upstreams } = app.services;
for (const [index, value] of (setup.secrets ?? []).entries()) await credentials.put({ id: `long-run-${index}`, origin: 'https://service.example', value, kind: 'token' });

const ids = setup.services.map(({ name, args }) => connections.add({ name, kind: 'command', config: { command: process.execPath, args: [...args] } }).id);
const paired = Array.from({ length: setup.agents }, (_, index) => {
  const agent = agents.add(`Claw ${index + 1}`);
  if (agent === undefined) throw new Error('The agent was not added.');
  // The default, 6,000 calls a minute, is there to stop a Claw that runs away, which this is about.
  agents.setOptions(agent.id, { callsPerMinute: 1_000_000 });
  return agent.id;
});

let checks = 0;
upstreams.onHealthChange((id) => {
  if (upstreams.healthOf(id).text?.id !== 'connection.health.gaveUp') return;
  checks += 1;
  // As a person does who sees in the window that a service was given up.
  setTimeout(() => void upstreams.check(id), 500);
});

setFlagsFromString('--expose-gc');
// With that flag set a new context has it.
const collect = runInNewContext('gc') as () => void;

async function obey(order: string): Promise<void> {
  if (order === 'memory') {
    // What a finalizer lets go of is gone after the second time.
    collect();
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    collect();
    const { heapUsed, external } = process.memoryUsage();
    say({ kind: 'measured', heapMegabytes: (heapUsed + external) / 1024 / 1024 });
  }
  if (order === 'usage') {
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    const heaps = await Promise.all([...workers].map((worker) => worker.getHeapStatistics()));
    // How much V8 keeps free changes for minutes and tells nothing of what is kept for good.
    const free = heaps.reduce((sum, heap) => sum + heap.total_heap_size - heap.used_heap_size, heapTotal - heapUsed);
    say({ kind: 'used', residentMegabytes: rss / 1024 / 1024, usedMegabytes: (rss - free) / 1024 / 1024 });
  }
  if (order === 'check') {
    const healths = await Promise.all(ids.map((id) => upstreams.check(id)));
    say({ kind: 'checked', ready: healths.filter(({ state }) => state === 'ready').length, checks });
  }
  if (order === 'verify') {
    const [verified, open] = await Promise.all([activity.verify(), activity.actionsWithoutEnd()]);
    say({ kind: 'verified', isWhole: verified.ok, events: verified.ok ? verified.events : 0, withoutEnd: open.length });
  }
}
createInterface({ input: process.stdin }).on('line', (order) => void obey(order));

process.once('SIGTERM', () => {
  void app.close().then(() => process.exit(0));
});
say({ kind: 'ready', url: broker.mcpUrl, agents: paired, connections: ids });
