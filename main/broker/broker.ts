import type { AgentId, ConnectionId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import type { Clock } from '../model/clock.ts';
import type { Reach } from '../model/reach.ts';
import type { Catalog } from './catalog.ts';
import { closeDoors, openDoors } from './doors.ts';
import type { PresentedToken } from './entry-checks.ts';
import type { EntryRefusal, TokenCheck, TokenRefusal } from './entry.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { LineDoor } from './line-door.ts';
import { RunSocket, type RunSocketStart } from './run-socket.ts';
import type { AppStatus } from './shim-protocol.ts';
import { ShimSocket } from './shim-socket.ts';
import { throttled } from './throttle.ts';
import type { WebPaths } from './web-paths.ts';

/** `main/tokens`, as the broker sees it. */
export interface BrokerTokens {
  issue(agent: AgentId): { readonly token: string; readonly expiresAt: number };
  check(
    token: string,
  ):
    | { readonly agent: AgentId; readonly reach: Reach; readonly audience: ConnectionId | null; readonly boundTo: string | null }
    | { readonly refused: 'unknown' | 'expired' }
    | { readonly refused: 'taken_back'; readonly agent: AgentId };
}

/** The authorization server and what checks proofs of possession, in `main/tokens`, as the broker sees them. */
export interface BrokerSignIn extends WebPaths {
  readonly proofAlgorithms: readonly string[];
  checkProof(request: {
    readonly proof: string;
    readonly method: string;
    readonly addresses: readonly string[];
    readonly token: string;
  }): Promise<{ readonly kind: 'proven'; readonly thumbprint: string } | { readonly kind: 'refused'; readonly why: 'bad_proof' | 'reused_proof' }>;
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
  readonly signIn: BrokerSignIn;
  /** Everything is paused. */
  readonly isPaused: () => boolean;
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
  /** A socket for one run of one agent, which ends with it (`close`) and at the latest with the agent. */
  openRunSocket(agent: AgentId, reach: Reach): Promise<RunSocketStart>;
  /** Ends everything that is open over HTTP: no token is good any more. The command's connections go on. */
  endVisits(): void;
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
    signIn: parts.signIn,
    checkToken: (presented) => checkToken(parts, presented),
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
  const runs = new Set<RunSocket>();
  const endRuns = async (matches: (run: RunSocket) => boolean): Promise<void> => {
    const ended = [...runs].filter(matches);
    for (const run of ended) runs.delete(run);
    await Promise.all(ended.map((run) => run.close()));
  };
  return {
    mcpUrl: http.url,
    socketProblem: shim.ok ? null : { why: shim.why, text: shim.text },
    disconnect(agent) {
      doors.modern.cutOff(agent);
      if (shim.ok) shim.socket.disconnect(agent);
      http.disconnect(agent);
      for (const run of runs) if (run.caller.agent === agent) run.disconnect();
      if (agents.get(agent) === undefined) void endRuns((run) => run.caller.agent === agent);
    },
    async openRunSocket(agent, reach) {
      const opened = await RunSocket.open(
        {
          place: parts.socketPlace,
          clock,
          serve: (socket, caller) => LineDoor.open(doors, socket, caller),
          isPaired: (id) => agents.get(id) !== undefined,
          onSeen: (id) => agents.touch(id),
        },
        { agent, reach },
      );
      if (opened.ok) runs.add(opened.socket);
      return opened;
    },
    endVisits: () => http.disconnectAll(),
    async close() {
      closeDoors(doors);
      await Promise.all([http.close(), shim.ok ? shim.socket.close() : undefined, endRuns(() => true)]);
    },
  };
}

/** A token opens only at the address it is for, with its proof if it is bound to a key, and while its agent is paired and not paused. */
function checkToken(parts: BrokerParts, presented: PresentedToken): TokenCheck | Promise<TokenCheck> {
  const answer = parts.tokens.check(presented.token);
  if ('refused' in answer) {
    // Who holds a token that ended by a pause is told of the pause, and does not go and sign in again.
    if (answer.refused === 'taken_back') return refused(pauseOf(parts, answer.agent) ?? 'taken_back_token');
    return refused(answer.refused === 'expired' ? 'expired_token' : 'unknown_token');
  }
  if (answer.audience !== null && answer.audience !== presented.only) return refused('foreign_audience');
  const letIn = (): TokenCheck => {
    const { agent, reach } = answer;
    if (parts.agents.get(agent) === undefined) return refused('unknown_token');
    const paused = parts.agents.get(agent)?.isPaused === true ? 'paused_agent' : undefined;
    if (paused !== undefined) return refused(paused);
    parts.agents.touch(agent);
    return { kind: 'caller', caller: { agent, reach } };
  };
  // A proof proves nothing of a token that is bound to none, and a scheme says which of the two it is.
  if (answer.boundTo === null) return presented.scheme === 'Bearer' ? letIn() : refused('bad_proof');
  return checkBound(parts.signIn, presented, answer.boundTo, letIn);
}

async function checkBound(signIn: BrokerSignIn, { scheme, token, proof, method, addresses }: PresentedToken, boundTo: string, letIn: () => TokenCheck): Promise<TokenCheck> {
  if (scheme !== 'DPoP' || proof === undefined) return refused('missing_proof');
  const answer = await signIn.checkProof({ proof, method, addresses, token });
  if (answer.kind === 'refused') return refused(answer.why);
  return answer.thumbprint === boundTo ? letIn() : refused('bad_proof');
}

function pauseOf({ agents, isPaused }: BrokerParts, agent: AgentId): 'all_paused' | 'paused_agent' | undefined {
  if (isPaused()) return 'all_paused';
  return agents.get(agent)?.isPaused === true ? 'paused_agent' : undefined;
}

function refused(why: TokenRefusal): TokenCheck {
  return { kind: 'refused', why };
}
