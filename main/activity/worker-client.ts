import { Worker } from 'node:worker_threads';
import { assertNever } from '../model/assert-never.ts';
import { ActivityUnavailable, type ActivityUnavailableReason } from './activity.ts';
import type { ChainPoint } from './event.ts';
import type { WorkerMessage, WorkerRequest, WorkerRole } from './worker-calls.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The one input of a call; nothing for a call without. */
export type Input<Call> = Call extends () => unknown ? [] : Call extends (input: infer I) => unknown ? [input: I] : never;
export type Output<Call> = Call extends (...input: never[]) => infer R ? Awaited<R> : never;

/** What the worker said when it was ready. */
export interface Ready {
  readonly head: ChainPoint;
  readonly isAnchored: boolean;
}

/** Calls to one worker thread. Rejects with `ActivityUnavailable` when the thread refuses, fails or dies. */
export class WorkerClient<Calls> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  /** Why a call of this thread fails: what a failed append means is not what a failed search means. */
  readonly #failure: ActivityUnavailableReason;
  #ended: ActivityUnavailable | undefined;
  #nextId = 0;

  private constructor(worker: Worker, failure: ActivityUnavailableReason) {
    this.#worker = worker;
    this.#failure = failure;
  }

  /** Resolves when the thread has the file open. */
  static async start<Calls>(module: URL, role: WorkerRole): Promise<{ readonly client: WorkerClient<Calls>; readonly ready: Ready }> {
    const client = new WorkerClient<Calls>(new Worker(module, { workerData: role, name: `activity ${role.role}` }), role.role === 'writer' ? 'cannot_write' : 'stopped');
    const ready = await new Promise<Ready>((resolve, reject) => {
      client.#listen(resolve, reject);
    });
    return { client, ready };
  }

  async call<Name extends keyof Calls & string>(call: Name, ...input: Input<Calls[Name]>): Promise<Output<Calls[Name]>> {
    // The worker answers with what the method of that name returned.
    return (await this.#post(call, input[0])) as Output<Calls[Name]>;
  }

  /** Has the thread close the file and end. Resolves also when it was dead already. Later calls are refused as closed. */
  async close(): Promise<void> {
    const closed = this.#post('close', undefined);
    this.#ended ??= new ActivityUnavailable('closed', 'The record is closed.');
    await closed.catch(() => undefined);
  }

  #post(call: string, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const id = (this.#nextId += 1);
      this.#pending.set(id, { resolve, reject });
      const request: WorkerRequest = { id, call, input };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage(request);
      return undefined;
    });
  }

  #listen(resolve: (ready: Ready) => void, reject: (error: Error) => void): void {
    this.#worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'ready':
          return resolve({ head: message.head, isAnchored: message.isAnchored });
        case 'refused':
          return reject(new ActivityUnavailable(message.reason, message.text));
        case 'answer':
          return this.#take(message.id)?.resolve(message.value);
        case 'failure':
          return this.#take(message.id)?.reject(new ActivityUnavailable(this.#failure, message.text));
        default:
          return assertNever(message);
      }
    });
    const end = (text: string): void => {
      this.#ended ??= new ActivityUnavailable('stopped', text);
      reject(this.#ended);
      for (const pending of this.#pending.values()) pending.reject(this.#ended);
      this.#pending.clear();
    };
    this.#worker.on('error', (error: unknown) => end(`The record's thread failed: ${error instanceof Error ? error.message : String(error)}`));
    this.#worker.on('exit', () => end("The record's thread has stopped."));
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
