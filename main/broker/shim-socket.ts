import { chmod, lstat, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server as NetServer, type Socket } from 'node:net';
import { agentId, type AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { Caller } from './catalog.ts';
import type { EntryRefusal } from './entry.ts';
import { readLine } from './read-line.ts';
import { parseHello, type AppStatus, type Hello, type Reply } from './shim-protocol.ts';
import { folderProblemText, makeSocketFolder } from './socket-folder.ts';

export interface ShimSocketParts {
  /** A Unix socket in a folder of this person's own, or a Windows pipe (no folder). */
  readonly place: { readonly path: string; readonly folder: string | null };
  readonly clock: Clock;
  /** Speaks MCP over the rest of the socket. */
  serve(socket: Socket, caller: Caller): void;
  isPaired(agent: AgentId): boolean;
  isPaused(agent: AgentId): boolean;
  /** Asks the person about an agent that is not paired; waits for the answer. */
  requirePaired(agent: AgentId, proposedName: string): Promise<'paired' | 'refused' | 'busy'>;
  issueToken(agent: AgentId): { readonly token: string; readonly expiresAt: number };
  /** An agent connected; once per connection. */
  onSeen(agent: AgentId): void;
  status(): AppStatus;
  onRefusedEntry(why: EntryRefusal): void;
}

export type ShimSocketStart =
  | { readonly ok: true; readonly socket: ShimSocket }
  | { readonly ok: false; readonly why: 'unsafe_folder' | 'already_running' | 'unusable'; readonly text: string };

const maxConnections = 64;
/** Milliseconds a connection has for its first line. */
const helloTimeout = 5_000;

/** The door for `countersign connect`, `token` and `status`: who can open the socket's folder is this person. */
export class ShimSocket {
  readonly #parts: ShimSocketParts;
  readonly #net: NetServer;
  /** Every open connection; the agent once it is known. */
  readonly #open = new Map<Socket, AgentId | undefined>();

  private constructor(parts: ShimSocketParts) {
    this.#parts = parts;
    this.#net = createServer((socket) => void this.#welcome(socket));
    this.#net.maxConnections = maxConnections;
  }

  /** Replaces a dead socket, never a live one. */
  static async start(parts: ShimSocketParts): Promise<ShimSocketStart> {
    const { path, folder } = parts.place;
    const problem = folder === null ? undefined : await makeSocketFolder(folder);
    if (problem !== undefined) {
      parts.onRefusedEntry('unsafe_socket_folder');
      return { ok: false, why: 'unsafe_folder', text: folderProblemText(problem) };
    }
    // Before anything is said to it: what is no socket, a link to one included, was put there by somebody.
    if (folder !== null && !(await isSocketOrNothing(path))) return unusable;
    if (await answers(path)) return { ok: false, why: 'already_running', text: 'Another Countersign is running already.' };
    if (folder !== null) await unlink(path).catch(() => undefined);
    const socket = new ShimSocket(parts);
    try {
      await socket.#listen(path);
      if (folder !== null) await chmod(path, 0o600);
    } catch {
      await socket.close();
      return unusable;
    }
    return { ok: true, socket };
  }

  /** Ends every connection of this agent. */
  disconnect(agent: AgentId): void {
    for (const [socket, owner] of this.#open) if (owner === agent) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    for (const socket of this.#open.keys()) socket.destroy();
    await closed;
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#net.once('error', reject);
      this.#net.listen({ path, exclusive: true }, () => {
        this.#net.off('error', reject);
        resolve();
      });
    });
  }

  async #welcome(socket: Socket): Promise<void> {
    this.#open.set(socket, undefined);
    socket.once('close', () => this.#open.delete(socket));
    // A command that went away is no failure of ours; `close` follows.
    socket.on('error', () => {});
    const stopTimeout = this.#parts.clock.after(helloTimeout, () => socket.destroy());
    try {
      const line = await readLine(socket);
      stopTimeout();
      const hello = line === undefined ? undefined : parseHello(line);
      if (hello === undefined) return this.#refuse(socket, 'This is not a request that Countersign knows. Is the command of the same version as the app?');
      await this.#serve(socket, hello);
    } catch {
      this.#refuse(socket, 'Countersign had an internal error. Nothing was done.');
    } finally {
      stopTimeout();
    }
  }

  async #serve(socket: Socket, hello: Hello): Promise<void> {
    if (hello.purpose === 'status') return finish(socket, { kind: 'status', status: this.#parts.status() });
    const agent = agentId.safeParse(hello.agent);
    if (!agent.success) return this.#refuse(socket, 'An agent’s id has only small letters, digits and hyphens. Copy it from Countersign, Claws.');
    const refusal = await this.#pair(socket, agent.data, hello.name);
    if (refusal !== undefined) return this.#refuse(socket, refusal);
    if (socket.destroyed) return;
    if (hello.purpose === 'token') return this.#giveToken(socket, agent.data);
    this.#open.set(socket, agent.data);
    this.#parts.onSeen(agent.data);
    say(socket, { kind: 'ready' });
    this.#parts.serve(socket, { agent: agent.data, reach: null });
  }

  /** Why this agent may not come in; undefined when it may. */
  async #pair(socket: Socket, agent: AgentId, name: string): Promise<string | undefined> {
    if (this.#parts.isPaired(agent)) return undefined;
    if (!this.#parts.status().canAsk) {
      this.#parts.onRefusedEntry('pairing_refused');
      return `"${agent}" is not connected yet, and nobody can be asked where Countersign runs now. Start it with a screen or on a terminal, or add the Claw in its managed settings.`;
    }
    say(socket, { kind: 'waiting', text: `Countersign asks the person whether "${agent}" may connect. Waiting for the answer.` });
    const answer = await this.#parts.requirePaired(agent, name);
    if (answer === 'paired') return undefined;
    this.#parts.onRefusedEntry('pairing_refused');
    if (answer === 'busy') return 'Countersign is asking about other Claws already. Answer those first, then try again.';
    return `"${agent}" may not connect: the person said no or did not answer. Add it in Countersign under Claws, or try again later.`;
  }

  #giveToken(socket: Socket, agent: AgentId): void {
    if (this.#parts.isPaused(agent)) return this.#refuse(socket, `"${agent}" is paused in Countersign. Resume it there first.`);
    finish(socket, { kind: 'token', ...this.#parts.issueToken(agent) });
  }

  #refuse(socket: Socket, text: string): void {
    finish(socket, { kind: 'refused', text });
  }
}

const unusable: ShimSocketStart = { ok: false, why: 'unusable', text: 'Countersign cannot open its socket, so the countersign command cannot reach it.' };

function say(socket: Socket, reply: Reply): void {
  if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
}

/** Says it and lets go of the socket, whatever else was sent or is never read: a place at this door is for who still talks. */
function finish(socket: Socket, reply: Reply): void {
  say(socket, reply);
  socket.destroySoon();
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

async function isSocketOrNothing(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats === undefined || stats.isSocket();
}
