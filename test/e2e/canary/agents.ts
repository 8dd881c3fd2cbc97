import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { root, type RunningApp } from '../running-app.ts';
import { join } from 'node:path';

/** Every byte that agents were given. */
export class Given {
  readonly #chunks: Buffer[] = [];

  add(bytes: Uint8Array): void {
    this.#chunks.push(Buffer.from(bytes));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** `fetch` that notes what comes back, as it comes. */
  readonly fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    this.add(Buffer.from(JSON.stringify([...response.headers])));
    const note = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        this.add(chunk);
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body?.pipeThrough(note) ?? null, { status: response.status, statusText: response.statusText, headers: response.headers });
  };
}

/** An agent of the SDK over HTTP that answers questions, and hears progress and logs. */
export async function connectAgent(app: RunningApp, given: Given, agent: string, mode: 'auto' | 'legacy'): Promise<Client> {
  const token = await app.token(agent);
  const client = new Client({ name: agent, version: '1.0.0' }, { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }));
  await client.connect(new StreamableHTTPClientTransport(new URL(app.mcpUrl), { fetch: given.fetch, requestInit: { headers: { authorization: `Bearer ${token}` } } }));
  return client;
}

/** An agent that starts the `countersign` command and speaks to it in lines. */
export class LineAgent {
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (answer: unknown) => void>();
  #next = 0;

  private constructor(child: ChildProcess, given: Given) {
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => given.add(chunk));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      // What the broker sends is JSON-RPC.
      const message = JSON.parse(line) as { readonly id?: number };
      if (message.id !== undefined) this.#answers.get(message.id)?.(message);
    });
  }

  static async start(app: RunningApp, given: Given, agent: string): Promise<LineAgent> {
    const child = spawn(process.execPath, [join(root, 'out/main/countersign.js'), 'connect', '--agent', agent], { env: { ...process.env, COUNTERSIGN_HOME: app.home }, stdio: 'pipe' });
    const started = new LineAgent(child, given);
    await started.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: agent, version: '1' } });
    child.stdin?.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    return started;
  }

  ask(method: string, params: object): Promise<unknown> {
    const id = this.#next++;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return answer;
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}
