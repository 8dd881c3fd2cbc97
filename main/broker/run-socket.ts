import { randomInt } from 'node:crypto';
import { chmod, unlink } from 'node:fs/promises';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { Caller } from './catalog.ts';
import { readLine } from './read-line.ts';
import { parseHello, type Reply } from './shim-protocol.ts';
import { makeSocketFolder } from './socket-folder.ts';

export interface RunSocketParts {
  /** The folder of the command's socket; null: named pipes, beside the command's. */
  readonly place: { readonly path: string; readonly folder: string | null };
  readonly clock: Clock;
  /** Speaks MCP over the rest of the socket. */
  serve(socket: Socket, caller: Caller): void;
  /** Whether this agent is (still) paired. */
  isPaired(agent: AgentId): boolean;
  onSeen(agent: AgentId): void;
}

export type RunSocketStart = { readonly ok: true; readonly socket: RunSocket } | { readonly ok: false; readonly why: 'unsafe_folder' | 'unusable' | 'unknown_agent' };

const maxConnections = 8;
/** Milliseconds a connection has for its first line. */
const helloTimeout = 5_000;
const attempts = 5;

/**
 * A socket for one run of one agent: whoever can reach it is that agent, with that reach, and can become nobody else. It is
 * all that a sandbox has to be shown of Countersign. It ends with the run.
 */
export class RunSocket {
  readonly path: string;
  readonly caller: Caller;
  readonly #parts: RunSocketParts;
  readonly #net: NetServer;
  readonly #open = new Set<Socket>();
  #isListening = false;

  private constructor(parts: RunSocketParts, caller: Caller, path: string) {
    this.path = path;
    this.caller = caller;
    this.#parts = parts;
    this.#net = createServer((socket) => void this.#welcome(socket));
    this.#net.maxConnections = maxConnections;
  }

  static async open(parts: RunSocketParts, caller: Caller): Promise<RunSocketStart> {
    const { folder } = parts.place;
    if (!parts.isPaired(caller.agent)) return { ok: false, why: 'unknown_agent' };
    if (folder !== null && (await makeSocketFolder(folder)) !== undefined) return { ok: false, why: 'unsafe_folder' };
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const socket = new RunSocket(parts, caller, newPath(parts.place));
      try {
        await socket.#listen();
        if (folder !== null) await chmod(socket.path, 0o600);
        return { ok: true, socket };
      } catch {
        await socket.close();
      }
    }
    return { ok: false, why: 'unusable' };
  }

  /** Ends what is connected; the run goes on. */
  disconnect(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** The end of the run: nobody is connected any more, and the socket is gone. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    this.disconnect();
    await closed;
    // Node removes it with the server; one that never listened may have left it.
    if (this.#parts.place.folder !== null && this.#isListening) await unlink(this.path).catch(() => undefined);
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#net.once('error', reject);
      this.#net.listen({ path: this.path, exclusive: true }, () => {
        this.#net.off('error', reject);
        this.#isListening = true;
        resolve();
      });
    });
  }

  async #welcome(socket: Socket): Promise<void> {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    // A client that went away is no failure of ours; `close` follows.
    socket.on('error', () => {});
    const stopTimeout = this.#parts.clock.after(helloTimeout, () => socket.destroy());
    try {
      const line = await readLine(socket);
      const hello = line === undefined ? undefined : parseHello(line);
      const { agent } = this.caller;
      if (hello?.purpose !== 'connect') return finish(socket, 'This socket belongs to one run of one Claw: it takes its connections alone, and gives no token.');
      if (hello.agent !== agent) return finish(socket, `This socket belongs to a run of "${agent}", and to no other Claw.`);
      if (!this.#parts.isPaired(agent)) return finish(socket, `"${agent}" is not connected to Countersign any more.`);
      this.#parts.onSeen(agent);
      say(socket, { kind: 'ready' });
      this.#parts.serve(socket, this.caller);
    } catch {
      finish(socket, 'Countersign had an internal error. Nothing was done.');
    } finally {
      stopTimeout();
    }
  }
}

/** As short as the command's own, so that it fits wherever that one does; what guards it is the folder. */
function newPath({ path, folder }: RunSocketParts['place']): string {
  const name = randomInt(36 ** 5, 36 ** 6).toString(36);
  return folder === null ? `${path}-${name}` : join(folder, `${name}.sock`);
}

function say(socket: Socket, reply: Reply): void {
  if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
}

function finish(socket: Socket, text: string): void {
  say(socket, { kind: 'refused', text });
  socket.destroySoon();
}
