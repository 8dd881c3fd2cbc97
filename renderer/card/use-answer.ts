import { useCallback, useState } from 'react';
import type { Approval, Message, SignatureShown } from '../../preload/contract.ts';
import { useCall } from '../app/use-call.ts';

export interface Answering {
  /** Sends the answer for exactly what is shown (the digest); resolves true when main took it. */
  readonly answer: (answer: 'approve' | 'deny', isConfirmed: boolean, reason: string | null, more?: { readonly grant?: string; readonly number?: number; readonly signature?: SignatureShown }) => Promise<boolean>;
  /** While main is asked, and after it took the answer: the card is on its way out. */
  readonly isBusy: boolean;
  readonly problem: Message | null;
}

export function useAnswer({ id, digest }: Approval): Answering {
  const { run, isBusy, problem } = useCall('answerApproval');
  const [isTaken, setTaken] = useState(false);
  const answer = useCallback<Answering['answer']>(
    async (answer, isConfirmed, reason, more = {}) => {
      const taken = (await run({ id, digest, answer, isConfirmed, reason, ...more })) !== null;
      setTaken(taken);
      return taken;
    },
    [run, id, digest],
  );
  return { answer, isBusy: isBusy || isTaken, problem };
}
