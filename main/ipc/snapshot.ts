import type { Agent, Approval, BrowserSignIn, Connection as ConnectionView, ConnectionId, Grant, KeySignIn, Message, Rules, Snapshot, Status } from '../../preload/contract.ts';
import type { Connection } from '../connections/connection.ts';
import { accessOf } from '../connections/server-access.ts';
import type { CredentialState } from '../credentials/credential.ts';
import { addressOf } from '../mail-accounts.ts';
import { theNetwork } from '../model/network-place.ts';
import { openclawsOwn } from '../model/openclaw-place.ts';
import { ownName } from '../model/own-connections.ts';
import { say } from '../model/say.ts';
import type { RecordFigures } from './record-figures.ts';
import type { Services } from './services.ts';

/** What was last found out about the record's chain. */
export type RecordState = Status['record'];

/** The part that is made anew each time; `approvals` and `connections` are what the same snapshot shows of them. */
export function viewStatus(services: Services, record: RecordState, approvals: readonly Approval[], connections: readonly ConnectionView[]): Status {
  const { activity, broker, credentials, network, organization, pause, policy, settings, shell, version } = services;
  const problems = [...organization.problems, ...settings.problems(), ...network.problems(), ...policy.problems(), ...connectionProblems(connections), ...keychainProblems(services), ...socketProblems(services), ...recordProblems(services), ...copiedProblems(services)];
  return {
    version,
    shell: shell.kind,
    isPaused: pause.isPaused,
    tray: trayState(pause.isPaused, approvals, problems),
    keychain: credentials.isLocked ? 'locked' : credentials.keychain,
    problems,
    mcpUrl: broker.mcpUrl,
    managedBy: organization.managedBy,
    mayGiveFullAccess: organization.mayGiveFullAccess,
    record,
    activityRevision: activity.revision,
  };
}

export function viewSettings({ settings }: Services): Pick<Snapshot, 'settings' | 'lockedSettings'> {
  return { settings: settings.get(), lockedSettings: [...settings.lockedKeys()] };
}

export function viewRules({ settings, policy, connections }: Services): Rules {
  const { profile, isLocked } = settings.rulesProfile();
  const names = new Map<string, string>(connections.list().map(({ id, name }) => [id, name]));
  return { profile, isProfileLocked: isLocked, list: [...policy.list((id) => names.get(id) ?? id)] };
}

export function viewGrants({ grants, agents, connections, text }: Services): Grant[] {
  const nameOf = (connection: ConnectionId): string => {
    const own = ownName(connection);
    return own === undefined ? (connections.find(connection)?.name ?? connection) : text(own);
  };
  return grants.list().map(({ id, agent, connection, sentence, from, until, uses, usesLeft, lastUsedAt }) => ({
    id,
    agent: { id: agent, name: agents.get(agent)?.name ?? agent },
    connectionName: nameOf(connection),
    sentence,
    givenAt: from,
    endsAt: until,
    uses,
    usesLeft,
    lastUsedAt,
  }));
}

/** Waiting, and answered since that instant. */
export function viewApprovals({ approvals, text }: Services, since: number): Approval[] {
  return approvals.list(since).map((approval) => {
    const own = ownCards.get(approval.card.headline.id);
    const name = own === undefined ? undefined : ownName(own);
    return name === undefined ? approval : { ...approval, connectionName: text(name) };
  });
}

/** Questions about what is no service that somebody named: those are called so in the person's language. */
const ownCards: ReadonlyMap<string, ConnectionId> = new Map([
  ['card.place.headline', theNetwork],
  ['card.request.headline', theNetwork],
  ['openclaw.own.headline', openclawsOwn],
]);

function trayState(isPaused: boolean, approvals: readonly Approval[], problems: readonly Message[]): Status['tray'] {
  if (isPaused) return 'paused';
  if (approvals.some(({ answer }) => answer === null)) return 'waiting';
  return problems.length > 0 ? 'attention' : 'quiet';
}

export function viewAgents({ agents, clawRuns, connections, locale, ownCommands }: Services, figures: RecordFigures): Agent[] {
  const all = connections.list();
  const { gateway } = ownCommands;
  const inOrder = new Intl.Collator(locale().tag);
  const sorted = agents.list().toSorted((one, other) => inOrder.compare(one.name, other.name));
  return sorted.map((agent) => ({
    id: agent.id,
    name: agent.name,
    isPaused: agent.isPaused,
    isManaged: agent.isManaged,
    isPractice: agent.isPractice,
    pairedAt: agent.pairedAt,
    lastSeenAt: agent.lastSeenAt,
    askedThisWeek: figures.askedThisWeek(agent.id),
    connections: all.filter(({ id }) => agent.connections?.includes(id) ?? true).map(({ id, name }) => ({ id, name })),
    usesEveryConnection: agent.connections === null,
    waitSeconds: agent.waitSeconds,
    toolMode: agent.toolMode,
    callsPerMinute: agent.callsPerMinute,
    lockedOptions: [...agent.lockedOptions],
    run: clawRuns.view(agent.id),
    ...(gateway?.agent === agent.id && { ownCommands: { gateway: gateway.url, state: gateway.state } }),
  }));
}

/** Whether it signs in with a password or a key that the credential store keeps under its id. */
export function hasCredential(connection: Connection, keys: Services['keys']): boolean {
  return connection.kind === 'email' || keys.boundTo(connection) !== undefined;
}

/** A connection of which it is not known yet whether its credential is there is left out: the keychain answers in a moment. */
export function viewConnections(services: Services, figures: RecordFigures, credentials: ReadonlyMap<ConnectionId, CredentialState>): ConnectionView[] {
  return services.connections.list().flatMap((connection) => {
    const described = credentials.get(connection.id) ?? null;
    if (described === null && hasCredential(connection, services.keys)) return [];
    const need = services.oauth.needOf(connection.id) ?? services.keys.needOf(connection);
    const browserSignIn = services.oauth.viewOf(connection);
    const keySignIn = services.keys.viewOf(connection);
    // Most certificates need no passphrase.
    const credential = keySignIn?.kind === 'certificate' && described?.kept === 'missing' && described.problem === null ? null : described;
    return {
      id: connection.id,
      name: connection.name,
      kind: connection.kind,
      reaches: reachesOf(connection),
      health: forbiddenHealth(services, connection) ?? healthWith(connection, credential, need, browserSignIn) ?? services.upstreams.healthOf(connection.id),
      isManaged: connection.isManaged,
      lastUsedAt: figures.lastUsedAt(connection.id),
      credential: viewCredential(services, connection.id, credential, browserSignIn, keySignIn),
      browserSignIn,
      keySignIn,
      access: accessOf(connection),
      callTimeoutSeconds: connection.callTimeoutSeconds,
    };
  });
}

/** What the organization forbids does not start, so it never gets to say so itself. */
function forbiddenHealth({ organization }: Services, connection: Connection): ConnectionView['health'] | undefined {
  const isForbidden = organization.isKnown && !organization.mayGiveFullAccess && accessOf(connection)?.kind === 'full';
  return isForbidden ? { state: 'failing', text: say('server.problem.fullAccess') } : undefined;
}

/** How a connection is because of its credential; undefined: as its service is. */
function healthWith({ kind }: Connection, credential: CredentialState | null, need: Message | null, browserSignIn: BrowserSignIn | null): ConnectionView['health'] | undefined {
  if (credential?.kept === 'locked') return { state: 'locked', text: say('connection.health.locked') };
  if (need !== null) return { state: 'needs_sign_in', text: need };
  if (credential?.kept !== 'missing') return undefined;
  if (browserSignIn !== null) return { state: 'needs_sign_in', text: say('connection.health.signInFirst') };
  return { state: 'needs_sign_in', text: credential.problem ?? say(kind === 'email' ? 'connection.health.noPassword' : 'connection.health.keyMissing') };
}

function whatOf(keySignIn: KeySignIn | null): NonNullable<ConnectionView['credential']>['what'] {
  if (keySignIn === null) return 'password';
  return keySignIn.kind === 'certificate' ? 'passphrase' : 'key';
}

function viewCredential(services: Services, id: ConnectionId, credential: CredentialState | null, browserSignIn: BrowserSignIn | null, keySignIn: KeySignIn | null): ConnectionView['credential'] {
  if (keySignIn !== null && keySignIn.program !== null) return { what: whatOf(keySignIn), kept: 'program', since: 0, lastUse: viewLastUse(services, id, services.keys.lastUse(id)) };
  if (credential === null || browserSignIn !== null) return keptByOAuth(services, browserSignIn);
  return { what: whatOf(keySignIn), kept: credential.kept, since: credential.since, lastUse: viewLastUse(services, id) };
}

function viewLastUse({ agents, credentials }: Services, id: ConnectionId, use = credentials.lastUse(id)): NonNullable<ConnectionView['credential']>['lastUse'] {
  const by = use?.by ?? null;
  return use && { at: use.at, by: by === null ? null : (agents.list().find((agent) => agent.id === by)?.name ?? by) };
}

/** Its tokens are held while the app runs, so when they were used last is known of the connection alone. */
function keptByOAuth({ credentials }: Services, signIn: BrowserSignIn | null): ConnectionView['credential'] {
  if (signIn === null || signIn.since === null) return null;
  if (credentials.isLocked) return { what: 'sign_in', kept: 'locked', since: signIn.since, lastUse: null };
  return { what: 'sign_in', kept: credentials.keychain === 'os' ? 'keychain' : 'session', since: signIn.since, lastUse: null };
}

function reachesOf(connection: Connection): string {
  const { kind, config } = connection;
  switch (kind) {
    case 'email':
      return addressOf(connection);
    case 'practice':
      return 'you@practice.example';
    case 'command':
      return [config['command'], ...(Array.isArray(config['args']) ? config['args'] : [])].map(textOf).join(' ');
    case 'workbench':
      return textOf(config['folder']);
    case 'remote':
      return shownAddress(textOf(config['url']));
  }
}

/** A service's address may carry a key that somebody pasted with it: what stands in its query is not shown. */
function shownAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  return url.search === '' ? address : `${url.origin}${url.pathname}?…`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function connectionProblems(connections: readonly ConnectionView[]): Message[] {
  return connections.filter(({ health }) => health.state === 'needs_sign_in').map(({ name }) => say('status.problem.signIn', { connection: name }));
}

function keychainProblems({ credentials, connections, keys, oauth }: Services): Message[] {
  const needsOne = connections.list().some((connection) => connection.kind === 'email' || keys.needsKeychain(connection) || typeof oauth.viewOf(connection)?.since === 'number');
  if (credentials.isLocked) return [say('status.problem.keychainLocked')];
  return credentials.keychain === 'session' && needsOne ? [say('status.problem.noKeychain')] : [];
}

function recordProblems({ activity }: Services): Message[] {
  return activity.isStopped ? [say('status.problem.record')] : [];
}

function socketProblems({ broker }: Services): Message[] {
  return broker.socketProblem === null ? [] : [say('status.problem.socket')];
}

function copiedProblems({ agents, alarms }: Services): Message[] {
  return alarms.list().map((id) => say('signedOut.text', { name: agents.get(id)?.name ?? id }));
}

export function startOfDay(instant: number): number {
  const day = new Date(instant);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}
