/**
 * `node counting-service.ts JOURNAL SECRET`: an MCP server over stdio, without an SDK so that nothing stands between the bytes and
 * the journal. It writes down what it does before it does it, `{"kind":…,"name":…,"arguments":…}` a line, and says its secret in every answer:
 * no agent may ever hear it.
 */
import { appendFileSync } from 'node:fs';
import type { JsonObject } from '../../main/model/json.ts';
import { LineReader } from '../../main/model/line-reader.ts';
import { toolNames } from './messages.ts';
import type { CountedDeed } from './record.ts';

const [journal = '', secret = ''] = process.argv.slice(2);
const note = (deed: CountedDeed): void => appendFileSync(journal, `${JSON.stringify(deed)}\n`);
const send = (message: JsonObject): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

interface Received {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: JsonObject;
}

const asking = new Map<string, () => void>();
let questions = 0;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
const says = (id: unknown, isError = false): JsonObject => ({ content: [{ type: 'text', text: textOf(id) }, { type: 'text', text: `My key is ${secret}.` }], isError });

/** The answer; undefined for a method it does not know, `null` when it refuses. */
async function answerTo(method: string, params: JsonObject): Promise<JsonObject | null | undefined> {
  // Objects and texts: the app has looked at that.
  const given = (params['arguments'] ?? {}) as JsonObject;
  const name = textOf(params['name'] ?? '');
  switch (method) {
    case 'initialize':
      return { protocolVersion: params['protocolVersion'] ?? '', capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} }, serverInfo: { name: 'fuzzed', version: '1' } };
    case 'ping':
    case 'logging/setLevel':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return {};
    case 'tools/list':
      return { tools: toolNames.map((tool) => ({ name: tool, description: `Does ${tool}.`, inputSchema: { type: 'object' } })) };
    case 'resources/list':
      return { resources: [{ uri: 'fuzzed://r/1', name: 'one' }] };
    case 'resources/templates/list':
      return { resourceTemplates: [{ uriTemplate: 'fuzzed://r/{id}', name: 'any' }] };
    case 'prompts/list':
      return { prompts: [{ name: 'say', arguments: [{ name: 'id' }] }] };
    case 'tools/call':
      if (name === 'refuse') return null;
      note({ kind: 'invokeTool', name, arguments: given });
      if (name === 'steps') tellSteps(params, given['steps']);
      if (name === 'ask') await ask();
      return says(given['id'], name === 'fail');
    case 'resources/read':
      note({ kind: 'readResource', name: textOf(params['uri']), arguments: {} });
      return { contents: [{ uri: params['uri'] ?? '', text: secret }] };
    case 'prompts/get':
      note({ kind: 'getPrompt', name, arguments: given });
      return { messages: [{ role: 'user', content: { type: 'text', text: `${textOf(given['id'])} ${secret}` } }] };
    case 'completion/complete': {
      const { _meta, ...own } = params;
      const ref = own['ref'] as JsonObject;
      note({ kind: 'complete', name: textOf(ref['name'] ?? ref['uri']), arguments: own });
      return { completion: { values: [secret] } };
    }
    default:
      return undefined;
  }
}

function tellSteps(params: JsonObject, steps: unknown): void {
  const meta = params['_meta'];
  const token = typeof meta === 'object' && meta !== null && !Array.isArray(meta) ? (meta as JsonObject)['progressToken'] : undefined;
  for (let step = 1; step <= Math.min(Number(steps) || 0, 5); step += 1) {
    if (token !== undefined) send({ method: 'notifications/progress', params: { progressToken: token, progress: step, message: secret } });
    send({ method: 'notifications/message', params: { level: 'error', data: secret } });
  }
}

/** Asks the agent's client, and takes any answer. */
async function ask(): Promise<void> {
  questions += 1;
  const id = `q-${questions}`;
  const answered = new Promise<void>((resolve) => asking.set(id, resolve));
  send({ id, method: 'elicitation/create', params: { message: `Which? ${secret}`, requestedSchema: { type: 'object', properties: { which: { type: 'string' } } } } });
  await answered;
}

function take(line: string): void {
  // The app writes JSON-RPC.
  const { id, method, params = {} } = JSON.parse(line) as Received;
  if (method === undefined) {
    asking.get(String(id))?.();
    asking.delete(String(id));
    return;
  }
  if (id === undefined) return;
  void answerTo(method, params).then((result) => {
    if (result === undefined) send({ id, error: { code: -32601, message: 'There is no such method.' } });
    else if (result === null) send({ id, error: { code: -32602, message: `Refused: ${secret}.` } });
    else send({ id, result });
  });
}

/** Bytes. */
const longestMessage = 64 * 1024 * 1024;
// Node's own reader of lines takes U+2028 for an end as well.
const lines = new LineReader(longestMessage);
process.stdin.on('data', (chunk: Buffer) => {
  for (const line of lines.read(chunk)) take(line);
});
