import type { Agent, Approval, BrowserSignIn, Connection as ConnectionView, ConnectionId, Message, Rules, Snapshot, Status } from '../../preload/contract.ts';
import type { Connection } from '../connections/connection.ts';
import type { CredentialState } from '../credentials/credential.ts';
import { addressOf } from '../mail-accounts.ts';
import { say } from '../model/say.ts';
import type { RecordFigures } from './record-figures.ts';
import type { Services } from './services.ts';

/** What was last found out about the record's chain. */
export type RecordState = Status['record'];

/** The part that is made anew each time; `approvals` and `connections` are what the same snapshot shows of them. */
export function viewStatus(services: Services, record: RecordState, approvals: readonly Approval[], connections: readonly ConnectionView[]): Status {
  const { activity, broker, credentials, organization, pause, policy, settings, shell, version } = services;
  const problems = [...organization.problems, ...settings.problems(), ...policy.problems(), ...connectionProblems(connections), ...keychainProblems(services), ...socketProblems(services), ...recordProblems(services)];
  return {
    version,
    shell: shell.kind,
    isPaused: pause.isPaused,
    tray: trayState(pause.isPaused, approvals, problems),
    keychain: credentials.keychain,
    problems,
    mcpUrl: broker.mcpUrl,
    managedBy: organization.managedBy,
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

/** Waiting, and answered since that instant. */
export function viewApprovals({ approvals }: Services, since: number): Approval[] {
  return [...approvals.list(since)];
}

function trayState(isPaused: boolean, approvals: readonly Approval[], problems: readonly Message[]): Status['tray'] {
  if (isPaused) return 'paused';
  if (approvals.some(({ answer }) => answer === null)) return 'waiting';
  return problems.length > 0 ? 'attention' : 'quiet';
}

export function viewAgents({ agents, connections }: Services, figures: RecordFigures): Agent[] {
  const all = connections.list();
  return agents.list().map((agent) => ({
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
  }));
}

/** A mailbox of which it is not known yet whether its password is there is left out: the keychain answers in a moment. */
export function viewConnections(services: Services, figures: RecordFigures, credentials: ReadonlyMap<ConnectionId, CredentialState>): ConnectionView[] {
  return services.connections.list().flatMap((connection) => {
    const credential = credentials.get(connection.id) ?? null;
    if (connection.kind === 'email' && credential === null) return [];
    const isSignedOut = credential?.kept === 'missing';
    const need = services.oauth.needOf(connection.id);
    const browserSignIn = services.oauth.viewOf(connection);
    return {
      id: connection.id,
      name: connection.name,
      kind: connection.kind,
      reaches: reachesOf(connection),
      health: isSignedOut || need !== null ? { state: 'needs_sign_in' as const, text: need ?? say(browserSignIn === null ? 'connection.health.noPassword' : 'connection.health.signInFirst') } : services.upstreams.healthOf(connection.id),
      isManaged: connection.isManaged,
      lastUsedAt: figures.lastUsedAt(connection.id),
      credential: credential === null || browserSignIn !== null ? keptByOAuth(services, browserSignIn) : { kept: credential.kept, since: credential.since },
      browserSignIn,
      callTimeoutSeconds: connection.callTimeoutSeconds,
    };
  });
}

function keptByOAuth({ credentials }: Services, signIn: BrowserSignIn | null): ConnectionView['credential'] {
  if (signIn === null || signIn.since === null) return null;
  return { kept: credentials.keychain === 'os' ? 'keychain' : 'session', since: signIn.since };
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
    case 'remote':
      return textOf(config['url']);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function connectionProblems(connections: readonly ConnectionView[]): Message[] {
  return connections.filter(({ health }) => health.state === 'needs_sign_in').map(({ name }) => say('status.problem.signIn', { connection: name }));
}

function keychainProblems({ credentials, connections, oauth }: Services): Message[] {
  const needsOne = connections.list().some((connection) => connection.kind === 'email' || typeof oauth.viewOf(connection)?.since === 'number');
  return credentials.keychain === 'session' && needsOne ? [say('status.problem.noKeychain')] : [];
}

function recordProblems({ activity }: Services): Message[] {
  return activity.isStopped ? [say('status.problem.record')] : [];
}

function socketProblems({ broker }: Services): Message[] {
  return broker.socketProblem === null ? [] : [say('status.problem.socket')];
}

export function startOfDay(instant: number): number {
  const day = new Date(instant);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}
