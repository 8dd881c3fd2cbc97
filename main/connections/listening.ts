import { ProtocolError, type Client, type McpSubscription } from '@modelcontextprotocol/client';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { UpstreamChange } from '../model/upstream.ts';
import type { Follower } from './subscriptions.ts';

export interface ListeningOptions {
  readonly client: Pick<Client, 'getServerCapabilities' | 'listen'>;
  readonly clock: Clock;
  /** Milliseconds until the server must have agreed. */
  readonly timeout: number;
  /** Something may have changed while nobody listened. */
  onGap(change: UpstreamChange): void;
}

type Filter = Parameters<Client['listen']>[0];

/** Milliseconds. */
const firstRest = 1000;
const longestRest = 60_000;

/**
 * Hears of changes from a server of 2026-07-28 (`subscriptions/listen`): one stream for the lists and all resources. What
 * is to be heard changes by opening another one and closing the old; a stream that ends by itself is opened again.
 */
export class Listening implements Follower {
  readonly #options: ListeningOptions;
  readonly #uris = new Set<string>();
  #isWatchingLists = false;
  #current: { readonly subscription: McpSubscription; readonly wanted: string; readonly openedAt: number } | undefined;
  #work: Promise<void> = Promise.resolve();
  #rest = firstRest;
  #stopRetry: Dispose | undefined;
  #isClosed = false;

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  /** Listens for the lists that the server says may change. */
  watchLists(): void {
    if (this.#isWatchingLists) return;
    this.#isWatchingLists = true;
    this.#refresh().catch((error: unknown) => this.#retryLater(error));
  }

  async follow(uri: string): Promise<void> {
    this.#uris.add(uri);
    try {
      await this.#refresh();
      if (this.#current?.subscription.honoredFilter.resourceSubscriptions?.includes(uri) !== true) throw new Error('The service does not tell of changes of that.');
    } catch (error) {
      this.#uris.delete(uri);
      throw error;
    }
  }

  async unfollow(uri: string): Promise<void> {
    this.#uris.delete(uri);
    await this.#refresh();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopRetry?.();
  }

  #refresh(): Promise<void> {
    const open = (): Promise<void> => this.#open();
    this.#work = this.#work.then(open, open);
    return this.#work;
  }

  async #open(): Promise<void> {
    if (this.#isClosed) throw new Error('The connection is closed.');
    const filter = this.#filter();
    const wanted = JSON.stringify(filter);
    const old = this.#current;
    if (old?.wanted === wanted) return;
    if (Object.keys(filter).length === 0) this.#current = undefined;
    else {
      const subscription = await this.#options.client.listen(filter, { timeout: this.#options.timeout });
      this.#current = { subscription, wanted, openedAt: this.#options.clock.now() };
      void subscription.closed.then(() => this.#ended(subscription));
    }
    await old?.subscription.close();
  }

  #filter(): Filter {
    const { tools, prompts, resources } = this.#options.client.getServerCapabilities() ?? {};
    const isWatching = this.#isWatchingLists;
    return {
      ...(isWatching && tools?.listChanged === true ? { toolsListChanged: true } : {}),
      ...(isWatching && prompts?.listChanged === true ? { promptsListChanged: true } : {}),
      ...(isWatching && resources?.listChanged === true ? { resourcesListChanged: true } : {}),
      ...(this.#uris.size === 0 ? {} : { resourceSubscriptions: [...this.#uris].sort() }),
    };
  }

  #ended(subscription: McpSubscription): void {
    if (this.#isClosed || this.#current?.subscription !== subscription) return;
    // One that lasted was well; its end is the first again.
    if (this.#options.clock.now() - this.#current.openedAt >= longestRest) this.#rest = firstRest;
    this.#current = undefined;
    this.#retryLater(undefined);
  }

  #retryLater(error: unknown): void {
    // A server that refuses, or speaks no such method, will do so again.
    if (this.#isClosed || error instanceof ProtocolError) return;
    this.#stopRetry?.();
    this.#stopRetry = this.#options.clock.after(this.#rest, () => void this.#resume());
    this.#rest = Math.min(this.#rest * 2, longestRest);
  }

  async #resume(): Promise<void> {
    const filter = this.#filter();
    try {
      await this.#refresh();
    } catch (error) {
      this.#retryLater(error);
      return;
    }
    if (this.#current === undefined) return;
    if (filter.toolsListChanged === true) this.#options.onGap({ kind: 'tools' });
    if (filter.promptsListChanged === true) this.#options.onGap({ kind: 'prompts' });
    if (filter.resourcesListChanged === true) this.#options.onGap({ kind: 'resources' });
    for (const uri of filter.resourceSubscriptions ?? []) this.#options.onGap({ kind: 'resource', uri });
  }
}
