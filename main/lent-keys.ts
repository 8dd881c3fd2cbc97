import { z } from 'zod';
import type { AgentId, ConnectionId, LentKey, Message, WorkbenchInput } from '../preload/contract.ts';
import type { CredentialStore } from './credentials/credential-store.ts';
import { boundTo } from './model/lent-key.ts';
import { onBehalfOf } from './model/on-behalf-of.ts';

const values = z.record(z.string(), z.string());

/** The keys that workbenches lend, each workbench's together under its connection's id: they are forgotten and removed with it. */
export class LentKeys {
  readonly #credentials: Pick<CredentialStore, 'put' | 'use'>;

  constructor(credentials: Pick<CredentialStore, 'put' | 'use'>) {
    this.#credentials = credentials;
  }

  /** Resolves with what is wrong; then nothing was kept. */
  async keep(connection: ConnectionId, keys: WorkbenchInput['keys']): Promise<Message | null> {
    if (keys.length === 0) return null;
    const value = JSON.stringify(Object.fromEntries(keys.map((key) => [key.variable, key.value])));
    const kept = await this.#credentials.put({ id: connection, origin: boundTo(withoutValues(keys)), value, kind: 'token', secrets: keys.map((key) => key.value) });
    return kept.ok ? null : kept.problem;
  }

  /** One of them, for that agent; undefined: it cannot be had now. */
  async lend(connection: ConnectionId, keys: readonly LentKey[], variable: string, agent: AgentId): Promise<string | undefined> {
    const lent = await onBehalfOf(agent, () => this.#credentials.use(connection, boundTo(keys), (value) => values.parse(JSON.parse(value))[variable]));
    return lent.ok ? lent.value : undefined;
  }
}

/** What may be written down of them. */
export function withoutValues(keys: WorkbenchInput['keys']): readonly LentKey[] {
  return keys.map(({ variable, hosts, place }) => ({ variable, hosts, place }));
}
