import { isJsonObject, type JsonObject, type JsonValue } from '../../main/model/json.ts';
import { marketingToken, type Broker } from './harness.ts';

/** What a test sends besides the message; everything has a usual value. */
export interface Sent {
  readonly token?: string;
  /** Behind `/mcp`: `/work-mail`. */
  readonly path?: string;
  readonly id?: string | number;
  readonly capabilities?: JsonObject;
  readonly meta?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly session?: string;
  /** Text of the body, and what stands there instead: JSON that no value is written as. */
  readonly replaceInBody?: readonly [string, string];
}

export interface Exchange {
  readonly status: number;
  readonly headers: Headers;
  readonly messages: readonly JsonObject[];
  /** The last message: the answer. */
  readonly answer: JsonObject;
}

const anyAnswer = 'application/json, text/event-stream';

/** A request of the 2026-07-28 protocol, as a client without an SDK sends it. */
export function sendModern(broker: Broker, method: string, params: JsonObject = {}, sent: Sent = {}): Promise<Response> {
  const { token = marketingToken, path = '', id = 1, capabilities = {}, meta = {}, headers = {}, signal, replaceInBody: [from, to] = ['', ''] } = sent;
  const name = params['name'] ?? params['uri'];
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': capabilities, ...meta };
  return fetch(`${broker.endpoint.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: anyAnswer,
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': `=?base64?${Buffer.from(name).toString('base64')}?=` } : {}),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }).replace(from, to),
    ...(signal === undefined ? {} : { signal }),
  });
}

export async function askModern(broker: Broker, method: string, params: JsonObject = {}, sent: Sent = {}): Promise<Exchange> {
  return toExchange(await sendModern(broker, method, params, sent));
}

/** A message of the protocols with sessions. */
export function sendLegacy(broker: Broker, message: JsonObject, { token = marketingToken, path = '', session, headers = {}, signal }: Sent = {}): Promise<Response> {
  return fetch(`${broker.endpoint.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: anyAnswer, 'content-type': 'application/json', ...(session === undefined ? {} : { 'mcp-session-id': session }), ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    ...(signal === undefined ? {} : { signal }),
  });
}

export async function askLegacy(broker: Broker, message: JsonObject, sent: Sent = {}): Promise<Exchange> {
  return toExchange(await sendLegacy(broker, message, sent));
}

/** Opens a session; its id. */
export async function openSession(broker: Broker, sent: Sent & { readonly version?: string } = {}): Promise<string> {
  const { version = '2025-11-25', capabilities = {} } = sent;
  const { headers } = await askLegacy(broker, { id: 0, method: 'initialize', params: { protocolVersion: version, capabilities, clientInfo: { name: 'raw', version: '1' } } }, sent);
  return headers.get('mcp-session-id') ?? '';
}

export function openGeneral(broker: Broker, session: string, { token = marketingToken, path = '', headers = {}, signal }: Sent = {}): Promise<Response> {
  return fetch(`${broker.endpoint.url}${path}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', 'mcp-session-id': session, ...headers },
    ...(signal === undefined ? {} : { signal }),
  });
}

async function toExchange(response: Response): Promise<Exchange> {
  const text = await response.text();
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  const messages = isStream ? messagesOf(text) : text === '' ? [] : [toMessage(text)];
  return { status: response.status, headers: response.headers, messages, answer: messages.at(-1) ?? {} };
}

function messagesOf(text: string): readonly JsonObject[] {
  return text.split('\n').flatMap((line) => (line.startsWith('data: {') ? [toMessage(line.slice('data: '.length))] : []));
}

function toMessage(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  // What `JSON.parse` made is JSON.
  if (!isJsonObject(value as JsonValue)) throw new Error(`no message: ${text}`);
  return value as JsonObject;
}

/** Reads the messages of an event stream one by one. */
export class MessageReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #read: JsonObject[] = [];
  #rest = '';
  /** Everything that came, as text. */
  text = '';

  constructor(response: Response) {
    if (response.body === null) throw new Error('The response has no body.');
    this.#chunks = response.body.values();
  }

  /** The next message; undefined when the stream has ended. */
  async next(): Promise<JsonObject | undefined> {
    for (;;) {
      const known = this.#read.shift();
      if (known !== undefined) return known;
      const { value, done } = await this.#chunks.next();
      if (done === true) return undefined;
      const text = this.#decoder.decode(value, { stream: true });
      this.text += text;
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.#read.push(...messagesOf(lines.join('\n')));
    }
  }
}

/** A field of a field of a message. */
export function field(message: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((inner, key) => (isJsonObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), message);
}

/** Waits until something holds; fails after two seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 2_000; !holds(); ) {
    if (Date.now() > end) throw new Error('It never came to hold.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
