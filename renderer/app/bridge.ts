import { createContext, useContext } from 'react';
import type { Bridge, CallInput, CallName, CallOutput, Message, Result } from '../../preload/contract.ts';

declare global {
  interface Window {
    /** Put there by the preload script (or the preview shell) before our page runs. */
    readonly countersign: Bridge;
  }
}

/** The calls that answer with a `Result`. */
export type ResultCall = { [N in CallName]: CallOutput<N> extends Result<unknown> ? N : never }[CallName];

/** Said when main cannot be reached or refused the call itself: an expected failure has its own words instead. */
export const appDidNotAnswer: Message = { id: 'problem.appDidNotAnswer', values: {} };

/** Makes a call that answers with a `Result`; a rejected call becomes a failed result, so callers handle one shape. */
export async function ask<N extends ResultCall>(bridge: Bridge, name: N, input: CallInput<N>): Promise<CallOutput<N> | { readonly ok: false; readonly problem: Message }> {
  try {
    return await bridge.call(name, input);
  } catch {
    return { ok: false, problem: appDidNotAnswer };
  }
}

export const BridgeContext = createContext<Bridge | null>(null);

/** Main, as this window reaches it. */
export function useBridge(): Bridge {
  const bridge = useContext(BridgeContext);
  if (bridge === null) throw new Error('There is no bridge around this component.');
  return bridge;
}
