import { useCallback } from 'react';
import type { ActivityEntry } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';

/** What is no service that somebody named: by its id, the text that names it. */
const own: ReadonlyMap<string, string> = new Map([
  ['network', 'place.connection'],
  ['openclaw-own-commands', 'openclaw.own.connection'],
]);

/** What a connection is called, in the person's language where nobody named it. */
export function useConnectionName(): (connection: NonNullable<ActivityEntry['connection']>) => string {
  const text = useText();
  return useCallback(({ id, name }) => {
    const named = own.get(id);
    return named === undefined ? name : text(named);
  }, [text]);
}
