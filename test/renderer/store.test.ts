import { describe, expect, test } from 'vitest';
import type { Bridge, EventPayload, Snapshot } from '../../preload/contract.ts';
import { followMain } from '../../renderer/app/store.ts';
import { busySnapshot } from './fixture/snapshot.ts';

type Patch = EventPayload<'patch'>;

/** A main whose answers and pushes the test releases one by one. */
class ScriptedMain {
  readonly pulls: PromiseWithResolvers<Snapshot>[] = [];
  #listeners = new Set<(patch: Patch) => void>();

  readonly bridge = {
    call: () => {
      const pull = Promise.withResolvers<Snapshot>();
      this.pulls.push(pull);
      return pull.promise;
    },
    on: (_name: string, listener: (patch: Patch) => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
    // The store makes the one call and hears the one event given here.
  } as unknown as Bridge;

  push(revision: number, slices: Patch['slices']): void {
    for (const listener of this.#listeners) listener({ revision, slices });
  }

  async answer(index: number, snapshot: Snapshot): Promise<void> {
    this.pulls[index]?.resolve(snapshot);
    await new Promise((resolve) => setImmediate(resolve));
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }
}

const now = Date.UTC(2026, 10, 22, 12);
const base = busySnapshot(now);
const paused = { status: { ...base.status, isPaused: true } };

describe('the store', () => {
  test('listens before it asks, and shows nothing until main answered', async () => {
    const main = new ScriptedMain();
    const { store } = followMain(main.bridge);
    expect(main.isHeard).toBe(true);
    expect(main.pulls).toHaveLength(1);
    expect(store.getState().snapshot).toBeNull();
    await main.answer(0, base);
    expect(store.getState().snapshot).toEqual(base);
  });

  test('applies patches that follow each other without asking again', async () => {
    const main = new ScriptedMain();
    const { store } = followMain(main.bridge);
    await main.answer(0, base);
    main.push(7, paused);
    main.push(8, { held: [], agents: [] });
    expect(store.getState().snapshot).toEqual({ ...base, ...paused, held: [], agents: [] });
    expect(main.pulls).toHaveLength(1);
  });

  test('a patch that came while it was asking is applied over the answer, which may be older', async () => {
    const main = new ScriptedMain();
    const { store } = followMain(main.bridge);
    main.push(3, paused);
    await main.answer(0, base);
    expect(store.getState().snapshot?.status.isPaused).toBe(true);
  });

  test('a gap in the revisions pulls the snapshot again instead of trusting the patch', async () => {
    const main = new ScriptedMain();
    const { store } = followMain(main.bridge);
    await main.answer(0, base);
    main.push(1, { held: [] });
    main.push(3, { agents: [] });
    expect(main.pulls).toHaveLength(2);
    expect(store.getState().snapshot?.agents).not.toEqual([]);
    const later = { ...base, ...paused, agents: [] };
    await main.answer(1, later);
    expect(store.getState().snapshot).toEqual(later);
    main.push(4, { approvals: [] });
    expect(main.pulls).toHaveLength(2);
    expect(store.getState().snapshot?.approvals).toEqual([]);
  });

  test('a gap among the patches kept during a pull pulls once more', async () => {
    const main = new ScriptedMain();
    followMain(main.bridge);
    main.push(1, { held: [] });
    main.push(3, { held: [] });
    await main.answer(0, base);
    expect(main.pulls).toHaveLength(2);
  });

  test('a main that started again (a smaller revision) is pulled again', async () => {
    const main = new ScriptedMain();
    followMain(main.bridge);
    await main.answer(0, base);
    main.push(50, { held: [] });
    main.push(1, { held: [] });
    expect(main.pulls).toHaveLength(2);
  });

  test('a slice that is undefined leaves what was there', async () => {
    const main = new ScriptedMain();
    const { store } = followMain(main.bridge);
    await main.answer(0, base);
    main.push(1, { agents: undefined, ...paused });
    expect(store.getState().snapshot).toEqual({ ...base, ...paused });
  });

  test('after its disposer it hears nothing more', async () => {
    const main = new ScriptedMain();
    const { store, dispose } = followMain(main.bridge);
    await main.answer(0, base);
    dispose();
    expect(main.isHeard).toBe(false);
    main.push(1, paused);
    expect(store.getState().snapshot).toEqual(base);
  });
});
