import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Answers } from './fixture/data.ts';
import { launchBrowser, violations } from './fixture/serve.ts';
import { busySnapshot, emptySnapshot, keysSnapshot, lockedSnapshot, sessionSnapshot, signInSnapshot } from './fixture/snapshot.ts';
import { callsOf, callWith, shows, visit } from './fixture/visit.ts';
import { ids, literal } from './fixture/words.ts';

const now = Date.now();
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterEach(async () => {
  const refused = await violations(page);
  await page.context().close();
  expect(refused).toEqual([]);
});
afterAll(async () => browser.close());

async function open(answers: Answers = {}, snapshot = busySnapshot(now)): Promise<void> {
  page = await visit(browser, { screen: 'connections', snapshot, now, answers });
}
const button = (name: string | RegExp) => page.getByRole('button', { name });
const label = (name: string) => page.getByLabel(name, { exact: true });
const connection = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
async function more(name: string, item: string): Promise<void> {
  await button(`More for ${name}`).click();
  await page.getByRole('menuitem', { name: item }).click();
}

describe('a connection', () => {
  test('is told in plain words: what it reaches, how it is, where its password is', async () => {
    await open();
    const mail = connection('Work mail');
    await mail.getByText('dana@acme.example').waitFor();
    await mail.getByText('Ready', { exact: true }).waitFor();
    await mail.getByText(/^Password in the system keychain since \w+.*\. Last used 2 minutes ago by Marketing Claw\.$/).waitFor();
    const ledger = connection('Ledger');
    await ledger.getByText('Sign-in needed').waitFor();
    await ledger.getByText('The sign-in to ledger.acme.example has ended. Sign in again; until then Claws are told so.').waitFor();
    expect(await shows(connection('Team files').getByText('Not working'))).toBe(true);
  });

  test('is checked now, and the answer is said', async () => {
    await open();
    await more('Work mail', 'Check now');
    await connection('Work mail').getByText('Work mail answers.').waitFor();
    await page.evaluate(() => window.fixture.answerWith('checkConnection', { ok: false, problem: { id: 'The server did not answer.', values: {} } }));
    await more('Work mail', 'Check now');
    await connection('Work mail').getByRole('alert').getByText('The server did not answer.').waitFor();
    expect(await connection('Work mail').getByText('Work mail answers.').count()).toBe(0);
  });

  test('is removed on the second yes, and what was deleted is said; one that the organization manages cannot be', async () => {
    await open({ removeConnection: { ok: true, value: { told: { id: 'credential.forgotten', values: { name: 'Work mail' } } } } });
    await more('Work mail', 'Remove');
    const dialog = page.getByRole('alertdialog', { name: 'Remove Work mail?' });
    await dialog.getByText('Its password is deleted from this computer.').waitFor();
    expect(await callsOf(page, 'removeConnection')).toEqual([]);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('The sign-in of Work mail and its key are deleted from this computer.').waitFor();
    expect(await callsOf(page, 'removeConnection')).toEqual([{ id: 'work-mail' }]);
    await button('More for Ledger').click();
    await page.getByRole('menuitem', { name: 'Check now' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Remove' }).count()).toBe(0);
  });
});

describe('a sign-in', () => {
  test('is forgotten on the second yes, the connection stays, and what was deleted is said', async () => {
    await open({ forgetCredential: { ok: true, value: { told: { id: 'credential.forgotten', values: { name: 'Work mail' } } } } });
    await more('Work mail', 'Forget password…');
    const dialog = page.getByRole('alertdialog', { name: 'Forget the password of Work mail?' });
    await dialog.getByText('also without a network').waitFor();
    expect(await callsOf(page, 'forgetCredential')).toEqual([]);
    await dialog.getByRole('button', { name: 'Forget' }).click();
    await page.getByText('The sign-in of Work mail and its key are deleted from this computer.').waitFor();
    expect(await callsOf(page, 'forgetCredential')).toEqual([{ id: 'work-mail' }]);
    await button('More for Ledger').click();
    await page.getByRole('menuitem', { name: 'Check now' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /Forget/ }).count()).toBe(0);
  });

  test('in a locked keychain waits for one press of Unlock; a refusal is said, and nothing is asked again by itself', async () => {
    await open({ unlockKeychain: { ok: false, problem: { id: 'credential.problem.stillLocked', values: {} } } }, lockedSnapshot(now));
    await connection('Work mail').getByText('Keychain locked', { exact: true }).waitFor();
    await connection('Work mail').getByText(/^Password in the system keychain since \w+.* by Marketing Claw\.$/).waitFor();
    expect(await callsOf(page, 'unlockKeychain')).toEqual([]);
    await button('Unlock keychain').click();
    await page.getByRole('alert').getByText('The system keychain is still locked.').waitFor();
    expect(await callsOf(page, 'unlockKeychain')).toHaveLength(1);
  });

  test('without a keychain is told to be for this session only, before there is one and on its connection', async () => {
    await open({}, sessionSnapshot(now));
    await connection('Work mail').getByText('Password for this session only: it is forgotten when Countersign quits. Last used 2 minutes ago by Marketing Claw.').waitFor();
    expect(await shows(page.getByText('There is no system keychain here. Sign-ins are kept for this session only'))).toBe(true);
  });
});

describe('how long one call may take', () => {
  test('is set for each connection, within the limits', async () => {
    await open();
    await page.getByLabel('Advanced settings of Work mail').click();
    const field = label('How long one call may take');
    expect(await field.inputValue()).toBe('60');
    await field.fill('601');
    await page.getByText('Write a whole number from 1 to 600. It is not saved yet.').waitFor();
    await field.fill('90');
    await field.press('Enter');
    await callWith(page, 'setConnectionTimeout', { id: 'work-mail', seconds: 90 });
    expect(await callsOf(page, 'setConnectionTimeout')).toEqual([{ id: 'work-mail', seconds: 90 }]);
  });

  test('is the organization’s for a connection that it manages', async () => {
    await open();
    await page.getByLabel('Advanced settings of Ledger').click();
    expect(await label('How long one call may take').isDisabled()).toBe(true);
    expect(await shows(page.getByRole('group', { name: 'Advanced settings of Ledger' }).getByText('Managed by Acme IT'))).toBe(true);
  });
});

const log = () => page.getByRole('dialog', { name: 'What Team files wrote' });

describe('what a program wrote', () => {
  test('is shown from its end, as plain text, and read again when asked and when opened', async () => {
    await open({ getConnectionLog: { ok: true, value: { lines: [...Array.from({ length: 80 }, (_, index) => `line ${index}`), '<b>folder</b> not found'] } } });
    await more('Team files', 'Show what it wrote');
    const messages = log().getByRole('group', { name: 'Messages' });
    await messages.getByText('<b>folder</b> not found').waitFor();
    const { top, height, whole } = await messages.evaluate((element) => ({ top: element.scrollTop, height: element.clientHeight, whole: element.scrollHeight }));
    expect(height).toBeLessThan(whole);
    expect(Math.abs(whole - height - top)).toBeLessThan(3);
    await page.evaluate(() => window.fixture.answerWith('getConnectionLog', { ok: true, value: { lines: ['started again'] } }));
    await log().getByRole('button', { name: 'Read again' }).click();
    await messages.getByText('started again').waitFor();
    await page.keyboard.press('Escape');
    await log().waitFor({ state: 'detached' });
    await page.evaluate(() => window.fixture.answerWith('getConnectionLog', { ok: true, value: { lines: ['ready'] } }));
    await more('Team files', 'Show what it wrote');
    await messages.getByText('ready').waitFor();
    expect(await callWith(page, 'getConnectionLog', { id: 'files' })).toBeDefined();
  });

  test('says when it wrote nothing, and what to do then', async () => {
    await open({ getConnectionLog: { ok: true, value: { lines: [] } } });
    await more('Team files', 'Show what it wrote');
    expect(await shows(log().getByText(/^It has written nothing since Countersign started/))).toBe(true);
  });

  test('says when it cannot be read', async () => {
    await open({ getConnectionLog: { ok: false, problem: literal('There is no such connection any more.') } });
    await more('Team files', 'Show what it wrote');
    expect(await shows(log().getByRole('alert').getByText('There is no such connection any more.'))).toBe(true);
  });

  test('is there for programs alone', async () => {
    await open();
    await button('More for Work mail').click();
    await page.getByRole('menuitem', { name: 'Check now' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Show what it wrote' }).count()).toBe(0);
  });
});

const companyMail = {
  id: ids.connection('company-mail'),
  name: 'Company mail',
  kind: 'email' as const,
  reaches: 'dana@acme.example',
  health: { state: 'needs_sign_in' as const, text: literal('Sign in: its password is not here.') },
  isManaged: true,
  lastUsedAt: null,
  credential: { what: 'password' as const, kept: 'missing' as const, since: now, lastUse: null },
  browserSignIn: null,
  keySignIn: null,
  access: null,
  callTimeoutSeconds: 60,
};

const withCompanyMail = () => ({ ...busySnapshot(now), connections: [companyMail, ...busySnapshot(now).connections] });

describe('signing in again', () => {
  test('takes the password of a mailbox that the organization put here without one', async () => {
    await open({}, withCompanyMail());
    await button('Sign in to Company mail…').click();
    const dialog = page.getByRole('dialog', { name: 'Sign in to Company mail' });
    await dialog.getByText(/the password of dana@acme\.example/).waitFor();
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.getByText('Enter the password.').waitFor();
    expect(await callsOf(page, 'signInConnection')).toEqual([]);
    await label('Password').fill('s3cret');
    await label('Password').press('Enter');
    await page.getByText('You are signed in to Company mail.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect(await callsOf(page, 'signInConnection')).toEqual([{ id: 'company-mail', password: 's3cret' }]);
  });

  test('keeps what was typed when a server refuses it', async () => {
    await open({ signInConnection: { ok: false, problem: literal('The incoming mail server refused this password. Nothing was saved.') } }, withCompanyMail());
    await button('Sign in to Company mail…').click();
    await label('Password').fill('wrong');
    await label('Password').press('Enter');
    await page.getByRole('alert').getByText('The incoming mail server refused this password. Nothing was saved.').waitFor();
    expect(await label('Password').inputValue()).toBe('wrong');
  });

  test('changes the password of one that works, from its menu; what has no password has no such way', async () => {
    await open();
    await more('Work mail', 'Change password…');
    await page.getByRole('dialog', { name: 'Sign in to Work mail' }).waitFor();
    await page.keyboard.press('Escape');
    await button('More for Team files').click();
    await page.getByRole('menuitem', { name: 'Check now' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Change password…' }).count()).toBe(0);
    expect(await button('Sign in to Ledger…').count()).toBe(0);
  });
});

describe('signing in with an API key', () => {
  test('tells where the key goes, since when it is kept, and for whom it was used', async () => {
    await open({}, keysSnapshot(now));
    const billing = connection('Billing');
    await billing.getByText('Signs in with a key in the header Authorization').waitFor();
    await billing.getByText(/^API key in the system keychain since \w+.*\. Last used 1 hour ago by Finance Claw\.$/).waitFor();
    await more('Billing', 'Forget API key…');
    expect(await shows(page.getByRole('alertdialog', { name: 'Forget the API key of Billing?' }))).toBe(true);
  });

  test('of a program is told as that: there is nothing to enter or to forget', async () => {
    await open({}, keysSnapshot(now));
    const payroll = connection('Payroll');
    await payroll.getByText('Given by “op” when it is needed, and never kept on this computer. Last used 3 hours ago by Finance Claw.').waitFor();
    await payroll.getByText(/^“op” gave no key \(exit status 1\)/).waitFor();
    await button('More for Payroll').click();
    await page.getByRole('menuitem', { name: 'Check now' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /key/ }).count()).toBe(0);
  });

  test('or a certificate is told with its file and its end; its passphrase can be changed and forgotten', async () => {
    await open({}, keysSnapshot(now));
    const vault = connection('Vault');
    await vault.getByText(/^Signs in with the certificate \/home\/dana\/certificates\/dana\.p12, good until \w+/).waitFor();
    await vault.getByText(/^Passphrase in the system keychain since/).waitFor();
    await button('More for Vault').click();
    await page.getByRole('menuitem', { name: 'Forget passphrase…' }).waitFor();
    await page.getByRole('menuitem', { name: 'Change passphrase…' }).click();
    await label('Passphrase').fill('open sesame');
    await label('Passphrase').press('Enter');
    await page.getByText('Vault accepts the certificate.').waitFor();
    expect(await callsOf(page, 'signInConnection')).toEqual([{ id: 'vault', password: 'open sesame' }]);
  });

  test('takes a new key where it is needed, and keeps what was typed when the service refuses it', async () => {
    await open({ signInConnection: { ok: false, problem: { id: 'signIn.problem.keyNotAccepted', values: { host: 'shipping.example' } } } }, keysSnapshot(now));
    const shipping = connection('Shipping');
    await shipping.getByText('API key missing: enter it again.').waitFor();
    await shipping.getByText(/the address of this connection has changed since/).waitFor();
    await button('Enter the key of Shipping…').click();
    const dialog = page.getByRole('dialog', { name: 'API key of Shipping' });
    await label('API key').fill('sk-1');
    await label('API key').press('Enter');
    await dialog.getByRole('alert').getByText('shipping.example does not accept this key. Nothing was kept.').waitFor();
    expect(await callsOf(page, 'signInConnection')).toEqual([{ id: 'shipping', password: 'sk-1' }]);
    expect(await label('API key').inputValue()).toBe('sk-1');
  });

  test('is chosen when a service is added; the header is filled in as most services want it', async () => {
    await open({ addServerConnection: { ok: true, value: { id: ids.connection('crm'), needsSignIn: false } } });
    await button('Add a connection').click();
    await button(/^Service on the web/).click();
    await label('Name').fill('CRM');
    await label('Address').fill('https://crm.example/mcp');
    await label('How you sign in').selectOption('With an API key');
    const connect = page.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true });
    await label('Header').fill('Content-Length');
    await connect.click();
    await page.getByText('Enter the API key.').waitFor();
    await page.getByText(/It may not be one that Countersign sends itself\./).waitFor();
    await label('Header').fill('Authorization');
    await label('API key').fill('sk-1');
    await connect.click();
    await page.getByText('CRM is connected.').waitFor();
    const signIn = { kind: 'header', name: 'Authorization', prefix: 'Bearer' };
    expect(await callsOf(page, 'addServerConnection')).toEqual([{ kind: 'remote', name: 'CRM', url: 'https://crm.example/mcp', signIn, key: 'sk-1' }]);
  });
});

describe('signing in in the browser', () => {
  const withSignIn = signInSnapshot(now);

  test('begins with one click, says how far it is, and can be cancelled', async () => {
    await open({}, withSignIn);
    await button('Sign in to Ledger').click();
    expect(await callsOf(page, 'startSignIn')).toEqual([{ id: 'ledger', client: null }]);
    const crm = connection('CRM');
    await crm.getByText('Waiting for you in the browser. Allow it at login.crm.example, then come back here.').waitFor();
    expect(await button('Sign in to CRM').count()).toBe(0);
    await button('Open the browser again for CRM').click();
    await button('Cancel the sign-in to CRM').click();
    expect(await callsOf(page, 'cancelSignIn')).toEqual([{ id: 'crm' }]);
  });

  test('says who is signed in where, and signs in again from the menu', async () => {
    await open({}, withSignIn);
    await connection('Calendar').getByText(/^Signed in as dana@acme\.example at login\.acme\.example since \w+/).waitFor();
    await more('Calendar', 'Sign in again');
    expect(await callsOf(page, 'startSignIn')).toEqual([{ id: 'calendar', client: null }]);
  });

  test('says why it failed', async () => {
    await open({}, withSignIn);
    expect(await shows(connection('Reports').getByRole('alert').getByText('It was not allowed at login.reports.example. Nothing was kept.'))).toBe(true);
  });

  test('takes the client ID that a server wants, and a secret only if there is one', async () => {
    await open({}, withSignIn);
    await button('Enter client ID for Travel desk…').click();
    const dialog = page.getByRole('dialog', { name: 'Client ID for Travel desk' });
    await dialog.getByText('http://127.0.0.1/callback').waitFor();
    await dialog.getByRole('button', { name: 'Go on in the browser' }).click();
    await dialog.getByText('Enter the client ID.').waitFor();
    expect(await callsOf(page, 'startSignIn')).toEqual([]);
    await label('Client ID').fill(' countersign-7 ');
    await label('Client ID').press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(await callsOf(page, 'startSignIn')).toEqual([{ id: 'travel', client: { id: 'countersign-7', secret: null } }]);
  });

  test('is one click away from every screen', async () => {
    await open({}, withSignIn);
    await page.evaluate(() => window.fixture.navigate('activity'));
    await page.locator('.cs-banners').getByRole('button', { name: 'Sign in to Ledger' }).click();
    expect(await callsOf(page, 'startSignIn')).toEqual([{ id: 'ledger', client: null }]);
    await connection('Ledger').waitFor();
  });

  test('comes by itself after a service that asks for it was added', async () => {
    await open({ addServerConnection: { ok: true, value: { id: ids.connection('crm'), needsSignIn: true } } });
    await button('Add a connection').click();
    await button(/^Service on the web/).click();
    await label('Name').fill('CRM');
    await label('Address').fill('https://crm.example/mcp');
    await page.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('CRM is added. Sign in to it in your browser; then your Claws can use it.').waitFor();
    expect(await callsOf(page, 'startSignIn')).toEqual([{ id: 'crm', client: null }]);
  });
});

async function openForm(answers: Answers = {}, snapshot = busySnapshot(now)): Promise<void> {
  await open(answers, snapshot);
  await button('Add a connection').first().click();
  await button(/^Email account/).click();
  await label('Email address').waitFor();
}

describe('adding an email account', () => {
  test('fills the servers in from the address, and sends what the form says', async () => {
    await openForm({ addEmailConnection: { ok: true, value: { id: ids.connection('mail') } } });
    await label('Email address').pressSequentially('dana@acme.example');
    const incoming = page.getByRole('group', { name: 'Incoming mail (IMAP)' });
    const outgoing = page.getByRole('group', { name: 'Outgoing mail (SMTP)' });
    expect(await incoming.getByLabel('Server').inputValue()).toBe('imap.acme.example');
    expect(await outgoing.getByLabel('Server').inputValue()).toBe('smtp.acme.example');
    expect(await label('User name').inputValue()).toBe('dana@acme.example');
    await outgoing.getByLabel('Security').selectOption('STARTTLS');
    await label('Password').fill('s3cret');
    await label('Password').press('Enter');
    await page.getByText('Work mail is connected.').waitFor();
    expect(await callsOf(page, 'addEmailConnection')).toEqual([
      {
        name: 'Work mail',
        address: 'dana@acme.example',
        user: 'dana@acme.example',
        password: 's3cret',
        imap: { host: 'imap.acme.example', port: 993, security: 'tls' },
        smtp: { host: 'smtp.acme.example', port: 587, security: 'starttls' },
      },
    ]);
  });

  test('at Google or Microsoft asks for no password, and goes on in the browser', async () => {
    await openForm({ addEmailSignIn: { ok: true, value: { id: ids.connection('mail') } } });
    await page.getByRole('radio', { name: 'Google' }).check({ force: true });
    expect(await label('Password').count()).toBe(0);
    expect(await page.getByRole('group', { name: 'Incoming mail (IMAP)' }).count()).toBe(0);
    await button('Go on').click();
    await page.getByText('Enter a whole email address, like you@company.com.').waitFor();
    await label('Email address').fill('dana@acme.example');
    await button('Go on').click();
    await page.getByText('Work mail is added. Sign in to it in your browser; then your Claws can use it.').waitFor();
    expect(await callsOf(page, 'addEmailSignIn')).toEqual([{ name: 'Work mail', address: 'dana@acme.example', provider: 'google' }]);
    expect(await callsOf(page, 'startSignIn')).toEqual([{ id: 'mail', client: null }]);
    expect(await callsOf(page, 'addEmailConnection')).toEqual([]);
  });

  test('names each field that is wrong, moves the keyboard to the first, and asks main nothing', async () => {
    await openForm();
    await button('Sign in and connect').click();
    await page.getByText('Enter a whole email address, like you@company.com.').waitFor();
    await page.getByText('Enter the password.').waitFor();
    await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement && document.activeElement.type === 'email');
    expect(await callsOf(page, 'addEmailConnection')).toEqual([]);
  });

  test('keeps all that was typed when a server refuses the sign-in', async () => {
    await openForm({ addEmailConnection: { ok: false, problem: literal('The incoming mail server refused this password. Nothing was saved.') } });
    await label('Email address').fill('dana@acme.example');
    await label('Password').fill('wrong');
    await page.getByRole('group', { name: 'Incoming mail (IMAP)' }).getByLabel('Server').fill('mail.acme.example');
    await button('Sign in and connect').click();
    await page.getByRole('alert').getByText('The incoming mail server refused this password. Nothing was saved.').waitFor();
    expect(await label('Email address').inputValue()).toBe('dana@acme.example');
    expect(await label('Password').inputValue()).toBe('wrong');
    expect(await label('Password').getAttribute('type')).toBe('password');
    expect(await page.getByRole('group', { name: 'Incoming mail (IMAP)' }).getByLabel('Server').inputValue()).toBe('mail.acme.example');
  });

  test('a click beside the form does not lose what was typed', async () => {
    await openForm();
    await label('Email address').fill('dana@acme.example');
    await page.mouse.click(5, 5);
    expect(await label('Email address').inputValue()).toBe('dana@acme.example');
  });

  test('says so when there is no keychain', async () => {
    const busy = busySnapshot(now);
    await openForm({}, { ...busy, status: { ...busy.status, keychain: 'session' } });
    expect(await shows(page.getByText(/This computer has no keychain, so it is forgotten when Countersign quits\./))).toBe(true);
  });
});

describe('what a program can reach', () => {
  test('stands on its card, and is changed from its menu', async () => {
    await open();
    await page.getByText('Walled off. It reads ~/Price lists. It reaches files.example.com.').waitFor();
    await button('More for Team files').click();
    await page.getByRole('menuitem', { name: 'What it can reach…' }).click();
    await label('Folders it may read').fill('Reports');
    await button('Save').click();
    await page.getByText('Enter whole paths, one on each line').waitFor();
    expect(await callsOf(page, 'setServerAccess')).toEqual([]);
    await page.getByRole('radio', { name: 'Full access to this computer' }).check();
    await button('Save').click();
    await page.getByText('Team files starts anew').waitFor();
    expect(await callsOf(page, 'setServerAccess')).toEqual([{ id: 'files', access: { kind: 'full' } }]);
    expect(await shows(page.getByRole('listitem').filter({ hasText: 'Team files' }).getByText('Full access to this computer'))).toBe(true);
  });

  test('is not all where the organization forbids it', async () => {
    const busy = busySnapshot(now);
    const connections = busy.connections.map((one) => (one.kind === 'command' ? { ...one, access: { kind: 'full' as const } } : one));
    await open({}, { ...busy, connections, status: { ...busy.status, mayGiveFullAccess: false } });
    await button('More for Team files').click();
    await page.getByRole('menuitem', { name: 'What it can reach…' }).click();
    const full = page.getByRole('radio', { name: 'Full access to this computer' });
    expect([await full.isDisabled(), await full.isChecked()]).toEqual([true, false]);
  });
});

describe('adding a server', () => {
  test('a program gets its arguments line by line', async () => {
    await open({ addServerConnection: { ok: true, value: { id: ids.connection('files'), needsSignIn: false } } });
    await button('Add a connection').click();
    await button(/^Program on this computer/).click();
    await label('Name').fill('Files');
    await label('Command').fill('npx');
    await label('Arguments').fill('-y\n--folder=/My Files');
    await label('Folders it may read').fill('~/Reports');
    await page.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Files is connected.').waitFor();
    expect(await callsOf(page, 'addServerConnection')).toEqual([{ kind: 'command', name: 'Files', command: 'npx', args: ['-y', '--folder=/My Files'], access: { kind: 'sandbox', readable: ['~/Reports'], writable: [], hosts: [] } }]);
  });

  test('a program gets full access only where that is chosen, with a word of caution', async () => {
    await open({ addServerConnection: { ok: true, value: { id: ids.connection('files'), needsSignIn: false } } });
    await button('Add a connection').click();
    await button(/^Program on this computer/).click();
    await label('Name').fill('Files');
    await label('Command').fill('npx');
    expect(await page.getByText('This program runs on your computer as you.').count()).toBe(0);
    await page.getByRole('radio', { name: 'Full access to this computer' }).check();
    await page.getByText('This program runs on your computer as you.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true }).click();
    expect(await callsOf(page, 'addServerConnection')).toMatchObject([{ access: { kind: 'full' } }]);
  });

  test('a service on the web needs a whole address', async () => {
    await open({ addServerConnection: { ok: true, value: { id: ids.connection('crm'), needsSignIn: false } } });
    await button('Add a connection').click();
    await button(/^Service on the web/).click();
    await label('Name').fill('CRM');
    await label('Address').fill('crm');
    await page.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Enter a whole address, like https://service.example/mcp.').waitFor();
    await label('Address').fill('https://crm.example/mcp');
    await page.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true }).click();
    expect(await callWith(page, 'addServerConnection', { kind: 'remote', name: 'CRM', url: 'https://crm.example/mcp' })).toBeDefined();
  });

  test('without any connection the screen says what to do', async () => {
    await open({}, emptySnapshot(now));
    await page.getByRole('heading', { name: 'Nothing is connected yet' }).waitFor();
    await button('Use the practice mailbox').click();
    expect(await page.waitForFunction(() => window.fixture.calls.filter(({ name }) => name === 'startPractice').length === 1)).toBeDefined();
  });
});

const tool = (sentence: string) => page.getByRole('group', { name: sentence, exact: true });

async function openTools(answers: Answers = {}): Promise<void> {
  await open(answers);
  await button('What could a Claw do here? Work mail').click();
  await tool('Save a draft in Work mail').waitFor();
}

describe('what a Claw could do', () => {
  test('shows each tool as a sentence with its rule, and where the rule comes from', async () => {
    await openTools();
    expect(await tool('Save a draft in Work mail').getByRole('radio', { name: 'Allow' }).isChecked()).toBe(true);
    expect(await tool('Read an email in Work mail').getByRole('radio', { name: 'Allow' }).isChecked()).toBe(true);
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByText('From your profile: Balanced').count()).toBe(2);
    expect(await dialog.getByText('Managed by Acme IT').count()).toBe(1);
    await callWith(page, 'listTools', { connection: 'work-mail' });
  });

  test('a choice is sent, and what main then says is shown', async () => {
    await openTools();
    const fresh = [{ name: 'save_draft', sentence: literal('Save a draft in Work mail'), description: '', effect: 'change', rule: 'never', isOwnChoice: true, isLocked: false }];
    await page.evaluate((value) => window.fixture.answerWith('listTools', { ok: true, value }), fresh);
    await tool('Save a draft in Work mail').getByRole('radio', { name: 'Never' }).click();
    await callWith(page, 'setToolRule', { connection: 'work-mail', tool: 'save_draft', rule: 'never' });
    expect(await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[role=dialog] input[value=never]')?.checked === true)).toBeDefined();
  });

  test('a refused choice stays as it was, and says why', async () => {
    await openTools({ setToolRule: { ok: false, problem: literal('Your organization decides this.') } });
    await tool('Read an email in Work mail').getByRole('radio', { name: 'Never' }).click();
    await page.getByRole('alert').getByText('Your organization decides this.').waitFor();
    expect(await tool('Read an email in Work mail').getByRole('radio', { name: 'Allow' }).isChecked()).toBe(true);
  });

  test('an own choice can be taken back', async () => {
    await openTools();
    await button('Take back your choice for: Save a draft in Work mail').click();
    expect(await callWith(page, 'setToolRule', { connection: 'work-mail', tool: 'save_draft', rule: null })).toBeDefined();
  });

  test('what the organization decided cannot be changed', async () => {
    await openTools();
    const locked = tool('Send emails from Work mail').getByRole('radio');
    expect(await locked.count()).toBe(3);
    for (const radio of await locked.all()) expect(await radio.isDisabled()).toBe(true);
  });
});
