import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallInput, CallOutput, Message } from '../../preload/contract.ts';
import { ask, useBridge, type ResultCall } from './bridge.ts';

/** What a call that worked brought back. */
export type ValueOf<N extends ResultCall> = Extract<CallOutput<N>, { readonly ok: true }>['value'];

export interface CallState<N extends ResultCall> {
  /** Makes the call; resolves with its value wrapped, or null when it failed (then `problem` says why). */
  readonly run: (input: CallInput<N>) => Promise<{ readonly value: ValueOf<N> } | null>;
  readonly isBusy: boolean;
  readonly problem: Message | null;
  readonly forgetProblem: () => void;
}

/** One call of the contract as a button needs it: busy while it runs, and the problem as words when it fails. */
export function useCall<N extends ResultCall>(name: N): CallState<N> {
  const bridge = useBridge();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Message | null>(null);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => {
      isMounted.current = false;
    };
  }, []);
  const run = useCallback<CallState<N>['run']>(
    async (input) => {
      setBusy(true);
      setProblem(null);
      const answer = await ask(bridge, name, input);
      if (isMounted.current) {
        setBusy(false);
        if (!answer.ok) setProblem(answer.problem);
      }
      // A ResultCall's successful answer is by its schema `{ ok: true, value }`; the generic hides that from the compiler.
      return answer.ok ? { value: (answer as { readonly value: ValueOf<N> }).value } : null;
    },
    [bridge, name],
  );
  const forgetProblem = useCallback(() => setProblem(null), []);
  return { run, isBusy, problem, forgetProblem };
}
