import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { plainPageHeaders, plainPageHtml, type PlainPage } from '../../model/plain-page.ts';

export interface CallbackListenerOptions {
  /** The one-time value that the answer must carry. */
  readonly state: string;
  /** The port that was used before, where the authorization server may know it; 0: any. */
  readonly port: number;
  /** How the redirect names this machine. Entra ID knows `localhost` alone. */
  readonly host?: '127.0.0.1' | 'localhost';
  /** Called once, with the answer that carries the state. What it resolves with is shown in the browser. */
  readonly onAnswer: (answer: URLSearchParams) => Promise<PlainPage>;
  /** Shown to whatever else asks; nothing changes by it. */
  readonly stranger: PlainPage;
}

export interface CallbackListener {
  readonly redirectUri: string;
  close(): void;
}

const path = '/callback';

/** As it is registered: the port is left open for this machine (RFC 8252, section 7.3). */
export function redirectAddress(host: '127.0.0.1' | 'localhost'): string {
  return `http://${host}${path}`;
}

/** Milliseconds in which the browser must have asked once it is connected. */
const requestTimeout = 10_000;

/**
 * Waits on the loopback for the browser to come back from the authorization server (RFC 8252, section 7.3). Of all
 * requests it takes the first with the right state; any other gets an error page and changes nothing. It is to be closed
 * by whoever opened it, and lets the last answer out.
 */
export async function listenForCallback(options: CallbackListenerOptions): Promise<CallbackListener> {
  const server = createServer({ requestTimeout, headersTimeout: requestTimeout, keepAlive: false });
  const port = await listen(server, options.port).catch(() => listen(server, 0));
  const host = `${options.host ?? '127.0.0.1'}:${port}`;
  let isTaken = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const params = readAnswer(request, host);
    if (isTaken || params === undefined || !isSame(params.get('state') ?? '', options.state)) return show(response, 400, options.stranger);
    isTaken = true;
    show(response, 200, await options.onAnswer(params));
  }
  server.on('request', (request, response) => {
    // The answer to the request may fail to be written; whoever waits is told by `onAnswer` all the same.
    answer(request, response).catch(() => response.destroy());
  });
  return {
    redirectUri: `http://${host}${path}`,
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Undefined for what no browser sends that was sent here. The exact `Host` keeps names out that were made to lead here. */
function readAnswer(request: IncomingMessage, host: string): URLSearchParams | undefined {
  if (request.method !== 'GET' || request.headers.host !== host) return undefined;
  const address = `http://${host}${request.url ?? ''}`;
  if (!URL.canParse(address)) return undefined;
  const { pathname, searchParams } = new URL(address);
  // What stands twice may be read in two ways (RFC 6749, section 3.1).
  const isOnce = [...new Set(searchParams.keys())].every((name) => searchParams.getAll(name).length === 1);
  return pathname === path && isOnce ? searchParams : undefined;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function show(response: ServerResponse, status: number, page: PlainPage): void {
  response.writeHead(status, { ...plainPageHeaders, connection: 'close' }).end(plainPageHtml(page));
}
