import { connectionId, type AgentId, type ConnectionId, type Result } from '../../preload/contract.ts';
import type { Agents } from '../agents/agents.ts';
import type { ConnectionStore } from '../connections/connection-store.ts';
import type { Connection } from '../connections/connection.ts';
import type { Connector } from '../connectors/connector.ts';
import { createEmailConnector } from '../connectors/email/index.ts';
import type { Clock } from '../model/clock.ts';
import { say } from '../model/say.ts';
import type { FormatText } from '../text/text.ts';
import { startPracticeMailServer, type PracticeMailServer } from './mail-server/index.ts';
import { playPracticeClaw } from './practice-claw.ts';

export interface PracticeParts {
  readonly agents: Agents;
  readonly connections: ConnectionStore;
  readonly clock: Clock;
  readonly text: FormatText;
  readonly mcpUrl: () => string;
  readonly issueToken: (agent: AgentId) => string;
  readonly report: (problem: string) => void;
}

/** The practice Claw and its mailbox: everything real, nothing outside this machine. */
export class Practice {
  readonly #parts: PracticeParts;
  readonly #closing = new AbortController();
  #server: Promise<PracticeMailServer> | undefined;
  #playing: Promise<void> | undefined;

  constructor(parts: PracticeParts) {
    this.#parts = parts;
  }

  /** The upstream of the practice mailbox; its mail server starts with the first use and forgets all at the end. */
  async open({ id, name }: Connection): Promise<Connector> {
    const server = await this.#startServer();
    const { clock } = this.#parts;
    const { address, user, password, imap, smtp } = server;
    return createEmailConnector({ account: { id, name, address, user, imap, smtp }, withPassword: (use) => use(password), clock, attachmentFolders: () => [] });
  }

  /** Has the practice Claw read the inbox and ask to send a reply. One at a time. */
  async start(): Promise<Result<null>> {
    try {
      await this.#startServer();
    } catch (error) {
      this.#parts.report(`The practice mailbox could not be started: ${String(error)}`);
      return { ok: false, problem: say('practice.problem') };
    }
    const mailbox = this.#mailbox();
    const claw = this.#claw(mailbox);
    if (claw === undefined) return { ok: false, problem: say('practice.problem') };
    this.#playing ??= this.#play(claw, mailbox).finally(() => {
      this.#playing = undefined;
    });
    return { ok: true, value: null };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#playing;
    await this.#server?.then((server) => server.stop(), () => undefined);
  }

  async #play(claw: AgentId, connection: ConnectionId): Promise<void> {
    const { mcpUrl, issueToken, report } = this.#parts;
    try {
      await playPracticeClaw({ mcpUrl: mcpUrl(), token: issueToken(claw), connection, signal: this.#closing.signal });
    } catch (error) {
      if (!this.#closing.signal.aborted) report(`The practice Claw stopped: ${String(error)}`);
    }
  }

  #startServer(): Promise<PracticeMailServer> {
    this.#server ??= startPracticeMailServer({ clock: this.#parts.clock });
    // A start that failed is tried anew the next time.
    this.#server.catch(() => {
      this.#server = undefined;
    });
    return this.#server;
  }

  #mailbox(): ConnectionId {
    const { connections, text } = this.#parts;
    const existing = connections.list().find(({ kind }) => kind === 'practice');
    return connectionId.parse((existing ?? connections.add({ name: text(say('practice.mailbox')), kind: 'practice', config: {} })).id);
  }

  #claw(mailbox: ConnectionId): AgentId | undefined {
    const { agents, text } = this.#parts;
    const existing = agents.list().find(({ isPractice }) => isPractice);
    const claw = existing ?? agents.add(text(say('practice.name')), { isPractice: true });
    // A mailbox that was removed and made anew has another id.
    if (claw && !claw.connections?.includes(mailbox)) agents.setConnections(claw.id, [mailbox]);
    return claw?.id;
  }
}
