import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import type { UpstreamChange } from '../model/upstream.ts';

/** Milliseconds: the same change is told at most this often, however often the service says it. */
const apart = 250;
const mostAtOnce = 1000;

/** What a service says of changes, each told at once and, when it goes on, again after a moment. */
export class ChangeFeed {
  readonly #clock: Clock;
  readonly #changes = new Emitter<UpstreamChange>();
  readonly #recent = new Map<string, { isAgain: boolean; stop: Dispose }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  on(listener: (change: UpstreamChange) => void): Dispose {
    return this.#changes.on(listener);
  }

  /** False: the notification is none of these. */
  take(method: string, { uri }: JsonObject): boolean {
    const change = changeOf(method, uri);
    if (change === undefined) return false;
    if (change !== null) this.tell(change);
    return true;
  }

  tell(change: UpstreamChange): void {
    const key = change.kind === 'resource' ? `resource ${change.uri}` : change.kind;
    const recent = this.#recent.get(key);
    if (recent !== undefined) recent.isAgain = true;
    else if (this.#recent.size < mostAtOnce) {
      this.#rest(key, change);
      this.#changes.emit(change);
    }
  }

  close(): void {
    for (const { stop } of this.#recent.values()) stop();
    this.#recent.clear();
  }

  #rest(key: string, change: UpstreamChange): void {
    const stop = this.#clock.after(apart, () => {
      const isAgain = this.#recent.get(key)?.isAgain === true;
      this.#recent.delete(key);
      if (isAgain) this.tell(change);
    });
    this.#recent.set(key, { isAgain: false, stop });
  }
}

/** Null: it is one of ours, but says nothing that can be used. */
function changeOf(method: string, uri: unknown): UpstreamChange | null | undefined {
  switch (method) {
    case 'notifications/tools/list_changed':
      return { kind: 'tools' };
    case 'notifications/prompts/list_changed':
      return { kind: 'prompts' };
    case 'notifications/resources/list_changed':
      return { kind: 'resources' };
    case 'notifications/resources/updated':
      return typeof uri === 'string' && uri.length <= 8192 ? { kind: 'resource', uri } : null;
    default:
      return undefined;
  }
}
