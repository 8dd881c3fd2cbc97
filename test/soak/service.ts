/**
 * `node service.ts JOURNAL`: an MCP server over stdio that writes down what it is about to do, `{"name":…,"arguments":…}` a line,
 * before it does it: what really happened, whatever anybody is told. `refuse` says no before anything is done.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ProtocolError, ProtocolErrorCode, Server, type CallToolResult } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Deed } from '../long-run/journal.ts';

const journal = process.argv[2] ?? '';
const note = (deed: Deed): void => appendFileSync(journal, `${JSON.stringify(deed)}\n`);

const inputSchema = {
  type: 'object' as const,
  properties: { id: { type: 'string' }, milliseconds: { type: 'number' }, steps: { type: 'integer', maximum: 100 } },
  required: ['id'],
};
const names = ['echo', 'slow', 'fail', 'steps', 'refuse', 'forbidden'] as const;
const says = (text: string, isError = false): CallToolResult => ({ content: [{ type: 'text', text }], isError });
const milliseconds = (value: unknown): number => (typeof value === 'number' ? Math.min(Math.max(value, 0), 10_000) : 0);

function create(): Server {
  const server = new Server({ name: 'soak', version: '1.0.0' }, { capabilities: { tools: {}, resources: {}, prompts: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: names.map((name) => ({ name, description: `Does ${name}.`, inputSchema })) }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const { name, arguments: given = {} } = params;
    const id = String(given['id']);
    if (name === 'refuse') throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Refused ${id}.`);
    note({ name, arguments: given });
    if (name === 'slow') await pause(milliseconds(given['milliseconds']), undefined, { signal: mcpReq.signal });
    const token = mcpReq._meta?.progressToken;
    const steps = name === 'steps' ? Number(given['steps'] ?? 0) : 0;
    for (let step = 1; step <= steps; step += 1) {
      await pause(5);
      if (token !== undefined) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress: step, total: steps, message: id } });
    }
    return says(id, name === 'fail');
  });
  server.setRequestHandler('resources/list', () => ({ resources: [{ uri: 'soak://listed', name: 'listed' }] }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [{ uriTemplate: 'soak://{id}', name: 'any' }] }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => {
    note({ name: uri, arguments: {} });
    return { contents: [{ uri, text: uri }] };
  });
  server.setRequestHandler('prompts/list', () => ({ prompts: [{ name: 'say', arguments: [{ name: 'id', required: true }] }] }));
  server.setRequestHandler('prompts/get', ({ params: { name, arguments: given = {} } }) => {
    note({ name, arguments: given });
    return { messages: [{ role: 'user', content: { type: 'text', text: String(given['id']) } }] };
  });
  return server;
}

serveStdio(create);
