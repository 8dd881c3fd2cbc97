import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { portOf, stop } from './loopback.ts';

export interface Forwarder {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The suite sends no token; this adds one and passes everything on, both ways, as it comes. Its own `Host` and `Origin`
 * become the target's own; any other goes through as it was sent, for the target to judge.
 */
export async function startForwarder(target: URL, token: string): Promise<Forwarder> {
  const server = createServer((request, response) => forward(request, response));

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const own = `127.0.0.1:${portOf(server)}`;
    const headers: Record<string, string | string[] | undefined> = { ...request.headers, authorization: `Bearer ${token}` };
    if (headers['host'] === own) headers['host'] = target.host;
    if (headers['origin'] === `http://${own}`) headers['origin'] = target.origin;
    const onward = send(target, { method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.setNoDelay(true);
    onward.on('error', () => response.destroy());
    // A client that goes away cancels what it asked for (specification 2026-07-28, Transports).
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${portOf(server)}${target.pathname}`, stop: () => stop(server) };
}
