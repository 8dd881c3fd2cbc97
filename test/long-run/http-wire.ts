import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Findings } from './findings.ts';
import { answerWithin, Exchange, modernVersion, sessionVersion, type Asked, type Ending, type Era, type Json, type Wire } from './wire.ts';

const nameFields: Readonly<Record<string, string>> = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };

/** Over streamable HTTP, in either era. `token` is asked for before each request: tokens do not last. */
export async function openHttpWire(name: string, era: Era, url: string, token: () => string, findings: Findings): Promise<Wire> {
  const wire = new HttpWire(name, era, url, token, findings);
  if (era === 'legacy') await wire.initialize();
  return wire;
}

class HttpWire implements Wire {
  readonly name: string;
  readonly #era: Era;
  readonly #url: string;
  readonly #token: () => string;
  readonly #findings: Findings;
  readonly #exchange: Exchange;
  // Without a timeout of its own, Node's agent does not heed the server's, and sends into a connection that is just being ended.
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4, timeout: answerWithin });
  #session: string | undefined;

  constructor(name: string, era: Era, url: string, token: () => string, findings: Findings) {
    this.name = name;
    this.#era = era;
    this.#url = url;
    this.#token = token;
    this.#findings = findings;
    this.#exchange = new Exchange(name, era, findings);
  }

  async initialize(): Promise<void> {
    const ending = await this.request({ method: 'initialize', params: { protocolVersion: sessionVersion, capabilities: {}, clientInfo: { name: this.name, version: '1.0.0' } } });
    if (ending.kind !== 'result' || this.#session === undefined) throw new Error(`There is no session for ${this.name}: ${JSON.stringify(ending)}`);
    await this.#notify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  }

  async request(asked: Asked): Promise<Ending> {
    const { id, message, ending } = this.#exchange.begin(asked);
    const { signal } = asked;
    const gone = new AbortController();
    const cancel = (): void => {
      this.#exchange.end(id, { kind: 'cancelled' });
      // The newer revision cancels by closing the stream, the older one says so.
      if (this.#era === 'modern') gone.abort();
      else void this.#notify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }).catch((error: unknown) => this.#findings.add('A notification was lost', `${id}: ${String(error)}`));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    void this.#post(message, id, gone.signal).catch((error: unknown) => this.#exchange.end(id, { kind: 'lost', how: String(error) }));
    try {
      return await ending;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    if (this.#session !== undefined) await this.#send('DELETE', undefined, {}).then((response) => response.resume());
    // The answer's end returns the socket to the pool.
    await pause(50);
    this.#agent.destroy();
    this.#exchange.endAll('closed');
  }

  async #notify(message: Json): Promise<void> {
    const response = await this.#send('POST', JSON.stringify(message), {});
    this.#findings.expect(response.statusCode === 202, 'A notification was not taken', `${this.name}: HTTP ${response.statusCode}`);
    response.resume();
  }

  async #post(message: Json, id: string, signal: AbortSignal): Promise<void> {
    const method = String(message['method']);
    const field = nameFields[method];
    const named = field === undefined ? {} : { 'mcp-name': String((message['params'] as Json)[field]) };
    const headers = this.#era === 'modern' ? { 'mcp-method': method, ...named } : {};
    const response = await this.#send('POST', JSON.stringify(message), headers, signal);
    const { 'mcp-session-id': session, 'content-type': type = '' } = response.headers;
    if (typeof session === 'string') this.#session ??= session;
    response.setEncoding('utf8');
    let rest = '';
    for await (const chunk of response) {
      rest += String(chunk);
      if (!type.startsWith('text/event-stream')) continue;
      const events = rest.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) this.#takeEvent(event, id);
    }
    if (type.startsWith('application/json')) this.#exchange.take(rest, id);
    this.#exchange.end(id, { kind: 'lost', how: `HTTP ${response.statusCode} ended without an answer` });
  }

  #takeEvent(event: string, id: string): void {
    const data = event
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).trim())
      .join('\n');
    if (data !== '') this.#exchange.take(data, id);
  }

  #send(method: 'POST' | 'DELETE', body: string | undefined, more: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<IncomingMessage> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.#token()}`,
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': this.#era === 'modern' ? modernVersion : sessionVersion,
      ...more,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
      ...(this.#session === undefined ? {} : { 'mcp-session-id': this.#session }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(this.#url, { agent: this.#agent, method, headers, ...(signal === undefined ? {} : { signal }) }, resolve);
      sent.once('error', reject);
      sent.end(body);
    });
  }
}
