import type { AgentId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import { silence } from '../model/conversation.ts';
import { openclawsOwn } from '../model/openclaw-place.ts';
import type { Upstream } from '../model/upstream.ts';
import type { ApprovalRequest } from './approval-request.ts';
import type { Taken } from './gateway-link.ts';
import { argumentsOf, ownCommand, ownCommandProfile } from './own-command.ts';

export interface ApproverParts {
  readonly gate: Pick<Gate, 'perform' | 'wait'>;
  readonly agent: AgentId;
  readonly answer: (id: string, decision: 'allow-once' | 'deny') => Promise<Taken>;
  readonly report: (problem: string) => void;
}

/** Commands that one gateway asks about at a time; more than that no person reads. */
const mostOpen = 50;

/** Brings each command that OpenClaw asks about through the gate, and the answer back. Its own time limit ends what nobody answered. */
export class CommandApprover {
  readonly #parts: ApproverParts;
  readonly #open = new Map<string, AbortController>();

  constructor(parts: ApproverParts) {
    this.#parts = parts;
  }

  /** The same request again, after a new connection, joins the one that waits. */
  ask(request: ApprovalRequest): void {
    if (this.#open.has(request.id) || this.#open.size >= mostOpen) return;
    const ended = new AbortController();
    this.#open.set(request.id, ended);
    void this.#ask(request, ended.signal)
      .catch((error: unknown) => this.#parts.report(`A command of OpenClaw could not be asked about: ${String(error)}`))
      .finally(() => this.#open.delete(request.id));
  }

  /** It was answered elsewhere, or has run out: its card ends. */
  end(id: string): void {
    this.#open.get(id)?.abort();
  }

  /** Ends every card; what is open is refused by OpenClaw itself once its time is over. */
  endAll(): void {
    for (const open of this.#open.values()) open.abort();
  }

  async #ask(request: ApprovalRequest, signal: AbortSignal): Promise<void> {
    const { gate, agent, answer } = this.#parts;
    const begun = await gate.perform({ kind: 'runCommand', agent, connection: openclawsOwn, name: ownCommand.name, arguments: argumentsOf(request), reach: null, signal, conversation: silence });
    let current = begun;
    while (current.kind === 'waiting' && !signal.aborted) {
      const next = await gate.wait(agent, current.action, signal);
      if (next === undefined) break;
      current = next;
    }
    // Done means that the yes was sent; whatever else it is, the answer is no.
    const isAllowed = current.kind === 'ended' && (current.outcome === 'done' || current.outcome === 'unknown');
    if (!isAllowed && !signal.aborted) await answer(request.id, 'deny');
  }
}

/** OpenClaw's own commands as an upstream: doing one means to tell the gateway yes, once. */
export function ownCommands(answer: ApproverParts['answer']): Upstream {
  return {
    listTools: () => Promise.resolve([]),
    profile: (name) => (name === ownCommand.name ? ownCommandProfile : undefined),
    async callTool({ arguments: args }) {
      const { request } = args;
      const taken = typeof request === 'string' ? await answer(request, 'allow-once') : 'unsent';
      switch (taken) {
        case 'taken':
          return { kind: 'result', result: { content: [{ type: 'text', text: 'OpenClaw was told to run it, this once.' }] } };
        case 'gone':
          return { kind: 'failed', text: 'OpenClaw no longer waits for an answer to it: it was answered elsewhere, or its time was over.' };
        case 'unsent':
          return { kind: 'failed', text: 'OpenClaw’s gateway is not connected, so it was not told.' };
        case 'unknown':
          return { kind: 'unknown', text: 'OpenClaw’s gateway did not say whether it took the answer.' };
      }
    },
    close: () => Promise.resolve(),
  };
}
