import { useCallback } from 'react';
import type { ActivityDay, Result, Snapshot } from '../../preload/contract.ts';
import { appDidNotAnswer, useBridge } from '../app/bridge.ts';
import { useLoaded } from '../app/use-loaded.ts';

const byRevision = ({ status }: Snapshot): number => status.activityRevision;

/** The last 30 days, counted; counted again a little after the record grew. Null until the first answer. */
export function useMonth(): readonly ActivityDay[] | null {
  const bridge = useBridge();
  const count = useCallback(
    (): Promise<Result<readonly ActivityDay[]>> =>
      bridge.call('countActivity', { days: 30 }).then(
        (value) => ({ ok: true, value }),
        // Without numbers there is no chart; the timeline below says what is wrong.
        () => ({ ok: false, problem: appDidNotAnswer }),
      ),
    [bridge],
  );
  return useLoaded(count, byRevision).value;
}
