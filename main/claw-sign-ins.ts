import type { DatabaseSync } from 'node:sqlite';
import type { AgentId, ConnectionId } from '../preload/contract.ts';
import type { Agents } from './agents/agents.ts';
import type { Pairing } from './agents/pairings.ts';
import type { Approvals } from './approvals/approvals.ts';
import { pairingQuestion, signInQuestion } from './approvals/pairing-question.ts';
import type { BrokerSignIn } from './broker/broker.ts';
import { createWaryFetch } from './connections/oauth/wary-fetch.ts';
import { steadyClock, type Clock } from './model/clock.ts';
import { Emitter, type Dispose } from './model/disposable.ts';
import type { FormatText } from './text/text.ts';
import { proofAlgorithms, Proofs } from './tokens/proofs.ts';
import { SignInServer } from './tokens/sign-in-server.ts';
import type { TokenEvent } from './tokens/token-event.ts';
import type { Tokens } from './tokens/tokens.ts';

export interface PersonParts {
  readonly approvals: Approvals;
  readonly canAsk: () => boolean;
  readonly connectionName: (id: ConnectionId) => string;
}

/** How the person is asked whether a program may become a Claw, or come back as one. */
export function askAboutClaws({ approvals, canAsk, connectionName }: PersonParts): Pairing {
  return {
    async ask(id, name, signIn) {
      if (!canAsk()) return 'denied';
      const asked = approvals.ask(signIn === undefined ? pairingQuestion(id, name) : signInQuestion(id, name, signIn, connectionName));
      const withdraw = (): void => approvals.withdraw(asked.approval.id);
      signIn?.signal.addEventListener('abort', withdraw, { once: true });
      const { answer } = await asked.answer;
      signIn?.signal.removeEventListener('abort', withdraw);
      // What the program took back, it may ask again; what the app took back is a no.
      if (answer === 'withdrawn') return signIn?.signal.aborted === true ? 'timed_out' : 'denied';
      return answer;
    },
  };
}

export interface ClawSignInParts {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly tokens: Tokens;
  readonly agents: Agents;
  readonly isPaused: () => boolean;
  readonly text: FormatText;
  /** Of those texts. */
  readonly language: () => string;
  readonly mcpUrl: () => string;
  readonly onEvent: (event: TokenEvent) => void;
  /** A sign-in of that agent ended because somebody else may hold it. */
  readonly onAlarm: (agent: AgentId, why: TokenEvent['why']) => void;
  readonly onRefused: () => void;
}

export interface ClawSignIns {
  readonly server: SignInServer;
  /** What the broker's endpoint hands over. */
  readonly door: BrokerSignIn;
  readonly alarms: Alarms;
}

/** Claws whose sign-in somebody may have copied, until the person lets them in again. */
export interface Alarms {
  list(): readonly AgentId[];
  onChange(listener: () => void): Dispose;
}

/** Ties the authorization server for Claws to the agents, the person and the endpoint. */
export function createClawSignIns(parts: ClawSignInParts): ClawSignIns {
  const { agents, clock, database, isPaused, language, mcpUrl, onAlarm, onEvent, onRefused, text, tokens } = parts;
  const alarmed = new Set<AgentId>();
  const changed = new Emitter<void>();
  const calm = (agent: AgentId): void => {
    if (alarmed.delete(agent)) changed.emit();
  };
  agents.onChange(({ agent, change }) => change === 'forgotten' && calm(agent));
  // A proof tells the time of the program that made it, by the wall.
  const proofs = new Proofs(clock);
  // A client's document is on the public web or it is none (client ID metadata documents, section 6).
  const fetch = createWaryFetch({ named: [] });
  const stateOf = (id: AgentId): 'active' | 'paused' | undefined => {
    const agent = agents.get(id);
    return agent && (isPaused() || agent.isPaused ? 'paused' : 'active');
  };
  const server = new SignInServer({
    database,
    // Codes and sign-ins last for some time; another time on the wall changes nothing of it.
    clock: steadyClock(clock),
    tokens,
    proofs,
    port: () => Number(new URL(mcpUrl()).port),
    fetchDocument: (url) => fetch(url, { headers: { accept: 'application/json' } }),
    async ask({ agent, name, ...request }) {
      const answer = await agents.signIn(agent, name, request);
      if (answer.kind === 'no') onRefused();
      if (answer.kind === 'yes') calm(answer.agent);
      return answer;
    },
    text,
    language,
    stateOf,
    onEvent(event) {
      onEvent(event);
      if (event.agent === null || !event.isSignedOut) return;
      alarmed.add(event.agent);
      changed.emit();
      onAlarm(event.agent, event.why);
    },
  });
  return {
    server,
    alarms: { list: () => [...alarmed], onChange: (listener) => changed.on(listener) },
    door: { proofAlgorithms, owns: (path) => server.owns(path), answer: (request) => server.answer(request), checkProof: (request) => proofs.check(request) },
  };
}
