import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentId } from '../../preload/contract.ts';
import type { Refusal } from './entry.ts';

/** One HTTP request and its answer, with what ends it early. */
export interface Exchange {
  readonly agent: AgentId;
  /** Aborted when the client goes away before the answer is complete, or the agent is cut off. */
  readonly signal: AbortSignal;
  /** Resolves when the answer is complete or the client is gone. */
  readonly finished: Promise<void>;
}

export function writeRefusal(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: refusal.code, message: refusal.text } });
  response.writeHead(refusal.status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...refusal.headers });
  response.end(body);
}

/** A web-standard request for the SDK, without the body (it travels parsed) and without the token. */
export function toRequest(incoming: IncomingMessage, origin: string, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    if (name === 'authorization' || name === 'content-length' || name === 'transfer-encoding') continue;
    for (const value of values ?? []) headers.append(name, value);
  }
  return new Request(`${origin}${incoming.url ?? ''}`, { method: incoming.method ?? 'GET', headers, signal });
}

/** Writes the SDK's answer, streamed and at the client's pace. Returns when it is complete or the client is gone. */
export async function writeResponse(outgoing: ServerResponse, answer: Response): Promise<void> {
  if (outgoing.destroyed) {
    await answer.body?.cancel();
    return;
  }
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body === null) {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  const reader = answer.body.getReader();
  const gone = (): void => {
    // The stream may have ended by itself in the same moment.
    reader.cancel().catch(() => {});
  };
  outgoing.once('close', gone);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || outgoing.destroyed) break;
      if (!outgoing.write(value)) await drained(outgoing);
    }
  } catch {
    // The exchange was cut off while it was being answered: the client sees the connection end.
    outgoing.destroy();
  } finally {
    outgoing.off('close', gone);
    outgoing.end();
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.once('drain', done);
    outgoing.once('close', done);
  });
}
