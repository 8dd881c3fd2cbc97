import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionId } from '../../preload/contract.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { originOf } from '../../main/mail-accounts.ts';
import { startKeyring, type Keyring } from '../fixtures/keyring/keyring.ts';
import { startMailServers, type MailServers } from '../fixtures/mail/index.ts';
import { callOnce, use } from './agent.ts';
import { connectAgent, Given, LineAgent } from './canary/agents.ts';
import type { Plan } from './canary/plant.ts';
import { ProcessWatch } from './canary/processes.ts';
import { Search } from './canary/search.ts';
import { formsOf, makeSecrets, spill } from './canary/secrets.ts';
import { createSpillingServer, spillingTools } from './canary/spilling-server.ts';
import { people } from './company.ts';
import { RunningApp, runCommand } from './running-app.ts';

const secrets = makeSecrets(200);
const mailPassword = secrets[1]!;
const spareMails = Array.from({ length: 9 }, (_, index) => ({ name: `Spare mail ${index + 1}`, password: secrets[10 + index]! }));
/** Their credentials are forgotten during the story. */
const forgotten = spareMails.slice(0, 2).map(({ password }) => password);
const oauthOf = (from: number) => {
  const [access_token, refresh_token, ...more] = secrets.slice(from, from + 20);
  return { value: JSON.stringify({ access_token, refresh_token, more, expires_in: 3600 }), secrets: secrets.slice(from, from + 20), kind: 'oauth' as const };
};
/** Given by a program when it is first needed, so only the service that was sent it can say it. */
const given = randomBytes(33).toString('base64');
/** Those that services on the web are signed in to with: in a header, in the address, and given by a program. */
const sentKeys = [secrets[40]!, secrets[45]!, given] as const;
/** How each request to the services on the web was signed. */
const arrived = new Set<string>();
const agents = ['marketing', 'finance', 'line'].map((id) => ({ id, name: `${id} Claw`, connections: null }));

describe('canary: 200 secrets, planted in the credentials of an app whose services say them all aloud', () => {
  let base: string;
  let home: string;
  let mail: MailServers;
  let keyring: Keyring;
  let web: Server;
  let app: RunningApp;
  let watch: ProcessWatch;
  let search: Search;
  const taken = new Given();
  /** Everything that was said on the way, by where. */
  const seen = new Map<string, Buffer>();
  const clients: Client[] = [];

  beforeAll(async () => {
    watch = new ProcessWatch();
    search = new Search([...secrets, given]);
    base = await mkdtemp(join(tmpdir(), 'canary-'));
    home = join(base, 'state');
    await Promise.all([mkdir(home), mkdir(join(base, 'person', 'Downloads'), { recursive: true })]);
    [mail, keyring] = await Promise.all([startMailServers({ users: Object.values(people).map((address) => ({ address, password: address === people.dana ? mailPassword : 'x' })) }), startKeyring()]);
    const handle = toNodeHandler(createMcpHandler(() => createSpillingServer(secrets)));
    const handleGiven = toNodeHandler(createMcpHandler(() => createSpillingServer([...secrets, given])));
    // IncomingMessage's optional properties are `T | undefined`, which the adapter's type leaves out.
    web = createServer((request, response) => {
      arrived.add(request.headers.authorization ?? request.headers['x-api-key']?.toString() ?? request.url ?? '');
      void (request.headers['x-api-key'] === given ? handleGiven : handle)(request as NodeIncomingMessageLike, response);
    });
    await new Promise<void>((listening) => web.listen(0, '127.0.0.1', listening));
    await Promise.all([writeFile(join(base, 'secrets.json'), JSON.stringify(secrets)), writeFile(join(base, 'mail-ca.pem'), mail.ca), writeFile(join(base, 'plan.json'), JSON.stringify(plan())), writeFile(join(base, 'given'), given)]);
    const planted = await runCommand(process.execPath, [join(import.meta.dirname, 'canary/plant.ts'), join(home, 'state.db'), join(base, 'plan.json')], keyring.env);
    expect(planted.stderr).toBe('');
    expect(JSON.parse(planted.stdout)).toMatchObject({ keychain: 'os', ids: expect.arrayContaining(['work-mail', 'leaky-program', 'leaky-service', 'spare-mail-9']) });
    await start();
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close().catch(() => undefined)));
    await app.stop();
    watch.stop();
    await Promise.all([mail.stop(), keyring.stop(), new Promise((closed) => (web.close(closed), web.closeAllConnections()))]);
    await rm(base, { recursive: true, force: true });
  });

  function plan(): Plan {
    const address = web.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { imap, smtp } = mail;
    const account = { address: people.dana, user: people.dana, imap: { ...imap }, smtp: { ...smtp } };
    const origin = `http://127.0.0.1:${port}`;
    const remote = (signIn: JsonObject) => ({ url: `${origin}/mcp`, signIn });
    const password = (id: string, value: string) => ({ id, origin: originOf(account), value, kind: 'password' as const });
    const others = secrets.flatMap((value, index) => (index >= 100 ? [{ id: `canary-${index}`, origin: `https://service-${index}.example`, value, kind: 'token' as const }] : []));
    const unused = secrets.filter((_, index) => (index < 10 && index !== 1) || (index > 18 && index < 20) || (index > 40 && index < 100));
    return {
      connections: [
        { name: 'Work mail', kind: 'email', config: account },
        { name: 'Leaky program', kind: 'command', config: { command: process.execPath, args: [join(import.meta.dirname, 'canary/spilling-server.ts'), join(base, 'secrets.json')] } },
        { name: 'Leaky service', kind: 'remote', config: remote({ kind: 'header', name: 'Authorization', prefix: 'Bearer' }) },
        { name: 'Address service', kind: 'remote', config: remote({ kind: 'query', name: 'api_key' }) },
        { name: 'Given service', kind: 'remote', config: remote({ kind: 'header', name: 'X-Api-Key', secretCommand: { command: 'cat', args: [join(base, 'given')] } }) },
        ...spareMails.map(({ name }) => ({ name, kind: 'email' as const, config: account })),
      ],
      credentials: [
        password('work-mail', mailPassword),
        ...spareMails.map(({ password: value }, index) => password(`spare-mail-${index + 1}`, value)),
        { id: 'leaky-program', origin: 'https://program.example', ...oauthOf(20) },
        { id: 'leaky-service', origin: `header+${origin}`, value: sentKeys[0], kind: 'token' },
        { id: 'address-service', origin: `query+${origin}`, value: sentKeys[1], kind: 'token' },
        { id: 'canary-many', origin: 'https://many.example', value: JSON.stringify(unused), secrets: unused, kind: 'oauth' },
        ...others,
      ],
    };
  }

  async function start(): Promise<void> {
    app = await RunningApp.start({
      home,
      env: {
        DBUS_SESSION_BUS_ADDRESS: keyring.env['DBUS_SESSION_BUS_ADDRESS'],
        NODE_EXTRA_CA_CERTS: join(base, 'mail-ca.pem'),
        HOME: join(base, 'person'),
        // Every message between main and its windows goes through this protocol; so it is told on stderr.
        DEBUG: 'pw:protocol',
        DEBUG_COLORS: '0',
      },
      managed: {
        agents,
        policy: ['@id("spilling") @title("Spilling is allowed")', 'permit (principal, action, resource)', 'when { resource in Connection::"leaky-program" || resource in Connection::"leaky-service" || resource in Connection::"given-service" }', 'unless { resource has name && resource.name == "spill_asked" };'].join('\n'),
        settings: { ownDomains: ['acme.example'], sendHoldSeconds: 0, answerWithinSeconds: 60, clientWaitSeconds: 20, isFirstRunDone: true },
      },
    });
  }

  async function agent(id: string, mode: 'auto' | 'legacy'): Promise<Client> {
    const client = await connectAgent(app, taken, id, mode);
    clients.push(client);
    return client;
  }

  /** Ticks what a high-risk card wants ticked, once the card is there. */
  async function tick(about: string) {
    await app.until(async () => (await app.page('approval')).locator('body').innerText({ timeout: 1000 }).catch(String), (text) => text.includes(about));
    const page = await app.page('approval');
    await page.getByRole('checkbox').click();
    return page;
  }

  /** Every file below a folder, as it lies there. */
  async function noteFiles(folder: string, when: string): Promise<void> {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) seen.set(`${when}: ${join(entry.parentPath, entry.name)}`, await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0)));
    }
  }

  test('every secret is planted, and whoever looks finds each in every form, in any bytes', () => {
    const planted = new Set(plan().credentials.flatMap(({ value, secrets: parts = [] }) => [value, ...parts]));
    expect(secrets.filter((secret) => !planted.has(secret))).toEqual([]);
    for (const [index, secret] of secrets.entries()) {
      const texts = [...formsOf(secret).values(), spill(secret), `${secret.slice(0, 15)}…`].map((form) => Buffer.from(`before ${form} after`));
      for (const bytes of [...texts, Buffer.from(`x${secret}`, 'utf16le')]) expect(search.find(`secret ${index}`, bytes)).not.toEqual([]);
    }
    expect(search.find('there', Buffer.from('nothing of the kind, only words '.repeat(1000)))).toEqual([]);
  });

  describe.each([['marketing', 'auto'], ['finance', 'legacy']] as const)('%s (%s)', (id, mode) => {
    test('lists what the services offer, and calls what spills', async () => {
      const client = await agent(id, mode);
      if (mode === 'legacy') await client.setLoggingLevel('debug');
      const tools = (await client.listTools()).tools.map(({ name }) => name);
      expect(tools).toEqual(expect.arrayContaining(['leaky-program__spill_result', 'leaky-service__spill_error', 'work-mail__send_email']));
      expect(JSON.stringify(await client.listResources())).toContain('[secret removed]');
      expect(JSON.stringify(await client.listPrompts())).toContain('[secret removed]');
      await client.listResourceTemplates();
      for (const connection of ['leaky-program', 'leaky-service', 'given-service']) {
        for (const tool of spillingTools.filter((name) => name !== 'spill_asked' && name !== 'spill_and_die')) {
          const answer = await client.callTool({ name: `${connection}__${tool}`, arguments: {} }, { timeout: 120_000, onprogress: () => undefined }).catch((error: unknown) => ({ error: String(error) }));
          if (tool === 'spill_result') expect(JSON.stringify(answer)).toContain('[secret removed]');
        }
        await client.getPrompt({ name: `${connection}__spill_prompt` }).catch(() => undefined);
        await client.complete({ ref: { type: 'ref/prompt', name: `${connection}__spill_prompt` }, argument: { name: 'about', value: 'a' } }).catch(() => undefined);
      }
      for (const { uri } of (await client.listResources()).resources.slice(0, 3)) await client.readResource({ uri }).catch(() => undefined);
      await client.readResource({ uri: 'spill://plain' }).catch(() => undefined);
    });
  });

  test('services on the web got their keys: in a header, in the address, and given by a program', async () => {
    const [inHeader, inAddress] = sentKeys;
    const { connections } = await app.snapshot();
    expect(connections.filter(({ kind }) => kind === 'remote').map(({ credential }) => credential)).toMatchObject([{ what: 'key', kept: 'keychain' }, { what: 'key', kept: 'keychain' }, { what: 'key', kept: 'program' }]);
    const addresses = [...arrived].filter((text) => text.startsWith('/')).map((text) => new URL(text, 'http://x').searchParams.get('api_key'));
    expect([new Set(addresses), arrived.has(`Bearer ${inHeader}`), arrived.has(given)]).toEqual([new Set([inAddress]), true, true]);
  });

  test('an agent behind the command has no more', async () => {
    const line = await LineAgent.start(app, taken, 'line');
    expect(JSON.stringify(await line.ask('tools/list', {}))).toContain('leaky-program__spill_result');
    const answers: string[] = [];
    for (const tool of ['spill_result', 'spill_refusal', 'spill_and_die', 'spill_error']) answers.push(JSON.stringify(await line.ask('tools/call', { name: `leaky-program__${tool}`, arguments: {} })));
    expect(answers[0]).toContain('[secret removed]');
    await line.stop();
  });

  test('mail: sent after a yes, not after a no, not by a server that is down; a mail that holds secrets is read', async () => {
    const client = await agent('marketing', 'auto');
    const send = (subject: string) => use(client, 'work-mail__send_email', { to: [people.ana], subject, text: 'Hi Ana' });
    const sent = send('approved');
    await app.press('approve');
    expect(await sent).toMatchObject({ outcome: 'done' });
    const denied = send('denied');
    await app.press('deny');
    expect(await denied).toMatchObject({ outcome: 'denied' });
    await mail.stopSmtp();
    const failed = send('failed');
    await app.press('approve');
    expect(await failed).toMatchObject({ outcome: 'failed' });
    await mail.startSmtp();
    await mail.deliver(people.dana, ['From: ana@northwind.example', `To: ${people.dana}`, `Subject: your key ${secrets[4]}`, 'Message-ID: <canary@northwind.example>', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', ...secrets.filter((secret) => secret.length < 900)].join('\n'));
    const found = await use(client, 'work-mail__search_messages', {});
    expect(found.text).toContain('[secret removed]');
    const { messages } = found.structured as { readonly messages: readonly { readonly id: string }[] };
    const read = await callOnce(client, 'work-mail__read_message', { id: messages[0]?.id });
    expect(read.text.split('[secret removed]').length).toBeGreaterThan(190);
    const { connections } = await app.snapshot();
    expect(connections.find(({ id }) => id === 'work-mail')?.credential).toMatchObject({ kept: 'keychain', lastUse: { by: 'marketing Claw' } });
  });

  test('an agent that has a secret of ours: told on the card, asked about, sent as it is, and nowhere else', async () => {
    const client = await agent('marketing', 'auto');
    const asked = use(client, 'work-mail__send_email', { to: [people.ana], subject: 'what I found', text: `It is ${mailPassword}.` });
    const card = await tick('what I found');
    expect(await card.locator('body').textContent()).toContain('Holds the sign-in of “Work mail”, which no Claw should have');
    await app.press('approve');
    expect(await asked).toMatchObject({ outcome: 'done' });
    const arrived = await app.until(() => mail.inbox(people.ana), (mails) => mails.some(({ subject }) => subject === 'what I found'));
    expect(arrived.find(({ subject }) => subject === 'what I found')?.text).toContain(mailPassword);
    const spilled = use(client, 'leaky-service__spill_asked', { 'key-x': secrets[7] });
    await tick('spill_asked');
    await app.press('approve');
    expect(JSON.stringify(await spilled)).toContain('[secret removed]');
  });

  test('the person looks at everything: screens, details, logs, exports', async () => {
    const main = await app.page('index');
    for (const screen of ['Inbox', 'Activity', 'Claws', 'Connections', 'Rules', 'Settings']) {
      await main.getByRole('navigation').getByText(screen, { exact: true }).click();
      await main.getByRole('heading', { level: 1, name: screen }).waitFor();
      seen.set(`the screen ${screen}`, Buffer.from(await main.content()));
    }
    const everything = { text: '', agent: null, connection: null, progress: null, from: null, to: null };
    const { entries } = await app.call('searchActivity', { filter: everything, after: null });
    expect(entries.length).toBeGreaterThan(10);
    for (const { action } of entries) await app.call('readActivity', { action });
    for (const format of ['csv', 'jsonl'] as const) expect(await app.call('exportActivity', { filter: everything, format })).toMatchObject({ ok: true });
    for (const id of ['work-mail', 'leaky-program', 'leaky-service', 'address-service', 'given-service', 'spare-mail-1'].map((name) => connectionId.parse(name))) {
      await app.call('getConnectionLog', { id });
      await app.call('listTools', { connection: id });
      await app.call('checkConnection', { id });
    }
    expect(await app.call('setToolRule', { connection: connectionId.parse('work-mail'), tool: 'save_draft', rule: 'never' })).toMatchObject({ ok: true });
    const { connections } = await app.snapshot();
    expect(connections.find(({ id }) => id === 'work-mail')?.credential).toMatchObject({ kept: 'keychain', lastUse: { by: null } });
    expect(await app.call('forgetCredential', { id: connectionId.parse('spare-mail-1') })).toMatchObject({ ok: true, value: { told: { id: 'credential.forgotten' } } });
    expect(await app.call('removeConnection', { id: connectionId.parse('spare-mail-2') })).toMatchObject({ ok: true, value: { told: { id: 'credential.forgotten' } } });
  });

  test('locked: said so, nothing is sent and nothing asked again; one press after unlocking, and it goes on', async () => {
    const client = await agent('marketing', 'auto');
    await keyring.lock();
    for (let time = 0; time < 3; time += 1) expect((await use(client, 'work-mail__search_messages', {})).text).toContain('keychain is locked');
    const locked = await app.until(() => app.snapshot(), ({ status }) => status.keychain === 'locked' && status.tray === 'attention');
    expect(locked.connections.find(({ id }) => id === 'work-mail')).toMatchObject({ health: { state: 'locked' }, credential: { kept: 'locked' } });
    expect(await app.call('unlockKeychain', undefined)).toMatchObject({ ok: false });
    await keyring.unlock();
    expect((await use(client, 'work-mail__search_messages', {})).text).toContain('keychain is locked');
    const main = await app.page('index');
    await main.getByRole('button', { name: 'Unlock keychain' }).click();
    await app.until(() => app.snapshot(), ({ status }) => status.keychain === 'os');
    expect(await use(client, 'work-mail__search_messages', {})).toMatchObject({ isError: false });
  });

  test('killed, started again and stopped: no file, no message, no argument, no environment and no byte of an agent holds any of it', async () => {
    const client = await agent('finance', 'legacy');
    void use(client, 'work-mail__send_email', { to: [people.ana], subject: 'left waiting', text: `Keep ${secrets[6]}` }).catch(() => undefined);
    await tick('left waiting');
    await cp(home, join(base, 'while-running'), { recursive: true, filter: (path) => !path.endsWith('.sock') });
    await app.kill();
    seen.set('stderr of the first run', Buffer.from(app.log));
    await noteFiles(home, 'killed');
    // What was forgotten is known to nobody after a restart.
    await writeFile(join(base, 'secrets.json'), JSON.stringify(secrets.filter((secret) => !forgotten.includes(secret))));
    await start();
    await app.call('verifyActivity', undefined).then((verified) => expect(verified).toMatchObject({ ok: true }));
    const again = await agent('marketing', 'auto');
    await callOnce(again, 'leaky-program__spill_result', {});
    await app.stop();
    seen.set('stderr of the second run', Buffer.from(app.log));
    await noteFiles(home, 'stopped');
    await noteFiles(join(base, 'while-running'), 'running');
    await noteFiles(join(base, 'person'), 'exported');
    seen.set('what agents were given', taken.bytes);
    for (const [where, bytes] of watch.stop()) seen.set(where, bytes);

    // That something was looked at, and that it was the right thing.
    const all = [...seen.keys()];
    const files = ['state.db', 'state.db-wal', 'activity.db', 'activity.db-wal', 'activity.db.journal', 'preferences.json', '.csv', '.jsonl'];
    expect(files.filter((name) => !all.some((where) => where.endsWith(name)))).toEqual([]);
    expect(taken.bytes.toString('latin1').split('[secret removed]').length).toBeGreaterThan(10_000);
    const ways = ['notifications/progress', 'notifications/message', 'elicitation/create', 'structuredContent', 'completion', '"blob"', 'isError'];
    expect(ways.filter((way) => !taken.bytes.includes(way))).toEqual([]);
    const messages = seen.get('stderr of the first run')?.toString('utf8') ?? '';
    expect(['__countersignCall', 'getConnectionLog', '__countersignEmit', 'secret removed'].filter((part) => !messages.includes(part))).toEqual([]);
    const programs = ['out/main/index.js', 'spilling-server.ts', 'countersign.js', 'remote-debugging-port'];
    expect(programs.filter((part) => ![...seen].some(([where, bytes]) => where.startsWith('cmdline') && bytes.includes(part)))).toEqual([]);
    expect(all.filter((where) => where.startsWith('environ')).length).toBeGreaterThan(5);
    expect([...seen.values()].some((bytes) => bytes.includes('own_secret_sent'))).toBe(true);
    console.log(`Looked through ${all.length} places, ${Math.round([...seen.values()].reduce((sum, { length }) => sum + length, 0) / 1e6)} MB.`);

    expect([...seen].flatMap(([where, bytes]) => search.find(where, bytes))).toEqual([]);
  });
});
