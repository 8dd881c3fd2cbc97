import { isDeepStrictEqual } from 'node:util';
import type { AgentId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import { AnsweredElsewhere } from '../model/answered-elsewhere.ts';
import type { Clock } from '../model/clock.ts';
import { silence } from '../model/conversation.ts';
import type { JsonObject } from '../model/json.ts';
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

interface Open {
  readonly id: string;
  readonly asked: JsonObject;
  readonly ended: AbortController;
  /** A yes of ours is on its way or was taken: what the gateway tells of it now is no other answer. */
  isAllowed: boolean;
  /** The person's yes found no gateway: it is asked about anew when there is one. */
  isUnheard: boolean;
}

/** Commands that one gateway asks about at a time; more than that no person reads, and they are refused. */
const mostOpen = 50;
/** Refusals that are kept for a gateway that did not take them yet; the oldest go first. */
const mostRefused = 500;

/** Brings each command that OpenClaw asks about through the gate, and the answer back. Only a clear yes allows: whatever else comes of it is a no. */
export class CommandApprover {
  readonly #parts: ApproverParts;
  readonly #open = new Map<string, Open>();
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
    const open: Open = { id, asked: argumentsOf(request), ended: new AbortController(), isAllowed: false, isUnheard: false };
    this.#open.set(id, open);
    const stopTimer = clock.after(timeLeft(request, clock.now()), () => open.ended.abort(new AnsweredElsewhere('over', null)));
    void this.#ask(open)
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

  /** Tells the gateway yes, once, to exactly what it asked about and still waits for. */
  async allow(args: JsonObject): Promise<Taken> {
    const id = args['request'];
    const open = typeof id === 'string' ? this.#open.get(id) : undefined;
    if (typeof id !== 'string' || open === undefined || !isDeepStrictEqual({ ...args }, open.asked)) return 'unsent';
    open.isAllowed = true;
    const taken = await this.#parts.answer(id, 'allow-once');
    open.isAllowed = taken === 'taken';
    open.isUnheard = taken === 'unsent';
    return taken;
  }

  /** It was answered, here or elsewhere, or has run out: its card ends. */
  end({ id, answer, by }: Resolved): void {
    this.#refused.delete(id);
    const open = this.#open.get(id);
    if (open?.isAllowed === false) open.ended.abort(new AnsweredElsewhere(answer, by));
  }

  /** Of what is open, only these still wait at the gateway; how the others ended, it does not tell. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const [id, { ended }] of this.#open) if (!ids.has(id)) ended.abort(new AnsweredElsewhere('unknown', null));
  }

  /** Ends every card and answers nothing any more: what is open is left to OpenClaw's own screens and its time limit. */
  stop(): void {
    this.close();
    for (const { ended } of this.#open.values()) ended.abort(new AnsweredElsewhere('unknown', null));
  }

  /** Answers nothing any more; the questions stay, for the next start. */
  close(): void {
    this.#isClosed = true;
  }

  async #ask(open: Open): Promise<void> {
    const { id, asked, ended: { signal } } = open;
    const { gate, agent } = this.#parts;
    let current = await gate.perform({ kind: 'runCommand', agent, connection: openclawsOwn, name: ownCommand.name, arguments: asked, reach: null, signal, conversation: silence });
    while (current.kind === 'waiting' && !signal.aborted) {
      const next = await gate.wait(agent, current.action, signal);
      if (next === undefined) break;
      current = next;
    }
    if (signal.aborted || open.isUnheard) return;
    // Done means that the gateway took the yes. Whether it took one that is unknown it says itself: then it does not take the no.
    if (current.kind !== 'ended' || current.outcome !== 'done') this.#refuse(id);
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
