import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export interface PracticeClawOptions {
  /** The app's own MCP address. */
  readonly mcpUrl: string;
  /** A short-lived token of the practice agent. */
  readonly token: string;
  /** The prefix of the practice mailbox's tools. */
  readonly connection: string;
  readonly signal: AbortSignal;
}

const answerText = `Hi Ana,

thank you for asking. The price list for the third quarter is ready: the volume discount starts at 40 units now.

Shall we speak on Thursday at 10?

Best regards`;

/**
 * A real MCP client with a script instead of a model: looks for the price list request in the practice mailbox, reads it,
 * asks to reply, and waits for the person like any other Claw. Resolves with the last result's text.
 */
export async function playPracticeClaw({ mcpUrl, token, connection, signal }: PracticeClawOptions): Promise<string> {
  const client = new Client({ name: 'practice-claw', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers: { authorization: `Bearer ${token}` } } });
  await client.connect(transport);
  try {
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args }, { signal, timeout: 120_000 });
    const found = await call(`${connection}__search_messages`, { query: 'price list' });
    const id = firstMessageId(found.structuredContent);
    if (id === undefined) return textOf(found);
    await call(`${connection}__read_message`, { id });
    let last = await call(`${connection}__reply`, { id, text: answerText });
    for (let action = waitingAction(last.structuredContent); action !== undefined; action = waitingAction(last.structuredContent)) {
      last = await call('countersign_wait', { action });
    }
    return textOf(last);
  } finally {
    await client.close();
  }
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value ? Reflect.get(value, key) : undefined;
}

function firstMessageId(structured: unknown): string | undefined {
  const messages = property(structured, 'messages');
  const id = Array.isArray(messages) ? property(messages[0], 'id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

function waitingAction(structured: unknown): string | undefined {
  const action = property(structured, 'action');
  return property(structured, 'outcome') === 'waiting' && typeof action === 'string' ? action : undefined;
}

function textOf(result: { readonly content?: unknown }): string {
  const [first]: unknown[] = Array.isArray(result.content) ? result.content : [];
  const text = property(first, 'text');
  return typeof text === 'string' ? text : '';
}
