import { useCallback, type ReactNode } from 'react';
import type { Connection } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { LogDialog } from '../look/log-dialog.tsx';

/** What the program behind a connection wrote. */
export function ConnectionLogDialog({ connection, onClose }: { readonly connection: Connection; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { run, isBusy, problem } = useCall('getConnectionLog');
  const { id, name } = connection;
  const read = useCallback(async () => (await run({ id }))?.value.lines ?? null, [run, id]);
  return <LogDialog title={text('connectionsScreen.log.title', { name })} intro={text('connectionsScreen.log.intro')} read={read} isBusy={isBusy} problem={problem} onClose={onClose} />;
}
