import type { ActionId, AgentId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import type { Decision, Facts } from '../model/action.ts';
import { networksWithout } from '../model/networks.ts';
import { placeFacts, readPlace, specialNetworks, theNetwork, writePlace, type NetworkPlace, type SeenRequest } from '../model/network-place.ts';
import type { NetworkAttempt, NetworkDecider, NetworkDecision } from '../sandbox/network.ts';
import { ask } from './ask.ts';
import type { RunKeys } from './run-keys.ts';

export interface EgressParts {
  readonly gate: Pick<Gate, 'perform' | 'wait'>;
  /** What the rules say of a request, without an action: most requests to a place that was let through need none. */
  readonly decide: (agent: AgentId, name: string, facts: Facts) => Decision;
  /** False while anything is paused that this agent needs, and once it was forgotten. */
  readonly mayPass: (agent: AgentId) => boolean;
  /** Whether connections that cannot be seen into are refused. */
  readonly refusesOpaque: () => boolean;
  /** Networks (CIDR) that the lists of places allow: names may lead there. */
  readonly allowedNetworks: () => readonly string[];
  /** Told of each request that passes; kept in the record. */
  onRequest(action: ActionId, request: SeenRequest): void;
}

export interface EgressOf {
  readonly agent: AgentId;
  /** What runs, as the person reads it: "python3 reconcile.py". */
  readonly program: string;
  /** The keys that it is lent; absent: none. */
  readonly keys?: RunKeys;
}

type Passed = { readonly isAllowed: true; readonly action: ActionId; readonly rules: string } | { readonly isAllowed: false; readonly reason: string };

/** More places than that no run needs; a scan of the network does. */
const mostPlaces = 200;
/** Requests of one run that are written down one by one. */
const mostRecorded = 500;
const longestProgram = 300;
const longestPath = 2000;

/**
 * Brings what one run attempts on the network to the gate, each place once: whoever comes later waits for the same answer, and
 * it holds until the run ends, a refusal too. Requests that can be seen are held against the rules one by one.
 */
export class Egress implements NetworkDecider {
  /** Requests are seen wherever they can be. */
  readonly isInspected = true;
  readonly refusesOpaque: boolean;
  readonly refusedNetworks: readonly string[];
  readonly #parts: EgressParts;
  readonly #of: EgressOf;
  readonly #answers = new Map<string, Promise<Passed>>();
  readonly #end = new AbortController();
  #recorded = 0;

  constructor(parts: EgressParts, of: EgressOf) {
    this.#parts = parts;
    this.#of = of;
    this.refusesOpaque = parts.refusesOpaque();
    this.refusedNetworks = networksWithout(specialNetworks, parts.allowedNetworks());
  }

  async decide(attempt: NetworkAttempt): Promise<NetworkDecision> {
    const place = readPlace(attempt.host, attempt.port);
    if (place === null) return deny('This is no place on the network.');
    const passed = await this.#reach(place);
    if (!passed.isAllowed) return deny(passed.reason);
    // An answer of before stands only while it might be given again.
    if (!this.#parts.mayPass(this.#of.agent)) return deny('Countersign is paused.');
    if (this.#rulesFor(place).answer === 'deny') return await this.#bringAnew(place);
    if (attempt.kind === 'connect') return { effect: 'allow' };
    const decision = await this.#request(place, { method: attempt.method, path: pathOf(attempt.target) }, passed);
    return decision.effect === 'deny' || this.#of.keys === undefined ? decision : await this.#of.keys.decide(place, attempt);
  }

  get foundInContent(): NetworkDecider['foundInContent'] {
    const { keys } = this.#of;
    return keys && ((host, mark) => keys.foundInContent(host, mark));
  }

  /** The run is over: questions that are still open are taken back, and what it was lent is worth nothing any more. */
  close(): void {
    this.#end.abort();
    this.#of.keys?.close();
  }

  /** The rules have changed since: the attempt takes the whole way once more, so that it is recorded. */
  async #bringAnew(place: NetworkPlace): Promise<NetworkDecision> {
    const answer = await this.#once(`${writePlace(place)} anew`, () => this.#bring(place));
    return answer.isAllowed ? { effect: 'allow' } : deny(answer.reason);
  }

  #reach(place: NetworkPlace): Promise<Passed> {
    return this.#once(writePlace(place), () => this.#bring(place));
  }

  async #request(place: NetworkPlace, request: SeenRequest, passed: Passed & { isAllowed: true }): Promise<NetworkDecision> {
    const decision = this.#rulesFor(place, request);
    // The person said yes to the place, by the same rules: that is this request's answer too.
    const isCovered = decision.answer === 'allow' || (decision.answer === 'ask' && decision.signing === undefined && rulesOf(decision) === passed.rules);
    if (!isCovered) {
      const answer = await this.#once(`${writePlace(place)} ${request.method} ${request.path}`, () => this.#bring(place, request));
      if (!answer.isAllowed) return deny(answer.reason);
    }
    if (this.#recorded < mostRecorded) this.#parts.onRequest(passed.action, request);
    this.#recorded += 1;
    return { effect: 'allow' };
  }

  #once(key: string, ask: () => Promise<Passed>): Promise<Passed> {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size >= mostPlaces) return Promise.resolve({ isAllowed: false, reason: 'This run has tried too many places.' });
    const answer = ask();
    this.#answers.set(key, answer);
    return answer;
  }

  #rulesFor(place: NetworkPlace, request?: SeenRequest): Decision {
    return this.#parts.decide(this.#of.agent, writePlace(place), placeFacts(place, request));
  }

  async #bring(place: NetworkPlace, request?: SeenRequest): Promise<Passed> {
    const { agent, program } = this.#of;
    const { gate } = this.#parts;
    const { signal } = this.#end;
    const rules = rulesOf(this.#rulesFor(place, request));
    const shown = program.length > longestProgram ? `${program.slice(0, longestProgram)}…` : program;
    const passed = await ask(gate, { kind: 'connect', agent, connection: theNetwork, name: writePlace(place), arguments: { ...place, ...request, program: shown }, signal });
    return passed.isAllowed ? { isAllowed: true, action: passed.answer.action, rules } : passed;
  }
}

/** Which rules spoke: a request that others speak of is another question. */
function rulesOf({ layer, policies }: Decision): string {
  return JSON.stringify([layer, [...policies].sort()]);
}

/** Without the query: what stands there is often private, and no rule is about it. */
function pathOf(target: string): string {
  return (target.split('?')[0] ?? '').slice(0, longestPath);
}

function deny(reason: string): NetworkDecision {
  return { effect: 'deny', reason: reason.replaceAll(/\s+/g, ' ') };
}
