import { randomUUID } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionId, approvalId, grantId, type AgentId, type ConnectionId } from '../preload/contract.ts';
import type { Activity } from './activity/activity.ts';
import { Contacts } from './activity/contacts.ts';
import { openActivity } from './activity/open.ts';
import { agentMigrations } from './agents/agent-store.ts';
import { createAgents, type Agents } from './agents/agents.ts';
import { AgentCatalog } from './agent-catalog.ts';
import { ApprovalStore, approvalMigrations } from './approvals/approval-store.ts';
import { Approvals } from './approvals/approvals.ts';
import { Proofs } from './approvals/proofs.ts';
import { grantMigrations, Grants } from './approvals/grants.ts';
import { Suggester, suggestionMigrations } from './approvals/suggester.ts';
import { startBroker, type Broker } from './broker/broker.ts';
import { askAboutClaws, createClawSignIns } from './claw-sign-ins.ts';
import { tieConsequences } from './consequences.ts';
import { createCatalog } from './connections/catalog.ts';
import { problemIn, targetOf } from './connections/connection.ts';
import { connectionMigrations, createConnectionStore } from './connections/connection-store.ts';
import { openHttpUpstream } from './connections/http-upstream.ts';
import { KeySignIns } from './connections/keys/key-sign-ins.ts';
import { Network } from './connections/network/network.ts';
import { OAuthSignIns } from './connections/oauth/oauth-sign-ins.ts';
import { validateArguments } from './connections/tool-schema.ts';
import { createUpstreams } from './connections/upstreams.ts';
import { createCredentialStore } from './credentials/credential-store.ts';
import { openKeychain } from './credentials/keytar-keychain.ts';
import { createKeptScrub, createScrubber } from './credentials/scrubber.ts';
import { createSecretLook } from './credentials/secret-look.ts';
import { credentialMigrations, hasSealedValues } from './credentials/credential-rows.ts';
import { Outbox, outboxMigrations } from './gate/outbox.ts';
import { PauseSwitch, pauseMigrations } from './gate/pause-switch.ts';
import { Pipeline } from './gate/pipeline.ts';
import type { Launcher, Services } from './ipc/services.ts';
import { LentKeys } from './lent-keys.ts';
import { MailAccounts } from './mail-accounts.ts';
import type { ManagedSource } from './managed/managed-source.ts';
import { steadyClock, systemClock, waitAtMost } from './model/clock.ts';
import { disarm } from './model/disarm.ts';
import type { Dispose } from './model/disposable.ts';
import { theNetwork } from './model/network-place.ts';
import { openclawsOwn } from './model/openclaw-place.ts';
import { openclawMigrations, OwnCommands } from './openclaw/own-commands.ts';
import { createGatewayVault } from './openclaw-vault.ts';
import { currentAgent } from './model/on-behalf-of.ts';
import { ownName } from './model/own-connections.ts';
import { say } from './model/say.ts';
import { Organization } from './organization.ts';
import { createPolicy } from './policy/policy.ts';
import { Practice } from './practice/practice.ts';
import { Profiles } from './profiles/profiles.ts';
import { readShippedProfiles } from './profiles/shipped.ts';
import { openSettings } from './settings/settings.ts';
import type { Shell } from './shell/shell.ts';
import { signatureMigrations } from './signatures/signature-migrations.ts';
import { Signing } from './signing.ts';
import { takeSoleUse } from './state/sole-use.ts';
import { openState, type State } from './state/state.ts';
import { activityAnchor, anchorMigrations } from './state/activity-anchor.ts';
import { createLanguage } from './text/language.ts';
import { sayPhrase } from './text/phrases.ts';
import { createText, inEnglish } from './text/text.ts';
import { checkSignedIn, createKeyVault, createSignInVault } from './signed-in.ts';
import { RunNetworks } from './run-networks.ts';
import { clawRunMigrations, ClawRunStore } from './claw-runs/claw-run-store.ts';
import { ClawRuns } from './claw-runs/claw-runs.ts';
import { createSandbox } from './sandbox/sandbox.ts';
import type { HelperCommand } from './sandbox/helper-process.ts';
import { tokenMigrations } from './tokens/token-store.ts';
import { createTokens } from './tokens/tokens.ts';
import { socketPlace, workspacesDirectory } from './paths.ts';
import { ServerRuns } from './server-runs.ts';
import { watchOf } from './watching.ts';
import { Workbenches } from './workbenches.ts';

export interface AppOptions {
  /** The state directory. */
  readonly home: string;
  readonly assets: string;
  readonly activityWorker: URL;
  /** How the helper of a sandboxed run is started. */
  readonly sandboxHelper: HelperCommand;
  readonly managedSource: ManagedSource;
  readonly mcpPort: number;
  readonly shell: Shell;
  readonly launcher: Launcher;
  readonly version: string;
  readonly report: (problem: string) => void;
}

export interface App {
  readonly services: Services;
  close(): Promise<void>;
}

const clock = systemClock;
/** For whatever lasts for some time, rather than until some time of day. */
const steady = steadyClock(clock);
/** Milliseconds the start may wait for the keychain. */
const longestLoadMs = 10_000;

/**
 * The composition root: builds every service once and ties them. Rejects with an error whose message a person may read
 * when the state cannot be opened.
 */
export async function openApp(options: AppOptions): Promise<App> {
  const free = takeSoleUse(options.home);
  try {
    return await open(options, free);
  } catch (error) {
    free();
    throw error;
  }
}

async function open(options: AppOptions, free: Dispose): Promise<App> {
  const { home, shell } = options;
  const state = openState(join(home, 'state.db'), [
    { component: 'agents', migrations: agentMigrations },
    { component: 'approvals', migrations: approvalMigrations },
    { component: 'claw-runs', migrations: clawRunMigrations },
    { component: 'connections', migrations: connectionMigrations },
    { component: 'credentials', migrations: credentialMigrations },
    { component: 'grants', migrations: grantMigrations },
    { component: 'openclaw', migrations: openclawMigrations },
    { component: 'suggestions', migrations: suggestionMigrations },
    { component: 'outbox', migrations: outboxMigrations },
    { component: 'signatures', migrations: signatureMigrations },
    { component: 'pause', migrations: pauseMigrations },
    { component: 'activity-anchor', migrations: anchorMigrations },
    { component: 'tokens', migrations: tokenMigrations },
  ]);
  const activity = await openActivity({ file: join(home, 'activity.db'), worker: options.activityWorker, anchor: activityAnchor(state) }).catch((error: unknown) => {
    state.close();
    throw error;
  });
  return build(options, state, activity, shell, free);
}

async function build(options: AppOptions, state: State, activity: Activity, shell: Shell, free: Dispose): Promise<App> {
  const { database } = state;
  const organization = await Organization.open(options.managedSource);
  const settings = await openSettings({ dir: options.home, managed: organization.settings });
  const locale = createLanguage(settings, () => shell.systemLanguages());
  const text = createText(locale);
  const language = (): string => locale().tag;
  const keychain = await openKeychain({ hasSealed: hasSealedValues(state) });
  const credentials = createCredentialStore({ state, keychain, now: () => clock.now(), usedBy: currentAgent });
  const scrubber = createScrubber(() => credentials.secrets.list());
  const { scrub, scrubJson } = scrubber;
  const scrubListed = createKeptScrub(scrubber, () => credentials.secrets.list());
  const report = (problem: string): void => options.report(scrub(problem));
  const connections = createConnectionStore(state, () => clock.now());
  connections.setManaged(organization.connections);
  const proofs = new Proofs(steady);
  const approvals = new Approvals(new ApprovalStore(database), clock, () => approvalId.parse(randomUUID()), proofs);
  const grants = new Grants(database, clock, () => grantId.parse(randomUUID()));
  const pause = new PauseSwitch(database);
  const contacts = new Contacts(activity);
  const tokens = createTokens({ clock: steady });

  const signing = new Signing({ database, clock, approvals, proofs, organization, system: shell.presence ?? null, text });

  const policy = createPolicy({ assetsDir: options.assets, organization: organization.policy, personal: settings.toolRules(), profile: settings.rulesProfile().profile, grants: organization.mayGrant ? grants.list() : [], hosts: { allow: settings.get().allowedHosts, deny: settings.get().deniedHosts }, watch: watchOf(settings) });
  const profiles = new Profiles({ shipped: readShippedProfiles(options.assets), sayPhrase });
  profiles.setOrganization(organization.profiles);
  const agents: Agents = createAgents({
    database,
    clock,
    managed: organization.isKnown ? organization.agents : null,
    pairing: askAboutClaws({ approvals, canAsk: () => shell.canAsk, connectionName: (id) => connections.find(id)?.name ?? id }),
  });

  let broker: Broker;
  const practice = new Practice({ agents, connections, clock, text, mcpUrl: () => broker.mcpUrl, issueToken: (agent) => tokens.issue(agent).token, report });
  const refuseEntry = (why: string): void => void activity.append({ at: clock.now(), kind: 'refused_entry', why }).catch((error: unknown) => report(String(error)));
  const clawSignIns = createClawSignIns({
    database,
    clock,
    tokens,
    agents,
    isPaused: () => pause.isPaused,
    text,
    language,
    mcpUrl: () => broker.mcpUrl,
    onEvent: ({ why }) => refuseEntry(why),
    onAlarm(agent, why) {
      const name = agents.get(agent)?.name ?? agent;
      activity.append({ at: clock.now(), kind: 'signed_out', agent: { id: agent, name }, why }).catch((error: unknown) => report(String(error)));
      shell.notify({ title: text(say('signedOut.title', { name })), body: text(say('signedOut.text', { name })), opens: 'main' });
    },
    onRefused: () => refuseEntry('pairing_refused'),
  });
  const oauth = new OAuthSignIns({
    clock,
    vault: createSignInVault(credentials),
    find: (id) => connections.find(id),
    open: (url) => shell.openExternal(url),
    documentUrl: () => organization.settings?.clientMetadataUrl ?? null,
    text,
    language,
    onSignedIn: (id) => checkSignedIn(services, id),
  });
  const network = new Network({ rules: () => settings.get(), know: (secrets) => credentials.know('network proxy', secrets), ...(shell.findProxy && { findProxy: (url) => shell.findProxy?.(url) ?? Promise.resolve(null) }) });
  const keys = new KeySignIns({ clock, vault: createKeyVault(credentials), network });
  const mailAccounts = new MailAccounts({ connections, credentials, oauth, clock, attachmentFolders: () => settings.get().attachmentFolders });
  const socket = socketPlace(options.home);
  const hidden = [options.home, ...(socket.folder === null ? [] : [socket.folder])];
  const sandbox = createSandbox({ helper: options.sandboxHelper, environment: process.env, home: homedir(), hidden, temporary: tmpdir(), profile: join(options.assets, 'sandbox', 'countersign-bwrap'), wayOut: () => network.wayOut() });
  const lentKeys = new LentKeys(credentials);
  const networks = new RunNetworks({ gate: () => gate, policy, agents, pause, organization, settings, activity, clock, lentKeys, scrub, report });
  const workbenches = new Workbenches({ connections, sandbox, networks, lentKeys, clock, hidden, copies: workspacesDirectory(options.home) });
  const serverRuns = new ServerRuns({ sandbox, networks, organization, pause, hidden, folders: workspacesDirectory(options.home), path: process.env['PATH'] ?? '' });
  const looksSecret = createSecretLook(scrubber, credentials.secrets);
  const clawRuns = new ClawRuns({
    store: new ClawRunStore(database),
    sandbox,
    agents,
    pause,
    clock,
    hidden: [...hidden, workspacesDirectory(options.home)],
    path: process.env['PATH'] ?? '',
    command: options.launcher.files ?? [],
    openSocket: (agent) => broker.openRunSocket(agent, null),
    openNetwork: (agent, program) => networks.open(agent, program),
    onEvent({ kind, agent, text: told }) {
      activity.append({ at: clock.now(), kind, agent: { id: agent, name: agents.get(agent)?.name ?? agent }, text: scrub(told) }).catch((error: unknown) => report(String(error)));
    },
    scrub,
    holdsSecret: (held) => looksSecret.find({ name: '', arguments: { text: held } }) !== undefined,
  });
  const upstreams = createUpstreams({
    find: (id) => connections.find(id),
    scrub,
    clock: steady,
    factories: {
      email: (connection) => Promise.resolve(mailAccounts.open(connection)),
      practice: (connection) => practice.open(connection),
      workbench: (connection) => workbenches.open(connection),
      command: (connection) => serverRuns.open(connection),
      remote: (connection) => openHttpUpstream(connection.config, { callTimeout: connection.callTimeoutSeconds * 1000, fetch: keys.fetchFor(connection) ?? oauth.fetchFor(connection, network.fetch) }),
    },
  });
  const mayUse = (id: AgentId, connection: ConnectionId): boolean => {
    const agent = agents.get(id);
    return agent !== undefined && (agent.connections?.includes(connection) ?? true) && connections.find(connection) !== undefined;
  };
  const catalog = createCatalog({ upstreams, isKnown: (id) => connections.find(id) !== undefined, clock: steady });

  const ownCommands: OwnCommands = new OwnCommands({ database, vault: createGatewayVault(credentials), gate: () => gate, isKnown: (id) => agents.get(id) !== undefined, clock, version: options.version, report });
  const gate: Pipeline = new Pipeline({
    clock,
    newActionId: () => actionId.parse(randomUUID()),
    policy,
    approvals,
    grants,
    mayGrant: () => organization.mayGrant,
    outbox: new Outbox(database, clock),
    transaction: (work) => state.transaction(work),
    pause,
    activity,
    contacts,
    services: {
      open: async (agent, connection) => (mayUse(agent, connection) ? upstreams.get(connection) : undefined),
      async findTool(agent, connection, name) {
        if (connection === openclawsOwn) return ownCommands.findTool(agent, name);
        if (!mayUse(agent, connection)) return undefined;
        // First of all: a service that cannot be reached is no service without that tool.
        const upstream = await upstreams.get(connection);
        const tool = await catalog.find(connection, name);
        return tool && { tool, upstream };
      },
      explain: (error) => problemIn(error)?.message,
      validate: validateArguments,
    },
    profiles,
    agents: { name: (id) => agents.get(id)?.name ?? id, isPaused: (id) => agents.get(id)?.isPaused ?? true, isKnown: (id) => agents.get(id) !== undefined, mayUse: (id, connection) => (connection === theNetwork ? agents.get(id) !== undefined : connection === openclawsOwn ? ownCommands.isFor(id) : mayUse(id, connection)) },
    connectionName(id) {
      const own = ownName(id);
      return connections.find(id)?.name ?? (own === undefined ? id : inEnglish(own));
    },
    target: (id) => (id === openclawsOwn ? ownCommands.target : targetOf(connections.find(id))),
    settings: () => settings.get(),
    waitSeconds: (id) => agents.get(id)?.waitSeconds ?? settings.get().clientWaitSeconds,
    canAsk: () => shell.canAsk,
    contact: () => organization.contact,
    scrub,
    // A scrubbed value has the shape of the one it was made from.
    scrubJson: <T>(value: T) => scrubJson(value as never) as T,
    secrets: looksSecret,
    disarm,
    report,
  });

  // Before an agent is let in, the scrubber knows every secret. A keychain that does not answer is not waited for: nothing can use what it keeps.
  await waitAtMost(clock, longestLoadMs, credentials.load());
  // Before anyone may ask: a new request must find what is still open, and is not to be taken for an old one.
  approvals.withdrawPairings();
  await gate.recover();
  const agentCatalog = new AgentCatalog({
    upstreams,
    profiles,
    catalog,
    connections: () => connections.list(),
    mayUse,
    isHidden: (question) => policy.isHidden(question),
    scrub: scrubListed,
    onRulesChange(listener) {
      const ends = [connections.onChange(listener), settings.onChange(listener), organization.onChange(listener), agents.onChange(({ change }) => change === 'changed' && listener())];
      return () => ends.forEach((end) => end());
    },
  });
  broker = await startBroker({
    gate,
    tokens,
    signIn: clawSignIns.door,
    isPaused: () => pause.isPaused,
    agents,
    clock: steady,
    version: options.version,
    preferredPort: options.mcpPort,
    allowedOrigins: [],
    socketPlace: socket,
    catalog: agentCatalog,
    onRefusedEntry: refuseEntry,
    status: (mcpUrl) => ({ version: options.version, mcpUrl, isPaused: pause.isPaused, waiting: approvals.waiting().length, shell: shell.kind, canAsk: shell.canAsk }),
  });

  const suggester = new Suggester({
    database,
    clock,
    activity,
    grants,
    policy,
    agentSince: (id) => agents.get(id)?.pairedAt,
    connectionSince: (id) => connections.find(id)?.addedAt,
    mayGrant: () => organization.mayGrant,
  });
  const services: Services = {
    version: options.version, clock, shell, scrubListed, activity, agents, approvals, broker, catalog, alarms: clawSignIns.alarms, connections, upstreams, credentials,
    mailAccounts, workbenches, clawRuns, serverRuns, oauth, keys, network, gate, grants, ownCommands, pause, policy, practice, profiles, locale, text, settings, signing, suggester, organization, launcher: options.launcher, report,
  };
  const stop = tieConsequences(services, clawSignIns.server);
  // A keychain that is slow must not hold up the start.
  const loadSignIns = (): void => void oauth.load(connections.list()).catch((error: unknown) => report(String(error)));
  ownCommands.start().catch((error: unknown) => report(String(error)));
  const stopLoading = connections.onChange(loadSignIns);
  loadSignIns();
  void clawRuns.startAll().catch((error: unknown) => report(String(error)));
  return {
    services,
    async close() {
      gate.close();
      await ownCommands.close();
      stop();
      stopLoading();
      organization.close();
      await clawRuns.close();
      await practice.close();
      clawSignIns.server.close();
      await broker.close();
      agentCatalog.close();
      catalog.close();
      approvals.close();
      grants.close();
      suggester.close();
      await upstreams.close();
      serverRuns.close();
      await sandbox.close();
      oauth.close();
      keys.close();
      await network.close();
      contacts.close();
      await activity.close();
      state.close();
      free();
    },
  };
}
