import { useCallback, type ReactNode } from 'react';
import type { Agent } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { LogDialog } from '../look/log-dialog.tsx';

/** What a Claw that Countersign starts wrote, and what it was refused. */
export function RunLogDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { run, isBusy, problem } = useCall('getClawLog');
  const { id, name } = agent;
  const read = useCallback(async () => (await run({ id }))?.value.lines ?? null, [run, id]);
  return <LogDialog title={text('clawsScreen.run.log.title', { name })} intro={text('clawsScreen.run.log.intro')} read={read} isBusy={isBusy} problem={problem} onClose={onClose} />;
}
