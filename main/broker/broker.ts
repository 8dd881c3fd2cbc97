import type { AgentId, ConnectionId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import type { Clock } from '../model/clock.ts';
import type { Catalog } from './catalog.ts';
import { closeDoors, openDoors } from './doors.ts';
import type { EntryRefusal, TokenCheck } from './entry.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { LineDoor } from './line-door.ts';
import type { AppStatus } from './shim-protocol.ts';
import { ShimSocket } from './shim-socket.ts';
import { throttled } from './throttle.ts';

/** `main/tokens`, as the broker sees it. */
export interface BrokerTokens {
  issue(agent: AgentId): { readonly token: string; readonly expiresAt: number };
  check(
    token: string,
  ): { readonly agent: AgentId; readonly scopes: { readonly connections: readonly ConnectionId[] | null } } | { readonly refused: 'unknown' | 'expired' };
}

/** `main/agents`, as the broker sees it. */
export interface BrokerAgents {
  list(): readonly { readonly id: AgentId; readonly name: string; readonly isPaused: boolean }[];
  get(agent: AgentId): { readonly isPaused: boolean; readonly toolMode: 'all' | 'search'; readonly callsPerMinute: number } | undefined;
  touch(agent: AgentId): void;
  requirePaired(agent: AgentId, proposedName: string): Promise<'paired' | 'refused' | 'busy'>;
}

export interface BrokerParts {
  readonly gate: Gate;
  readonly catalog: Catalog;
  readonly tokens: BrokerTokens;
  readonly agents: BrokerAgents;
  readonly clock: Clock;
  readonly version: string;
  /** 7317 unless it is set otherwise; when it is taken, any free port. */
  readonly preferredPort: number;
  readonly allowedOrigins: readonly string[];
  readonly socketPlace: { readonly path: string; readonly folder: string | null };
  /** At most once in 10 seconds for each kind. */
  onRefusedEntry(why: EntryRefusal): void;
  /** What `countersign status` tells; the agents are added here. */
  status(mcpUrl: string): Omit<AppStatus, 'agents'>;
}

export interface Broker {
  /** The address agents connect to. */
  readonly mcpUrl: string;
  /** Set when the `countersign` command cannot reach this app; HTTP works all the same. */
  readonly socketProblem: { readonly why: 'unsafe_folder' | 'already_running' | 'unusable'; readonly text: string } | null;
  /** Ends everything an agent has open: it was paused or forgotten. */
  disconnect(agent: AgentId): void;
  close(): Promise<void>;
}

/** Opens both doors: the loopback endpoint and the command's socket. */
export async function startBroker(parts: BrokerParts): Promise<Broker> {
  const { agents, clock } = parts;
  const doors = openDoors({ ...parts, optionsOf: (agent) => agents.get(agent) });
  const onRefusedEntry = throttled((why) => parts.onRefusedEntry(why), clock);
  const http = await HttpEndpoint.start({
    preferredPort: parts.preferredPort,
    allowedOrigins: parts.allowedOrigins,
    ...doors,
    onRefusedEntry,
    checkToken: (token) => checkToken(parts, token),
  });
  const shim = await ShimSocket.start({
    place: parts.socketPlace,
    clock,
    serve: (socket, caller) => LineDoor.open(doors, socket, caller),
    onRefusedEntry,
    isPaired: (agent) => parts.agents.get(agent) !== undefined,
    isPaused: (agent) => parts.agents.get(agent)?.isPaused ?? true,
    requirePaired: (agent, name) => parts.agents.requirePaired(agent, name),
    issueToken: (agent) => parts.tokens.issue(agent),
    onSeen: (agent) => parts.agents.touch(agent),
    status: () => ({ ...parts.status(http.url), agents: parts.agents.list().map(({ id, name, isPaused }) => ({ id, name, isPaused })) }),
  });
  return {
    mcpUrl: http.url,
    socketProblem: shim.ok ? null : { why: shim.why, text: shim.text },
    disconnect(agent) {
      doors.modern.cutOff(agent);
      if (shim.ok) shim.socket.disconnect(agent);
      http.disconnect(agent);
    },
    async close() {
      closeDoors(doors);
      await Promise.all([http.close(), shim.ok ? shim.socket.close() : undefined]);
    },
  };
}

/** A token opens only while its agent is paired and not paused. */
function checkToken({ tokens, agents }: BrokerParts, token: string): TokenCheck {
  const answer = tokens.check(token);
  if ('refused' in answer) return { kind: 'refused', why: answer.refused === 'expired' ? 'expired_token' : 'unknown_token' };
  const agent = agents.get(answer.agent);
  if (agent === undefined) return { kind: 'refused', why: 'unknown_token' };
  if (agent.isPaused) return { kind: 'refused', why: 'paused_agent' };
  agents.touch(answer.agent);
  return { kind: 'caller', caller: { agent: answer.agent, connections: answer.scopes.connections } };
}
