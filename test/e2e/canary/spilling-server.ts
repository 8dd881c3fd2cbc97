/**
 * `node spilling-server.ts SECRETS`: an MCP server that says every secret in the file in every way a server can, over stdio.
 * `createSpillingServer` is the same for HTTP. What it is to do is told by the tool's name.
 */
import { readFileSync } from 'node:fs';
import { McpServer, ProtocolError, ProtocolErrorCode, type CallToolResult, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { spill } from './secrets.ts';

export const spillingTools = ['spill_result', 'spill_error', 'spill_refusal', 'spill_on_the_way', 'spill_question', 'spill_and_die', 'spill_asked'] as const;

/** `writes`: to its error output too; in the process of a test that would be the test's. */
export function createSpillingServer(secrets: readonly string[], writes = false): McpServer {
  const everything = secrets.map((secret) => spill(secret)).join('\n');
  const some = secrets.slice(0, 40);
  const server = new McpServer(
    { name: 'spilling', version: '1.0.0', title: `Spilling ${secrets[1]}` },
    { capabilities: { tools: {}, prompts: {}, resources: {}, completions: {}, logging: {} }, instructions: everything },
  );
  const { server: handlers } = server;
  handlers.setRequestHandler('tools/list', () => ({
    tools: [
      ...spillingTools.map((name, index) => ({
        name,
        title: `${name} ${secrets[index]}`,
        description: spill(secrets[index] ?? ''),
        inputSchema: { type: 'object' as const, properties: { [`key-${secrets[index]}`]: { type: 'string', description: spill(secrets[index + 20] ?? ''), default: secrets[index + 30] ?? '' } } },
        annotations: { title: secrets[index + 40] ?? '' },
      })),
      { name: `tool-${secrets[2]}`, description: 'Its name is a secret.', inputSchema: { type: 'object' as const } },
    ],
  }));
  handlers.setRequestHandler('tools/call', ({ params }, context) => call(params.name, context));
  handlers.setRequestHandler('resources/list', () => ({ resources: some.map((secret, index) => ({ uri: `spill://${index}?key=${encodeURIComponent(secret)}`, name: secret, description: spill(secret) })) }));
  handlers.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [{ uriTemplate: `spill://{id}?key=${encodeURIComponent(secrets[1] ?? '')}`, name: secrets[1] ?? '' }] }));
  handlers.setRequestHandler('resources/read', ({ params }) => ({
    contents: [
      { uri: params.uri, mimeType: 'text/plain', text: everything },
      { uri: `spill://blob?key=${secrets[1]}`, mimeType: 'application/octet-stream', blob: Buffer.from(everything).toString('base64') },
    ],
  }));
  handlers.setRequestHandler('prompts/list', () => ({ prompts: [{ name: 'spill_prompt', description: everything, arguments: [{ name: 'about', description: spill(secrets[3] ?? '') }] }] }));
  handlers.setRequestHandler('prompts/get', () => ({ description: everything, messages: [{ role: 'user', content: { type: 'text', text: everything } }] }));
  handlers.setRequestHandler('completion/complete', () => ({ completion: { values: some, hasMore: false } }));

  async function call(name: string, context: ServerContext): Promise<CallToolResult> {
    const { mcpReq } = context;
    if (writes) console.error(`\u001b[31m${name}\u001b[0m ${secrets.slice(0, 5).map((secret) => spill(secret)).join(' ')}`);
    if (writes) for (const secret of secrets) console.error(`\u001b[1mtoken\u001b[0m=${secret} and ${spill(secret)}`);
    switch (name) {
      case 'spill_error':
        return { isError: true, content: [{ type: 'text', text: everything }] };
      case 'spill_refusal':
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Refused: ${everything}`, { token: secrets[1], everything });
      case 'spill_on_the_way': {
        const token = mcpReq._meta?.progressToken;
        for (const [index, secret] of some.entries()) {
          await mcpReq.log('error', { message: spill(secret), [secret]: secret }, `logger-${secret}`);
          if (token !== undefined) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress: index, total: some.length, message: spill(secret) } });
        }
        return { content: [{ type: 'text', text: 'It was said on the way.' }] };
      }
      case 'spill_question': {
        const answer = await mcpReq.send({ method: 'elicitation/create', params: { message: `May I have ${everything}?`, requestedSchema: { type: 'object', properties: { [`k${secrets[1]}`]: { type: 'string', title: secrets[2], default: secrets[3] } } } } }, { timeout: 60_000 }).catch((error: unknown) => String(error));
        return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
      }
      case 'spill_and_die':
        console.error(`fatal: the token ${secrets[1]} was refused`);
        process.exit(7);
    }
    return {
      content: [
        { type: 'text', text: everything },
        { type: 'text', text: JSON.stringify({ some: some.map((secret) => spill(secret)) }) },
        { type: 'resource', resource: { uri: `spill://${encodeURIComponent(secrets[1] ?? '')}`, mimeType: 'text/plain', text: everything } },
        { type: 'resource', resource: { uri: 'spill://blob', mimeType: 'application/octet-stream', blob: Buffer.from(`x${secrets.join('|')}`).toString('base64') } },
        { type: 'resource_link', uri: `https://user:${encodeURIComponent(secrets[2] ?? '')}@host.example/`, name: secrets[3] ?? '' },
        { type: 'image', mimeType: 'image/png', data: Buffer.from(`xx${secrets.join('|')}`).toString('base64') },
      ],
      structuredContent: Object.fromEntries(secrets.map((secret) => [secret, { [secret]: [`x${secret}`] }])),
      _meta: { token: secrets[1], [`x/${secrets[4]}`]: spill(secrets[5] ?? '') },
    };
  }
  return server;
}

if (import.meta.main) {
  // Written by the test beside this file.
  const secrets = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as string[];
  await createSpillingServer(secrets, true).connect(new StdioServerTransport());
}
