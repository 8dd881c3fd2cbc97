import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { use } from '../../test/e2e/agent.ts';
import { newHome, RunningApp } from '../../test/e2e/running-app.ts';
import { startKeyring } from '../../test/fixtures/keyring/keyring.ts';
import { startMailServers } from '../../test/fixtures/mail/index.ts';
import type { Stage } from './stage.ts';

const password = 'correct horse battery staple';
const people = { dana: 'dana@acme.example', bo: 'bo@acme.example', ana: 'ana@northwind.example' };

const message = (subject: string, to = people.ana) => ({
  to: [to, people.bo],
  subject,
  text: 'Hi Ana,\n\nas promised, here is our price list for the third quarter. The volume discount starts at 40 units now.\n\nShall we speak on Thursday at 10?\n\nBest,\nDana',
});

/** A Claw sends mail, on a real mail server: approved, denied, paused, forbidden, failed, unanswered. */
export async function tellMailStory(stage: Stage): Promise<void> {
  stage.tell('Starting a mail server, a keychain and Countersign …');
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

    stage.tell('\nMarketing Claw connects and reads the inbox.');
    const read = await use(client, send.replace('send_email', 'search_messages'), {});
    stage.check('readAllowed', !read.isError, 'reading is allowed by the rules, and recorded');

    stage.tell('\nIt asks to send the price list to Ana at Northwind.');
    const approved = use(client, send, message('Q3 price list'));
    const shown = await app.card();
    await stage.picture(shown, 'approval', { width: 420, height: 620 });
    stage.check('approvalShown', (await shown.getByText(people.ana).count()) > 0, 'the card shows who, what, and that Ana is outside the company');
    stage.check('notSentBeforeApproval', !(await sent('Q3 price list')), 'nothing has left yet');
    await app.press('approve');
    const result = await approved;
    stage.check('clientToldDone', !result.isError, 'the person approves once; the Claw is told that it was sent');
    stage.check('delivered', await app.until(() => sent('Q3 price list'), Boolean), 'the mail is in Ana’s mailbox');

    stage.tell('\nIt asks again, and the person says no.');
    const denied = use(client, send, message('Another price list'));
    await app.press('deny');
    stage.check('deniedNotSent', (await denied).outcome === 'denied' && !(await sent('Another price list')), 'denied: nothing is sent, and the Claw is told so');

    stage.tell('\nIt asks while the person presses “Pause all Claws”.');
    const paused = use(client, send, message('Paused price list'));
    await app.card();
    await app.call('setPaused', { isPaused: true });
    stage.check('pausedNotSent', (await paused).outcome === 'blocked' && !(await sent('Paused price list')), 'paused: refused at once');
    await app.call('setPaused', { isPaused: false });
    // A pause ends the tokens; the Claw comes for a new one.
    client = await app.client('marketing');

    stage.tell('\nIt tries an address that the company forbids.');
    const blocked = await use(client, send, message('For the rival', 'eve@rival.example'));
    stage.check('policyBlocked', blocked.outcome === 'blocked' && blocked.text.includes('it-help@acme.example'), 'blocked by company policy, with whom to ask');

    stage.tell('\nThe mail server goes away.');
    await mail.stopSmtp();
    const down = use(client, send, message('Into the void'));
    await app.press('approve');
    stage.check('serverDownHonest', (await down).outcome === 'failed', 'approved, but the server is down: the Claw is told that nothing was sent');
    await mail.startSmtp();

    stage.tell('\nNobody answers.');
    const unanswered = await use(client, send, message('Unanswered'));
    stage.check('unansweredNotSent', unanswered.outcome === 'timed_out' && !(await sent('Unanswered')), 'no answer in time: refused');

    const main = await app.page('index');
    await main.getByRole('link', { name: 'Activity' }).or(main.getByRole('button', { name: 'Activity' })).or(main.getByRole('tab', { name: 'Activity' })).first().click();
    await main.getByText('Q3 price list').first().waitFor();
    await stage.picture(main, 'activity', { width: 1040, height: 720 });
    const page = await app.call('searchActivity', { filter: { text: 'Q3 price', agent: null, connection: null, progress: null, from: null, to: null }, after: null });
    stage.check('recorded', page.entries.some(({ progress }) => progress === 'done'), 'Activity shows the whole story');
    const verified = await app.call('verifyActivity', undefined);
    stage.check('recordIntact', verified.ok, 'and the record’s chain is whole');
    await client.close();
  } finally {
    await app.stop();
    await mail.stop();
    await keyring.stop();
    await home.remove();
  }
}
