import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebRequest, WebResponse } from '../model/web-exchange.ts';
import type { Refusal } from './entry.ts';
import { invalidRequest } from './json-rpc.ts';

/** Paths of the endpoint that another part of the house answers. */
export interface WebPaths {
  owns(path: string): boolean;
  answer(request: WebRequest): Promise<WebResponse>;
}

/** Bytes of a request body that is no MCP message. */
const bodyLimit = 64 * 1024;
/** Requests that are answered at a time; some of them wait for a person. */
const mostOpen = 64;

/** Without the query. */
export function pathOf({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** Answers requests whose host and origin were checked, or says why not. */
export class WebDoor {
  readonly #paths: WebPaths;
  #open = 0;

  constructor(paths: WebPaths) {
    this.#paths = paths;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    if (this.#open >= mostOpen) return { status: 503, code: invalidRequest, text: 'Too many requests are open. Try again in a moment.', headers: { 'retry-after': '5' } };
    this.#open += 1;
    const gone = new AbortController();
    response.once('close', () => {
      this.#open -= 1;
      gone.abort();
    });
    const body = await readText(request);
    if (body === undefined) return { status: 413, code: invalidRequest, text: 'The request is too large, or not UTF-8.' };
    const path = pathOf(request);
    const { status, headers, body: text } = await this.#paths.answer({
      method: request.method ?? '',
      path,
      query: new URLSearchParams((request.url ?? '').slice(path.length)),
      // The caller was checked: there is one host, and it is ours.
      origin: `http://${request.headers.host?.toLowerCase() ?? ''}`,
      header: (name) => (request.headersDistinct[name]?.length === 1 ? request.headersDistinct[name][0] : undefined),
      has: (name) => request.headersDistinct[name] !== undefined,
      body,
      signal: gone.signal,
    });
    if (!response.destroyed) response.writeHead(status, headers).end(text);
    return undefined;
  }
}

async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) return undefined;
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    return undefined;
  }
}
