/** `node everything-http.ts`: the everything server over streamable HTTP in both eras; prints its address. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { localhostHostValidation, localhostOriginValidation, NodeStreamableHTTPServerTransport, toNodeHandler, toWebRequest, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import { watchedUri } from './content.ts';
import { createEverythingServer, type Change } from './everything-server.ts';
import { portOf, stop } from './loopback.ts';

export interface EverythingHttp {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * On a free loopback port, with the checks of `Host` and `Origin` that a server on this machine needs (specification
 * 2025-11-25, Transports, Security Warning). 2025 clients get a session each, newer ones need none.
 */
export async function startEverythingHttp(): Promise<EverythingHttp> {
  const modern = createMcpHandler(() => createEverythingServer('modern', changed), { legacy: 'reject' });
  function changed(what: Change): void {
    if (what === 'tools') modern.notify.toolsChanged();
    else if (what === 'prompts') modern.notify.promptsChanged();
    else modern.notify.resourceUpdated(watchedUri);
  }
  const handleModern = toNodeHandler(modern);
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  const isHostOk = localhostHostValidation();
  const isOriginOk = localhostOriginValidation();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isHostOk(request, response) || !isOriginOk(request, response)) return;
    const body = request.method === 'POST' ? await json(request) : undefined;
    // IncomingMessage's optional properties are `T | undefined`, which the adapter's type leaves out.
    const message = request as NodeIncomingMessageLike;
    if (await isLegacyRequest(await toWebRequest(message, body))) await handleLegacy(request, response, body);
    else await handleModern(message, response, body);
  }

  async function handleLegacy(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (typeof id === 'string' && known === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"There is no such session."}}');
      return;
    }
    await (known ?? (await newSession())).handleRequest(request, response, body);
  }

  async function newSession(): Promise<NodeStreamableHTTPServerTransport> {
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await createEverythingServer('legacy').connect(transport);
    return transport;
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${portOf(server)}/mcp`, stop: () => stop(server) };
}

/** The body as JSON; what is none is passed on as it came, to be refused by whoever reads it. */
async function json(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const body = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

if (import.meta.main) {
  const { url } = await startEverythingHttp();
  console.log(url);
}
