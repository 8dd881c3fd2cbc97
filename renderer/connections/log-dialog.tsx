import { Button } from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import type { Connection } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { Busy, CopyField, ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';

/** What the program behind a connection wrote, newest last; read anew each time the dialog opens. */
export function LogDialog({ connection, onClose }: { readonly connection: Connection; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { run, isBusy, problem } = useCall('getConnectionLog');
  const [lines, setLines] = useState<readonly string[] | null>(null);
  const { id, name } = connection;
  const read = useCallback(() => void run({ id }).then((done) => done !== null && setLines(done.value.lines)), [run, id]);
  useEffect(read, [read]);
  return (
    <SimpleDialog
      title={text('connectionsScreen.log.title', { name })}
      onClose={onClose}
      actions={
        <>
          <Button icon={<ArrowSyncRegular />} disabledFocusable={isBusy} onClick={read}>
            {text('connectionsScreen.log.refresh')}
          </Button>
          <Button appearance="primary" onClick={onClose}>
            {text('screens.done')}
          </Button>
        </>
      }
    >
      <p>{text('connectionsScreen.log.intro')}</p>
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
