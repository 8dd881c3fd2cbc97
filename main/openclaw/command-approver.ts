import type { AgentId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import { AnsweredElsewhere } from '../model/answered-elsewhere.ts';
import type { Clock } from '../model/clock.ts';
import { silence } from '../model/conversation.ts';
import { openclawsOwn } from '../model/openclaw-place.ts';
import type { ApprovalRequest, Resolved } from './approval-request.ts';
import type { Taken } from './gateway-link.ts';
import { argumentsOf, ownCommand } from './own-command.ts';

export interface ApproverParts {
  readonly gate: Pick<Gate, 'perform' | 'wait'>;
  readonly agent: AgentId;
  readonly answer: (id: string, decision: 'allow-once' | 'deny') => Promise<Taken>;
  readonly clock: Clock;
  readonly report: (problem: string) => void;
}

/** Commands that one gateway asks about at a time; more than that no person reads, and they are refused. */
const mostOpen = 50;
/** Refusals that are kept for a gateway that did not take them yet; the oldest go first. */
const mostRefused = 500;

/** Brings each command that OpenClaw asks about through the gate, and the answer back. Only a clear yes allows: whatever else comes of it is a no. */
export class CommandApprover {
  readonly #parts: ApproverParts;
  readonly #open = new Map<string, AbortController>();
  /** What was refused, so that it is refused again, and nobody asked again, where the gateway did not hear it. */
  readonly #refused = new Set<string>();
  #isClosed = false;

  constructor(parts: ApproverParts) {
    this.#parts = parts;
  }

  /** The same request again, after a new connection, joins the one that waits. */
  ask(request: ApprovalRequest): void {
    const { id } = request;
    const { clock, report } = this.#parts;
    if (this.#isClosed || this.#open.has(id)) return;
    if (this.#refused.has(id) || this.#open.size >= mostOpen) return this.#refuse(id);
    const ended = new AbortController();
    this.#open.set(id, ended);
    const stopTimer = clock.after(timeLeft(request, clock.now()), () => ended.abort(new AnsweredElsewhere('over', null)));
    void this.#ask(request, ended.signal)
      .catch((error: unknown) => {
        report(`A command of OpenClaw could not be asked about: ${String(error)}`);
        this.#refuse(id);
      })
      .finally(() => {
        stopTimer();
        this.#open.delete(id);
      });
    return undefined;
  }

  /** It was answered, here or elsewhere, or has run out: its card ends. */
  end({ id, answer, by }: Resolved): void {
    this.#refused.delete(id);
    this.#open.get(id)?.abort(new AnsweredElsewhere(answer, by));
  }

  /** Of what is open, only these still wait at the gateway; how the others ended, it does not tell. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const [id, open] of this.#open) if (!ids.has(id)) open.abort(new AnsweredElsewhere('unknown', null));
  }

  /** Ends every card and answers nothing any more: what is open is left to OpenClaw's own screens and its time limit. */
  stop(): void {
    this.close();
    for (const open of this.#open.values()) open.abort(new AnsweredElsewhere('unknown', null));
  }

  /** Answers nothing any more; the questions stay, for the next start. */
  close(): void {
    this.#isClosed = true;
  }

  async #ask(request: ApprovalRequest, signal: AbortSignal): Promise<void> {
    const { gate, agent } = this.#parts;
    let current = await gate.perform({ kind: 'runCommand', agent, connection: openclawsOwn, name: ownCommand.name, arguments: argumentsOf(request), reach: null, signal, conversation: silence });
    while (current.kind === 'waiting' && !signal.aborted) {
      const next = await gate.wait(agent, current.action, signal);
      if (next === undefined) break;
      current = next;
    }
    if (signal.aborted) return;
    // Done means that the gateway took the yes. Whether it took one that is unknown it says itself: then it does not take the no.
    if (current.kind !== 'ended' || current.outcome !== 'done') this.#refuse(request.id);
  }

  #refuse(id: string): void {
    if (this.#isClosed) return;
    this.#refused.add(id);
    const [oldest] = this.#refused;
    if (this.#refused.size > mostRefused && oldest !== undefined) this.#refused.delete(oldest);
    void this.#parts.answer(id, 'deny');
  }
}

/** Milliseconds; the gateway's clock may be another one, so its instants count only where they fit ours. */
function timeLeft({ createdAt, expiresAt }: ApprovalRequest, now: number): number {
  const lifetime = Math.max(0, expiresAt - createdAt);
  const left = expiresAt - now;
  return left > 0 && left <= lifetime ? left : lifetime;
}
