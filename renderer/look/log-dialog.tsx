import { Button } from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { useEffect, useState, type ReactNode } from 'react';
import type { Message } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { Busy } from './busy.tsx';
import { CopyField } from './copy-field.tsx';
import { ErrorNote } from './note.tsx';
import { SimpleDialog } from './simple-dialog.tsx';

export interface LogDialogProps {
  readonly title: string;
  readonly intro: string;
  /** Reads the lines, newest last; null when it failed. The same function as long as it is about the same program. */
  readonly read: () => Promise<readonly string[] | null>;
  readonly isBusy: boolean;
  readonly problem: Message | null;
  readonly onClose: () => void;
}

/** What a program wrote, read anew each time the dialog opens. */
export function LogDialog({ title, intro, read, isBusy, problem, onClose }: LogDialogProps): ReactNode {
  const text = useText();
  const [lines, setLines] = useState<readonly string[] | null>(null);
  const refresh = (): void => void read().then((found) => found !== null && setLines(found));
  useEffect(() => void read().then((found) => found !== null && setLines(found)), [read]);
  return (
    <SimpleDialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button icon={<ArrowSyncRegular />} disabledFocusable={isBusy} onClick={refresh}>
            {text('connectionsScreen.log.refresh')}
          </Button>
          <Button appearance="primary" onClick={onClose}>
            {text('screens.done')}
          </Button>
        </>
      }
    >
      <p>{intro}</p>
      <ErrorNote problem={problem} />
      {lines === null && problem === null && <Busy label={text('connectionsScreen.log.loading')} />}
      {lines?.length === 0 && <p className="cs-muted">{text('connectionsScreen.log.empty')}</p>}
      {lines !== null && lines.length > 0 && (
        <div className="cs-log" key={lines.join('\n')} ref={showEnd}>
          <CopyField label={text('connectionsScreen.log.label')} value={lines.join('\n')} />
        </div>
      )}
    </SimpleDialog>
  );
}

/** The newest messages stand at the end. */
function showEnd(log: HTMLElement | null): void {
  const messages = log?.querySelector('pre');
  messages?.scrollTo({ top: messages.scrollHeight });
}
