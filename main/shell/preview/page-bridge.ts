/** Names on the page's `window` that the preview shell uses; `countersign` itself is the contract's bridge. */
export const callBinding = '__countersignCall';
export const emitFunction = '__countersignEmit';

type Listener = (payload: unknown) => void;

/**
 * Runs in the page before its own scripts, as `preload/index.ts` does under Electron: puts the contract's bridge on
 * `window.countersign`. Sent to the page as source text, so it may use nothing from outside of itself.
 */
export function installBridge(names: { readonly call: string; readonly emit: string }): void {
  if (window.top !== window) return;
  const page = window as unknown as Record<string, unknown>;
  // The binding is added by the shell under this name before any script runs.
  const send = page[names.call] as (name: string, payload: unknown) => Promise<unknown>;
  const listeners = new Map<string, Set<Listener>>();
  page[names.emit] = (name: string, payload: unknown) => {
    for (const listener of listeners.get(name) ?? []) listener(payload);
  };
  const bridge = {
    call: (name: string, input: unknown) => send(name, input),
    on(name: string, listener: Listener) {
      const own: Listener = (payload) => listener(payload);
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(own));
      return () => set.delete(own);
    },
  };
  page['countersign'] = Object.freeze(bridge);
}
