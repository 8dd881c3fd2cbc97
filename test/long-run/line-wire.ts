import type { Socket } from 'node:net';
import { askApp } from '../../main/cli/app-connection.ts';
import { LineReader } from '../../main/model/line-reader.ts';
import { socketPlace } from '../../main/paths.ts';
import type { Findings } from './findings.ts';
import { Exchange, sessionVersion, type Asked, type Ending, type Era, type Json, type Wire } from './wire.ts';

/** Over the command's socket, as `countersign connect` passes it through. */
export async function openLineWire(name: string, era: Era, home: string, agent: string, findings: Findings): Promise<Wire> {
  const answer = await askApp(socketPlace(home), { purpose: 'connect', agent, name: agent }, () => undefined);
  if (!answer.ok || answer.reply.kind !== 'ready') throw new Error(`${agent} was not let in.`);
  const wire = new LineWire(name, answer.socket, new Exchange(name, era, findings));
  if (era === 'legacy') await wire.initialize();
  return wire;
}

/** A token of that agent, as `countersign token` gets it. */
export async function tokenOf(home: string, agent: string): Promise<string> {
  const answer = await askApp(socketPlace(home), { purpose: 'token', agent, name: agent }, () => undefined);
  if (!answer.ok || answer.reply.kind !== 'token') throw new Error(`There is no token for ${agent}: ${answer.ok ? answer.reply.kind : answer.text}`);
  answer.socket.destroy();
  return answer.reply.token;
}

/** The longest line that is read, in bytes. */
const longestLine = 64 * 1024 * 1024;

class LineWire implements Wire {
  readonly name: string;
  readonly #socket: Socket;
  readonly #exchange: Exchange;

  constructor(name: string, socket: Socket, exchange: Exchange) {
    this.name = name;
    this.#socket = socket;
    this.#exchange = exchange;
    const lines = new LineReader(longestLine);
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.read(chunk)) exchange.take(line);
    });
    socket.once('close', () => exchange.endAll('the socket was closed'));
    socket.resume();
  }

  async initialize(): Promise<void> {
    const ending = await this.request({ method: 'initialize', params: { protocolVersion: sessionVersion, capabilities: {}, clientInfo: { name: this.name, version: '1.0.0' } } });
    if (ending.kind !== 'result') throw new Error(`There is no session for ${this.name}: ${JSON.stringify(ending)}`);
    this.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  }

  async request(asked: Asked): Promise<Ending> {
    const { id, message, ending } = this.#exchange.begin(asked);
    const { signal } = asked;
    const cancel = (): void => {
      this.#exchange.end(id, { kind: 'cancelled' });
      this.#send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
    };
    signal?.addEventListener('abort', cancel, { once: true });
    this.#send(message);
    try {
      return await ending;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.end();
    });
  }

  #send(message: Json): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }
}
