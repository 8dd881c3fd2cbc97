import type { Findings } from './findings.ts';

export type Era = 'modern' | 'legacy';
export type Json = Readonly<Record<string, unknown>>;

/** How one request ended for its client. */
export type Ending =
  | { readonly kind: 'result'; readonly result: Json }
  | { readonly kind: 'error'; readonly error: Json }
  /** The client took it back and did not wait. */
  | { readonly kind: 'cancelled' }
  /** No answer in the time it has, or the connection ended without one. */
  | { readonly kind: 'lost'; readonly how: string };

export interface Asked {
  readonly method: string;
  readonly params: Json;
  readonly signal?: AbortSignal;
  readonly progress?: (params: Json) => void;
}

/** One agent's way in. It checks what every answer must be; what is not right becomes a finding. */
export interface Wire {
  readonly name: string;
  request(asked: Asked): Promise<Ending>;
  close(): Promise<void>;
}

export const modernVersion = '2026-07-28';
export const sessionVersion = '2025-11-25';
/** Milliseconds within which every request must be answered. */
export const answerWithin = 60_000;

interface Open {
  readonly asked: Asked;
  readonly settle: (ending: Ending) => void;
}

/** The requests of one wire: gives ids, and matches what comes back with them, once. */
export class Exchange {
  readonly #name: string;
  readonly #era: Era;
  readonly #findings: Findings;
  readonly #open = new Map<string, Open>();
  /** Taken back; their answers may still come. */
  readonly #cancelled = new Set<string>();
  #last = 0;

  constructor(name: string, era: Era, findings: Findings) {
    this.#name = name;
    this.#era = era;
    this.#findings = findings;
  }

  /** The message to send, and what becomes of it. */
  begin(asked: Asked): { readonly id: string; readonly message: Json; readonly ending: Promise<Ending> } {
    this.#last += 1;
    const id = `${this.#name}-${this.#last}`;
    const ending = new Promise<Ending>((resolve) => {
      const late = setTimeout(() => this.end(id, { kind: 'lost', how: 'no answer in time' }), answerWithin);
      this.#open.set(id, {
        asked,
        settle: (how) => {
          clearTimeout(late);
          resolve(how);
        },
      });
    });
    const meta = {
      ...(asked.progress === undefined ? {} : { progressToken: id }),
      ...(this.#era === 'legacy'
        ? {}
        : {
            'io.modelcontextprotocol/protocolVersion': modernVersion,
            'io.modelcontextprotocol/clientInfo': { name: this.#name, version: '1.0.0' },
            'io.modelcontextprotocol/clientCapabilities': {},
          }),
    };
    return { id, message: { jsonrpc: '2.0', id, method: asked.method, params: { ...asked.params, _meta: meta } }, ending };
  }

  end(id: string, ending: Ending): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    if (ending.kind === 'cancelled') this.#cancelled.add(id);
    open?.settle(ending);
  }

  /** Takes a message that came; `expected`: the only request it may answer, where the transport says which. */
  take(text: string, expected?: string): void {
    let message: Json;
    try {
      // Its fields are looked at one by one.
      message = JSON.parse(text) as Json;
    } catch {
      return this.#findings.add('An answer was not JSON', `${this.#name}: ${text.slice(0, 200)}`);
    }
    const { id, method, result, error } = message;
    if (method === 'notifications/progress') return this.#takeProgress(message, expected);
    if (typeof method === 'string') return undefined;
    if (typeof id !== 'string') return this.#findings.add('An answer had no id of ours', `${this.#name}: ${text.slice(0, 300)}`);
    if (expected !== undefined && id !== expected) this.#findings.add('An answer came for another request', `${id} for ${expected}`);
    if (this.#cancelled.delete(id)) return undefined;
    if (!this.#open.has(id)) return this.#findings.add('An answer came twice, or for nobody', `${this.#name}: ${id}`);
    if (result !== undefined) this.end(id, { kind: 'result', result: result as Json });
    else this.end(id, { kind: 'error', error: (error ?? {}) as Json });
    return undefined;
  }

  endAll(how: string): void {
    for (const id of this.#open.keys()) this.end(id, { kind: 'lost', how });
  }

  #takeProgress({ params }: Json, expected: string | undefined): void {
    const { progressToken } = (params ?? {}) as Json;
    const token = String(progressToken);
    if (expected !== undefined && token !== expected) this.#findings.add('Progress of another request came', `${token} for ${expected}`);
    this.#open.get(token)?.asked.progress?.((params ?? {}) as Json);
  }
}
