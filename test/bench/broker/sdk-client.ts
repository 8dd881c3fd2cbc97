import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Door, EchoClient } from './client.ts';

/** The SDK's client as it comes: today that is the 2025-11-25 handshake. */
export function connectSdk(door: Door): Promise<EchoClient> {
  return connect(door, 'legacy');
}

/** The SDK's client in the 2026-07-28 protocol where the server speaks it. */
export function connectModernSdk(door: Door): Promise<EchoClient> {
  return connect(door, 'auto');
}

async function connect(door: Door, mode: 'legacy' | 'auto'): Promise<EchoClient> {
  const client = new Client({ name: 'bench', version: '1.0.0' }, { versionNegotiation: { mode } });
  const transport = transportOf(door);
  await client.connect(transport);
  // As agents do, and the client needs the list to check results.
  const { tools } = await client.listTools();
  return {
    async echo(text) {
      const { content } = await client.callTool({ name: door.tool, arguments: { text } });
      const first = content[0];
      if (first?.type !== 'text' || first.text !== text) throw new Error(`Not an echo: ${JSON.stringify(content)}`);
    },
    pid: transport instanceof StdioClientTransport ? (transport.pid ?? undefined) : undefined,
    toolCount: tools.length,
    close: () => client.close(),
  };
}

function transportOf(door: Door): StreamableHTTPClientTransport | StdioClientTransport {
  if (door.kind === 'stdio') return new StdioClientTransport({ command: door.command, args: [...door.args], stderr: 'ignore' });
  const headers: Record<string, string> = door.token === undefined ? {} : { authorization: `Bearer ${door.token}` };
  return new StreamableHTTPClientTransport(new URL(door.url), { requestInit: { headers } });
}
