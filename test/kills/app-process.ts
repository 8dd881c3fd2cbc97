/**
 * `node app-process.ts SETUP` (a `KillSetup` as JSON): the app with its real parts and a mailbox, and a person who answers each question
 * after 0.7 s: no to what says so, yes to the rest, some of it after a change. Says in one line when it is ready. Made to be killed; a SIGTERM ends it in good order.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApp } from '../../main/app.ts';
import type { Approval } from '../../preload/contract.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import { originOf } from '../../main/mail-accounts.ts';
import type { Shell } from '../../main/shell/shell.ts';
import { changedSubject, changedWord, deniedWord, type KillSetup, type Ready } from './setup.ts';

const root = resolve(import.meta.dirname, '../..');
const nothing = (): void => undefined;
/** No Approve counts earlier than 0.6 s after a card was shown. */
const answerAfterMs = 700;

const shell: Shell = {
  kind: 'console',
  canAsk: true,
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

// `lane.ts` passes a KillSetup as the one argument.
const setup = JSON.parse(process.argv[2] ?? '') as KillSetup;
const settings = managedSettings.parse({ settings: { sendHoldSeconds: setup.holdSeconds } });
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
  report: (problem) => void process.stderr.write(`${problem}\n`),
});
const { agents, approvals, broker, connections, credentials, gate } = app.services;
const changing = new Set<string>();

function answer({ id, digest, card, edit }: Approval): void {
  const subject = card.rows.flatMap((row) => (row.kind === 'text' && row.isStrong ? [row.text] : [])).join('');
  if (subject.includes(changedWord) && edit === undefined) {
    if (changing.has(id)) return;
    changing.add(id);
    void gate.editing.edit(id, digest, [{ at: '/subject', value: changedSubject(subject) }]).finally(() => changing.delete(id));
    return;
  }
  const isDenied = JSON.stringify(card).includes(deniedWord);
  approvals.give({ id, digest, answer: isDenied ? 'deny' : 'approve', isConfirmed: true, reason: null });
}

const timer = setInterval(() => {
  for (const approval of approvals.waiting()) if (Date.now() - (approval.edit?.at ?? approval.askedAt) > answerAfterMs) answer(approval);
}, 20);

const server = { host: 'localhost', port: setup.smtpPort, security: 'tls' } as const;
// No IMAP is there: that no copy could be kept is told, and changes nothing.
const config = { address: 'dana@acme.example', user: 'dana@acme.example', imap: { ...server, port: setup.closedPort }, smtp: server };
const known = connections.list().find(({ kind }) => kind === 'email') ?? connections.add({ name: 'Work mail', kind: 'email', config });
if ((await credentials.describe(known.id)).kept === 'missing') {
  const kept = await credentials.put({ id: known.id, origin: originOf(config), value: 'a password', kind: 'password' });
  if (!kept.ok) throw new Error('The password could not be kept.');
}
const agent = agents.list()[0] ?? agents.add('Kill Claw');
if (agent === undefined) throw new Error('The agent was not added.');

process.once('SIGTERM', () => {
  clearInterval(timer);
  void app.close().then(() => process.exit(0));
});
const ready: Ready = { url: broker.mcpUrl, agent: agent.id, tool: `${known.id}__send_email`, open: approvals.waiting().length + app.services.gate.held().length };
process.stdout.write(`${JSON.stringify(ready)}\n`);
