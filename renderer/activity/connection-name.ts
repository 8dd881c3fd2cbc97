import { useCallback } from 'react';
import type { ActivityEntry } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';

/** What a connection is called. The network is no service that somebody named, so its name is in the person's language. */
export function useConnectionName(): (connection: NonNullable<ActivityEntry['connection']>) => string {
  const text = useText();
  return useCallback(({ id, name }) => (id === 'network' ? text('place.connection') : name), [text]);
}
