/** `node http-echo-server.ts`: the echo service over streamable HTTP, as the SDK serves it. Says its address when it is ready. */
import { createServer } from 'node:http';
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createEcho } from './echo.ts';

const handle = toNodeHandler(createMcpHandler(() => createEcho(1)));
// IncomingMessage's optional properties are `T | undefined`, which the adapter's type leaves out.
const server = createServer((request, response) => void handle(request as NodeIncomingMessageLike, response));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/mcp` })}\n`);
});
