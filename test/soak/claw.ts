import { setTimeout as pause } from 'node:timers/promises';
import type { Findings } from '../long-run/findings.ts';
import type { Ledger } from './ledger.ts';
import type { Ending, Json, Wire } from '../long-run/wire.ts';

/** Where an agent calls, and what it counts on. */
export interface Work {
  readonly connections: readonly string[];
  readonly ledger: Ledger;
  readonly findings: Findings;
  readonly random: () => number;
}

/** Milliseconds between two calls of one loop, at most; half of it on average. */
const thinkingTime = 400;
/** Milliseconds a slow call takes, at most. */
const slowTime = 1500;

type Attempt = 'echo' | 'slow' | 'fail' | 'refuse' | 'steps' | 'cancel' | 'resource' | 'prompt' | 'list';
const attempts: readonly Attempt[] = ['echo', 'echo', 'echo', 'echo', 'slow', 'fail', 'refuse', 'steps', 'cancel', 'resource', 'resource', 'prompt', 'list'];
const lists = ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'] as const;

/** Attempts one thing after the other until it is told to stop. */
export async function workOn(wire: Wire, work: Work, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await attempt(wire, work, pick(attempts, work.random));
    await pause(work.random() * thinkingTime);
  }
}

function pick<T>(from: readonly T[], random: () => number): T {
  // An index below the length of a list that is not empty.
  return from[Math.floor(random() * from.length)] as T;
}

async function attempt(wire: Wire, work: Work, what: Attempt): Promise<void> {
  const { ledger, findings, random } = work;
  const connection = pick(work.connections, random);
  if (what === 'list') {
    const method = pick(lists, random);
    const ending = await wire.request({ method, params: {} });
    return ledger.listed(method, ending);
  }
  const id = ledger.open(what, connection);
  const tool = (name: string, more: Json = {}): { readonly method: string; readonly params: Json } => ({ method: 'tools/call', params: { name: `${connection}__${name}`, arguments: { id, ...more } } });
  switch (what) {
    case 'echo':
    case 'fail':
    case 'refuse':
      return ledger.close(id, await wire.request(tool(what)));
    case 'slow':
      return ledger.close(id, await wire.request(tool('slow', { milliseconds: Math.floor(random() * slowTime) })));
    case 'cancel': {
      const controller = new AbortController();
      const taken = wire.request({ ...tool('slow', { milliseconds: slowTime }), signal: controller.signal });
      await pause(random() * slowTime * 0.5);
      controller.abort();
      return ledger.close(id, await taken);
    }
    case 'steps': {
      const told: Json[] = [];
      const steps = 1 + Math.floor(random() * 6);
      const ending = await wire.request({ ...tool('steps', { steps }), progress: (params) => told.push(params) });
      // The app itself shows signs of life too, without a message.
      const own = told.filter((params) => params['message'] !== undefined);
      findings.expect(own.every((params) => params['message'] === id), 'Progress told of another call', `${id}: ${JSON.stringify(told)}`);
      if (isDone(ending)) findings.expect(own.length === steps, 'Progress was lost or doubled', `${id}: ${own.length} of ${steps}`);
      return ledger.close(id, ending);
    }
    case 'resource':
      return ledger.close(id, await wire.request({ method: 'resources/read', params: { uri: `via-${connection}+soak://${id}` } }));
    case 'prompt':
      return ledger.close(id, await wire.request({ method: 'prompts/get', params: { name: `${connection}__say`, arguments: { id } } }));
  }
}

function isDone(ending: Ending): boolean {
  return ending.kind === 'result' && ending.result['isError'] !== true;
}
