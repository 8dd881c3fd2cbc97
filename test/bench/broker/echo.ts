import { Server } from '@modelcontextprotocol/server';

/** The one tool that is called; the others are only listed. */
export const echoTool = 'echo';

const inputSchema = { type: 'object' as const, properties: { text: { type: 'string' } }, required: ['text'] };

/** The service behind every variant: says a text back, and lists that many tools. */
export function createEcho(toolCount: number): Server {
  const server = new Server({ name: 'echo', version: '1.0.0' }, { capabilities: { tools: {} } });
  const others = Array.from({ length: toolCount - 1 }, (_, index) => ({
    name: `tool_${index}`,
    description: `Tool number ${index}, as long as real ones are: it would look up a record, change a field of it and say what was changed.`,
    inputSchema,
  }));
  const tools = [{ name: echoTool, description: 'Says it back.', inputSchema }, ...others];
  server.setRequestHandler('tools/list', () => ({ tools }));
  server.setRequestHandler('tools/call', ({ params }) => ({ content: [{ type: 'text', text: String(params.arguments?.['text']) }] }));
  return server;
}
