import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApp } from '../../main/app.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import type { Shell } from '../../main/shell/shell.ts';
import { runCommand } from '../cli/assembled.ts';
import type { Era } from './everything-server.ts';
import { startForwarder } from './forwarder.ts';

const root = join(import.meta.dirname, '../..');
const nothing = (): void => undefined;

/** Nobody is there to be asked. */
const noScreen: Shell = {
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

/** What an organization's IT would deliver: the everything server for everyone, and a rule that allows all of it. */
function managed(era: Era) {
  return managedSettings.parse({
    organization: { name: 'Conformance' },
    connections: [{ id: 'everything', kind: 'command', name: 'Everything', command: process.execPath, args: [join(import.meta.dirname, 'everything-stdio.ts'), '--era', era] }],
    agents: [{ id: 'suite', name: 'Conformance suite', callsPerMinute: mostCalls }],
    policy: ['@id("all") @title("The suite may do everything")', 'permit (principal, action, resource);'],
    settings: { isFirstRunDone: true },
  });
}

/** The suite calls faster than a Claw would be let. */
const mostCalls = 6000;

export interface BrokerUnderTest {
  /** `/mcp/everything` of the broker, behind a forwarder that has the token. */
  readonly url: string;
  /** What the app reported as wrong. */
  readonly problems: readonly string[];
  stop(): Promise<void>;
}

/** The whole app with its real parts but a screen, in a home of its own, and the everything server of that era behind it. */
export async function startBroker(era: Era): Promise<BrokerUnderTest> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-conformance-'));
  const problems: string[] = [];
  const app = await openApp({
    home,
    assets: join(root, 'assets'),
    activityWorker: new URL('../../main/activity/worker.ts', import.meta.url),
    sandboxHelper: { program: process.execPath, args: [fileURLToPath(new URL('../../main/sandbox/helper/index.ts', import.meta.url))] },
    managedSource: { read: () => Promise.resolve({ state: 'ok', settings: managed(era), remarks: [] }), watch: () => nothing },
    mcpPort: 0,
    shell: noScreen,
    launcher: { command: 'countersign', args: [] },
    version: '0.0.0',
    report: (problem) => problems.push(problem),
  });
  const { code, out, error } = await runCommand(home, ['token', '--agent', 'suite']);
  if (code !== 0) throw new Error(`There was no token: ${error}`);
  const forwarder = await startForwarder(new URL(`${app.services.broker.mcpUrl}/everything`), out.trim());
  return {
    url: forwarder.url,
    problems,
    async stop() {
      await forwarder.stop();
      await app.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
