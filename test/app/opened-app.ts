import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentId, type Approval } from '../../preload/contract.ts';
import { openApp, type App } from '../../main/app.ts';
import type { ManagedRead } from '../../main/managed/managed-source.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import type { ActionAnswer } from '../../main/model/action.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { Shell, ShellNotification, TrayState } from '../../main/shell/shell.ts';
import { silence } from '../../main/model/conversation.ts';

const root = resolve(import.meta.dirname, '../..');
const nothing = (): void => undefined;

const locks = new Set<() => void>();
/** What the system showed as notifications. */
export const notified: ShellNotification[] = [];
/** What the tray was set to. */
export const trays: TrayState[] = [];

/** Locks the screen of every app that is open. */
export function lockScreen(): void {
  for (const lock of locks) lock();
}

/** A screen that somebody sits at, and nothing is drawn on. */
const shell: Shell = {
  kind: 'console',
  canAsk: true,
  systemLanguages: () => [],
  start: () => Promise.resolve(),
  setTray: (tray) => void trays.push(tray),
  showWindow: nothing,
  hideWindow: nothing,
  notify: (notification) => void notified.push(notification),
  confirmQuit: () => Promise.resolve(true),
  setOpenAtLogin: nothing,
  openExternal: () => Promise.resolve(false),
  onQuit: () => nothing,
  onScreenLock(listener) {
    locks.add(listener);
    return () => locks.delete(listener);
  },
  close: () => Promise.resolve(),
};

export interface OpenedApp extends AsyncDisposable {
  readonly home: string;
  readonly services: App['services'];
  /** What the organization's IT delivers from now on. */
  deliver(read: ManagedRead): void;
  /** A send from the practice mailbox by a Claw of its own, up to its open card. */
  askToSend(to: string): Promise<{ readonly answer: Promise<ActionAnswer>; readonly card: Approval }>;
  close(): Promise<void>;
}

export const claw = agentId.parse('marketing');

/** The whole app with its real parts, in a home of its own; its mailbox is the practice mailbox. */
/** `helperOptions`: for Node, before the file of a sandboxed run's helper. */
export async function openedApp(kept?: string, helperOptions: readonly string[] = []): Promise<OpenedApp> {
  const home = kept ?? (await mkdtemp(join(tmpdir(), 'countersign-')));
  let listener: (read: ManagedRead) => void = nothing;
  const app = await openApp({
    home,
    assets: join(root, 'assets'),
    activityWorker: new URL('../../main/activity/worker.ts', import.meta.url),
    sandboxHelper: { program: process.execPath, args: [...helperOptions, fileURLToPath(new URL('../../main/sandbox/helper/index.ts', import.meta.url))] },
    managedSource: {
      read: () => Promise.resolve({ state: 'absent' }),
      watch(own) {
        listener = own;
        return nothing;
      },
    },
    mcpPort: 0,
    shell,
    launcher: { command: process.execPath, args: [join(root, 'main/cli/countersign.ts')], files: ['main', 'preload', 'node_modules', 'package.json'].map((name) => join(root, name)) },
    version: '1.2.3',
    report: nothing,
  });
  const { agents, approvals, connections, gate } = app.services;
  if (agents.get(claw) === undefined) agents.add('Marketing');
  const mailbox = connections.list()[0] ?? connections.add({ name: 'Practice', kind: 'practice', config: {} });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) await app.close();
    isClosed = true;
  };
  return {
    home,
    services: app.services,
    deliver: (read) => listener(read),
    async askToSend(to) {
      const args: JsonObject = { to: [to], subject: 'Q3', text: 'Hello' };
      const asked = new Promise<Approval>((found) => approvals.onAsked(found));
      const answer = gate.perform({ kind: 'invokeTool', agent: claw, connection: mailbox.id, name: 'send_email', arguments: args, reach: null, signal: new AbortController().signal, conversation: silence });
      return { answer, card: await asked };
    },
    close,
    async [Symbol.asyncDispose]() {
      await close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Managed settings with that policy. */
export function withPolicy(policy: string): ManagedRead {
  return { state: 'ok', settings: managedSettings.parse({ policy }), remarks: [] };
}
