// npm run demo: one whole story without hands. A real mail server, a real MCP client, the real app in a headless Chromium,
// the buttons really clicked. Prints the story, writes pictures to out/demo/; --json prints one line and exits 1 if any part failed.
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { use } from '../test/e2e/agent.ts';
import { newHome, root, RunningApp } from '../test/e2e/running-app.ts';
import { startKeyring } from '../test/fixtures/keyring/keyring.ts';
import { startMailServers } from '../test/fixtures/mail/index.ts';

const isJson = process.argv.includes('--json');
/** Renews the pictures that the README shows. */
const isForDocs = process.argv.includes('--pictures');
const folder = join(root, 'out/demo');
const password = 'correct horse battery staple';
const people = { dana: 'dana@acme.example', bo: 'bo@acme.example', ana: 'ana@northwind.example' };

const facts: Record<string, boolean> = {};
const screenshots: string[] = [];

function tell(text: string): void {
  if (!isJson) process.stdout.write(`${text}\n`);
}

function check(name: string, isTrue: boolean, text: string): void {
  facts[name] = isTrue;
  tell(`${isTrue ? '  ✓' : '  ✗'} ${text}`);
}

/** At twice the size, so that it is sharp in the README too. */
async function picture(page: Page, name: string, size: { readonly width: number; readonly height: number }): Promise<void> {
  const path = join(folder, `${name}.png`);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 2, mobile: false });
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'png' });
  await writeFile(path, Buffer.from(data, 'base64'));
  await devtools.send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 1, mobile: false });
  await devtools.detach();
  screenshots.push(path);
  if (isForDocs) await copyFile(path, join(root, 'docs/pictures', `${name}.png`));
}

const message = (subject: string, to = people.ana) => ({
  to: [to, people.bo],
  subject,
  text: 'Hi Ana,\n\nas promised, here is our price list for the third quarter. The volume discount starts at 40 units now.\n\nShall we speak on Thursday at 10?\n\nBest,\nDana',
});

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
tell('Starting a mail server, a keychain and Countersign …');
const mail = await startMailServers({ users: Object.values(people).map((address) => ({ address, password })) });
const keyring = await startKeyring();
const home = await newHome();
const caFile = join(home.path, 'mail-ca.pem');
await writeFile(caFile, mail.ca);
const app = await RunningApp.start({
  home: home.path,
  env: { DBUS_SESSION_BUS_ADDRESS: keyring.env['DBUS_SESSION_BUS_ADDRESS'], NODE_EXTRA_CA_CERTS: caFile },
  managed: {
    organization: { name: 'Acme', contact: 'it-help@acme.example' },
    agents: [{ id: 'marketing', name: 'Marketing Claw', connections: null }],
    policy: `@id("no-rival") @title("Nothing goes to rival.example")
forbid (principal, action == Action::"invokeTool", resource) when { context.facts has recipientDomains && context.facts.recipientDomains.contains("rival.example") };`,
    settings: { ownDomains: ['acme.example'], sendHoldSeconds: 3, answerWithinSeconds: 20, clientWaitSeconds: 5, isFirstRunDone: true },
  },
});
try {
  const sent = async (subject: string): Promise<boolean> => (await mail.inbox(people.ana)).some((received) => received.subject === subject);
  const added = await app.call('addEmailConnection', { name: 'Work mail', address: people.dana, user: people.dana, password, imap: mail.imap, smtp: mail.smtp });
  if (!added.ok) throw new Error(`The account was not accepted: ${added.problem.id}`);
  let client = await app.client('marketing');
  const tools = (await client.listTools()).tools.map(({ name }) => name);
  const send = tools.find((name) => name.endsWith('__send_email')) ?? '';

  tell('\nMarketing Claw connects and reads the inbox.');
  const read = await use(client, send.replace('send_email', 'search_messages'), {});
  check('readAllowed', !read.isError, 'reading is allowed by the rules, and recorded');

  tell('\nIt asks to send the price list to Ana at Northwind.');
  const approved = use(client, send, message('Q3 price list'));
  const shown = await app.card();
  await picture(shown, 'approval', { width: 420, height: 620 });
  check('approvalShown', (await shown.getByText(people.ana).count()) > 0, 'the card shows who, what, and that Ana is outside the company');
  check('notSentBeforeApproval', !(await sent('Q3 price list')), 'nothing has left yet');
  await app.press('approve');
  const result = await approved;
  check('clientToldDone', !result.isError, 'the person approves once; the Claw is told that it was sent');
  check('delivered', await app.until(() => sent('Q3 price list'), Boolean), 'the mail is in Ana’s mailbox');

  tell('\nIt asks again, and the person says no.');
  const denied = use(client, send, message('Another price list'));
  await app.press('deny');
  check('deniedNotSent', (await denied).outcome === 'denied' && !(await sent('Another price list')), 'denied: nothing is sent, and the Claw is told so');

  tell('\nIt asks while the person presses “Pause all Claws”.');
  const paused = use(client, send, message('Paused price list'));
  await app.card();
  await app.call('setPaused', { isPaused: true });
  check('pausedNotSent', (await paused).outcome === 'blocked' && !(await sent('Paused price list')), 'paused: refused at once');
  await app.call('setPaused', { isPaused: false });
  // A pause ends the tokens; the Claw comes for a new one.
  client = await app.client('marketing');

  tell('\nIt tries an address that the company forbids.');
  const blocked = await use(client, send, message('For the rival', 'eve@rival.example'));
  check('policyBlocked', blocked.outcome === 'blocked' && blocked.text.includes('it-help@acme.example'), 'blocked by company policy, with whom to ask');

  tell('\nThe mail server goes away.');
  await mail.stopSmtp();
  const down = use(client, send, message('Into the void'));
  await app.press('approve');
  check('serverDownHonest', (await down).outcome === 'failed', 'approved, but the server is down: the Claw is told that nothing was sent');
  await mail.startSmtp();

  tell('\nNobody answers.');
  const unanswered = await use(client, send, message('Unanswered'));
  check('unansweredNotSent', unanswered.outcome === 'timed_out' && !(await sent('Unanswered')), 'no answer in time: refused');

  const main = await app.page('index');
  await main.getByRole('link', { name: 'Activity' }).or(main.getByRole('button', { name: 'Activity' })).or(main.getByRole('tab', { name: 'Activity' })).first().click();
  await main.getByText('Q3 price list').first().waitFor();
  await picture(main, 'activity', { width: 1040, height: 720 });
  const page = await app.call('searchActivity', { filter: { text: 'Q3 price', agent: null, connection: null, progress: null, from: null, to: null }, after: null });
  check('recorded', page.entries.some(({ progress }) => progress === 'done'), 'Activity shows the whole story');
  const verified = await app.call('verifyActivity', undefined);
  check('recordIntact', verified.ok, 'and the record’s chain is whole');
  await client.close();
} finally {
  await app.stop();
  await mail.stop();
  await keyring.stop();
  await home.remove();
}

const isAllTrue = Object.values(facts).every(Boolean);
if (isJson) process.stdout.write(`${JSON.stringify({ ...facts, screenshots })}\n`);
else tell(`\nPictures: ${screenshots.join(', ')}`);
process.exit(isAllTrue ? 0 : 1);
