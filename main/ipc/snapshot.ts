import type { Agent, Approval, Connection as ConnectionView, Message, Snapshot, Status } from '../../preload/contract.ts';
import type { Connection } from '../connections/connection.ts';
import { addressOf } from '../mail-accounts.ts';
import { say } from '../model/say.ts';
import type { Services } from './services.ts';

const weekMs = 7 * 24 * 60 * 60 * 1000;

/** What was last found out about the record's chain. */
export type RecordState = Status['record'];

/** The whole of what a renderer may know, put together from the services. */
export async function takeSnapshot(services: Services, record: RecordState): Promise<Snapshot> {
  const { approvals, gate, settings, policy, activity, connections } = services;
  const [agents, connectionViews] = await Promise.all([viewAgents(services), viewConnections(services)]);
  const known = settings.get();
  const list = approvals.list(startOfDay(services.clock.now()));
  const problems = [...services.organization.problems, ...settings.problems(), ...policy.problems(), ...connectionProblems(connectionViews), ...keychainProblems(services), ...socketProblems(services), ...recordProblems(services)];
  return {
    status: {
      version: services.version,
      shell: services.shell.kind,
      isPaused: services.pause.isPaused,
      tray: trayState(services.pause.isPaused, list, problems),
      keychain: services.credentials.keychain,
      problems,
      mcpUrl: services.broker.mcpUrl,
      managedBy: services.organization.managedBy,
      record,
      activityRevision: activity.revision,
    },
    settings: known,
    lockedSettings: [...settings.lockedKeys()],
    approvals: [...list],
    held: [...gate.held()],
    agents,
    connections: connectionViews,
    rules: {
      profile: settings.rulesProfile().profile,
      isProfileLocked: settings.rulesProfile().isLocked,
      list: [...policy.list((id) => connections.list().find((connection) => connection.id === id)?.name ?? id)],
    },
  };
}

function trayState(isPaused: boolean, approvals: readonly Approval[], problems: readonly Message[]): Status['tray'] {
  if (isPaused) return 'paused';
  if (approvals.some(({ answer }) => answer === null)) return 'waiting';
  return problems.length > 0 ? 'attention' : 'quiet';
}

async function viewAgents({ agents, activity, connections, clock }: Services): Promise<Agent[]> {
  const since = clock.now() - weekMs;
  const all = connections.list();
  return Promise.all(
    agents.list().map(async (agent) => ({
      id: agent.id,
      name: agent.name,
      isPaused: agent.isPaused,
      isManaged: agent.isManaged,
      isPractice: agent.isPractice,
      pairedAt: agent.pairedAt,
      lastSeenAt: agent.lastSeenAt,
      askedThisWeek: await activity.askedSince(agent.id, since),
      connections: all.filter(({ id }) => agent.connections?.includes(id) ?? true).map(({ id, name }) => ({ id, name })),
      usesEveryConnection: agent.connections === null,
      waitSeconds: agent.waitSeconds,
      toolMode: agent.toolMode,
      callsPerMinute: agent.callsPerMinute,
      lockedOptions: [...agent.lockedOptions],
    })),
  );
}

async function viewConnections({ connections, upstreams, credentials, activity }: Services): Promise<ConnectionView[]> {
  const lastUsed = await activity.lastUsed();
  return Promise.all(
    connections.list().map(async (connection) => {
      const credential = connection.kind === 'email' ? await credentials.describe(connection.id) : null;
      const health = upstreams.healthOf(connection.id);
      const isSignedOut = credential?.kept === 'missing';
      return {
        id: connection.id,
        name: connection.name,
        kind: connection.kind,
        reaches: reachesOf(connection),
        health: isSignedOut ? { state: 'needs_sign_in' as const, text: say('connection.health.noPassword') } : health,
        isManaged: connection.isManaged,
        lastUsedAt: lastUsed.get(connection.id) ?? null,
        credential: credential && { kept: credential.kept, since: credential.since },
      };
    }),
  );
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

function keychainProblems({ credentials, connections }: Services): Message[] {
  const needsOne = connections.list().some(({ kind }) => kind === 'email');
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
