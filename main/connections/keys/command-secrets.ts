import canonicalize from 'canonicalize';
import type { ConnectionId, Message, SecretCommand } from '../../../preload/contract.ts';
import type { Clock } from '../../model/clock.ts';
import { disarmLine } from '../../model/disarm.ts';
import type { Dispose } from '../../model/disposable.ts';
import { say } from '../../model/say.ts';
import { ConnectionProblem } from '../connection.ts';
import { runSecretCommand, type SecretCommandProblem } from './secret-command.ts';

export interface CommandSecretsOptions {
  readonly clock: Clock;
  /** Tells what must be kept from being seen; an empty list: what it was is in use no longer. */
  know(id: ConnectionId, secrets: readonly string[]): void;
}

/** Milliseconds that a secret is used before its program is asked again (10 minutes). */
const longestUse = 10 * 60_000;
/** Milliseconds without another run after one that failed: agents ask often, and each run may bring up a window. */
const pause = 15_000;

interface Entry {
  /** The command that it comes from, as one text (JCS, RFC 8785): another command is another secret. */
  readonly from: string;
  readonly abort: AbortController;
  /** Settles once; rejects with a `ConnectionProblem`. */
  readonly secret: Promise<string>;
  stopTimer: Dispose;
}

/** Secrets that programs give, such as `op read …`: in memory alone, for at most 10 minutes. */
export class CommandSecrets {
  readonly #options: CommandSecretsOptions;
  readonly #entries = new Map<ConnectionId, Entry>();

  constructor(options: CommandSecretsOptions) {
    this.#options = options;
  }

  /** One run for all who want it at the same time. @throws {ConnectionProblem} when the program gives none. */
  get(id: ConnectionId, command: SecretCommand): Promise<string> {
    const from = canonicalize(command) ?? '';
    const known = this.#entries.get(id);
    if (known?.from === from) return known.secret;
    this.drop(id);
    const abort = new AbortController();
    const entry: Entry = { from, abort, secret: this.#run(id, command, abort.signal), stopTimer: () => undefined };
    this.#entries.set(id, entry);
    const keepFor = (milliseconds: number): void => {
      if (this.#entries.get(id) === entry) entry.stopTimer = this.#options.clock.after(milliseconds, () => this.drop(id));
    };
    entry.secret.then(
      () => keepFor(longestUse),
      () => keepFor(pause),
    );
    return entry.secret;
  }

  /** Another in place of one that was refused; the same when the program has no other. @throws {ConnectionProblem} */
  async renew(id: ConnectionId, command: SecretCommand, refused: string): Promise<string> {
    const current = await this.get(id, command);
    if (current !== refused) return current;
    this.drop(id);
    return this.get(id, command);
  }

  /** It is not used any more, and a program that runs for it is ended. */
  drop(id: ConnectionId): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    entry.stopTimer();
    entry.abort.abort();
    this.#options.know(id, []);
  }

  dropAll(): void {
    for (const id of this.#entries.keys()) this.drop(id);
  }

  async #run(id: ConnectionId, command: SecretCommand, signal: AbortSignal): Promise<string> {
    const given = await runSecretCommand(command, { signal });
    if (!given.ok) throw explain(programOf(command), given.problem);
    // Known to the scrubber before anything else sees it. What nobody waits for any more is known too: it was read.
    this.#options.know(id, [given.secret]);
    if (signal.aborted) throw explain(programOf(command), { kind: 'cancelled' });
    return given.secret;
  }
}

/** The program, as a person may be shown it; never its arguments. */
export function programOf({ command }: SecretCommand): string {
  return disarmLine(command.split(/[/\\]/).at(-1) ?? command).slice(0, 80);
}

function explain(program: string, problem: SecretCommandProblem): ConnectionProblem {
  const fails = (text: Message, forAgents: string): ConnectionProblem => new ConnectionProblem('failing', text, `The program "${program}" ${forAgents}, so the service was not asked. Nothing was done.`);
  switch (problem.kind) {
    case 'not_found':
      return fails(say('connection.health.program.notFound', { program }), 'that gives the key was not found');
    case 'not_started':
      return fails(say('connection.health.program.notStarted', { program }), 'that gives the key could not be started');
    case 'failed':
      return fails(say('connection.health.program.failed', { program, status: problem.status }), `gave no key (exit status ${problem.status})`);
    case 'too_late':
      return fails(say('connection.health.program.tooLate', { program }), 'gave no key within 30 s');
    case 'too_long':
    case 'not_text':
      return fails(say('connection.health.program.notAKey', { program }), 'gave something that is no key');
    case 'empty':
      return fails(say('connection.health.program.empty', { program }), 'gave nothing');
    case 'cancelled':
      return fails(say('connection.health.program.cancelled', { program }), 'was ended before it gave a key');
  }
}
