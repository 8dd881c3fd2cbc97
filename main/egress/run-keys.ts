import type { AgentId, ConnectionId, LentKey } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import { isFor, standIn } from '../model/lent-key.ts';
import { writePlace, type NetworkPlace } from '../model/network-place.ts';
import type { NetworkAttempt, NetworkDecision } from '../sandbox/network.ts';
import { ask, type Passed } from './ask.ts';
import { findPlace, standInsIn } from './key-places.ts';

type Request = Extract<NetworkAttempt, { readonly kind: 'request' }>;

/** A stand-in where it counts for nothing. `variable` null: it is none of this run's. */
export interface KeyMisuse {
  readonly variable: string | null;
  readonly host: string;
  readonly how: 'another_host' | 'unencrypted' | 'wrong_place' | 'content' | 'another_run';
}

export interface RunKeysParts {
  readonly gate: Pick<Gate, 'perform' | 'wait'>;
  /** Whether the rules refuse it by now. */
  readonly isForbidden: (variable: string, place: NetworkPlace) => boolean;
  /** The key itself; undefined: it cannot be had now. */
  readonly lend: (variable: string) => Promise<string | undefined>;
  readonly onMisuse: (misuse: KeyMisuse) => void;
  /** Hexadecimal digits that nobody guesses, 43 of them. */
  readonly random: () => string;
}

export interface RunKeysOf {
  readonly agent: AgentId;
  /** The workbench that lends them. */
  readonly connection: ConnectionId;
  readonly program: string;
  readonly keys: readonly LentKey[];
}

const longestProgram = 300;
/** Misuses of one run that are told: each kind at each host once. */
const mostMisuses = 50;

/**
 * The keys that one run is lent. Inside it sees stand-ins alone, which are worth something in this run, on verified TLS, at a
 * key's own hosts and in its own place of a request; and nothing any more once the run is over.
 */
export class RunKeys {
  /** What the run sees of them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #parts: RunKeysParts;
  readonly #of: RunKeysOf;
  readonly #keys: Map<string, LentKey>;
  readonly #answers = new Map<string, Promise<Passed>>();
  readonly #told = new Set<string>();
  readonly #end = new AbortController();

  constructor(parts: RunKeysParts, of: RunKeysOf) {
    this.#parts = parts;
    this.#of = of;
    this.#keys = new Map(of.keys.map((key) => [`cst_${parts.random()}`, key]));
    this.environment = Object.fromEntries([...this.#keys].map(([mark, { variable }]) => [variable, mark]));
  }

  /** What becomes of a request that may pass. */
  async decide(place: NetworkPlace, request: Request): Promise<NetworkDecision> {
    for (const mark of standInsIn(request, standIn)) {
      const key = this.#keys.get(mark);
      const put = key === undefined ? null : this.#placeFor(key, mark, place, request);
      if (key === undefined) this.#tell(null, place.host, 'another_run');
      else if (typeof put === 'string') this.#tell(key.variable, place.host, put);
      else if (put !== null) return await this.#use(key, place, put);
    }
    return { effect: 'allow' };
  }

  /** Something that looks like a stand-in was in what a request brought. */
  foundInContent(host: string, mark: string): void {
    const key = this.#keys.get(mark);
    this.#tell(key?.variable ?? null, host, key === undefined ? 'another_run' : 'content');
  }

  close(): void {
    this.#keys.clear();
    this.#end.abort();
  }

  /** How the key is put into the request, or why its stand-in counts for nothing there. */
  #placeFor(key: LentKey, mark: string, place: NetworkPlace, request: Request): ReturnType<typeof findPlace> | KeyMisuse['how'] {
    if (!isFor(key, place)) return 'another_host';
    if (request.scheme !== 'https') return 'unencrypted';
    return findPlace(key, mark, request) ?? 'wrong_place';
  }

  async #use({ variable }: LentKey, place: NetworkPlace, put: NonNullable<ReturnType<typeof findPlace>>): Promise<NetworkDecision> {
    // An answer of before stands only while it might be given again.
    const passed = await this.#once(variable, place, this.#parts.isForbidden(variable, place) ? 'anew' : '');
    if (!passed.isAllowed) return { effect: 'deny', reason: passed.reason.replaceAll(/\s+/g, ' ') };
    const secret = this.#end.signal.aborted ? undefined : await this.#parts.lend(variable);
    if (secret === undefined) return { effect: 'deny', reason: `The key ${variable} cannot be had now. Ask the person to look at the connection.` };
    return { effect: 'allow', ...put(secret) };
  }

  #once(variable: string, place: NetworkPlace, round: string): Promise<Passed> {
    const name = `${variable} ${writePlace(place)} ${round}`;
    const { agent, connection, program } = this.#of;
    const answer = this.#answers.get(name) ?? ask(this.#parts.gate, { kind: 'useCredential', agent, connection, name: variable, arguments: { ...place, program: program.length > longestProgram ? `${program.slice(0, longestProgram)}…` : program }, signal: this.#end.signal });
    this.#answers.set(name, answer);
    return answer;
  }

  #tell(variable: string | null, host: string, how: KeyMisuse['how']): void {
    const name = JSON.stringify([variable, host, how]);
    if (this.#told.has(name) || this.#told.size >= mostMisuses) return;
    this.#told.add(name);
    this.#parts.onMisuse({ variable, host, how });
  }
}
