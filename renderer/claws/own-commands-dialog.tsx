import { Button, Radio, RadioGroup } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Agent } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { TextField } from '../look/text-field.tsx';

/** Whether what this Claw's OpenClaw asks before it runs a command of its own is answered here. */
export function OwnCommandsDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const begin = useCall('answerOwnCommands');
  const end = useCall('stopOwnCommands');
  const [source, setSource] = useState<'file' | 'entered'>('file');
  const [url, setUrl] = useState('ws://127.0.0.1:18789');
  const [token, setToken] = useState('');
  const { id, name } = agent;
  const isWhole = source === 'file' || (url.trim() !== '' && token !== '');
  const save = async (): Promise<void> => {
    if (!isWhole) return;
    if ((await begin.run({ id, gateway: source === 'file' ? null : { url: url.trim(), token } })) !== null) onClose();
  };
  const stop = async (): Promise<void> => {
    if ((await end.run(undefined)) !== null) onClose();
  };
  return (
    <SimpleDialog
      title={text('clawsScreen.own.title', { name })}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          {agent.ownCommands !== undefined && (
            <Button disabledFocusable={end.isBusy} onClick={() => void stop()}>
              {text('clawsScreen.own.stop')}
            </Button>
          )}
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={begin.isBusy || !isWhole}>
            {text(agent.ownCommands === undefined ? 'clawsScreen.own.begin' : 'clawsScreen.own.again')}
          </Button>
        </>
      }
    >
      <p>{text('clawsScreen.own.text', { name })}</p>
      <p>{text('clawsScreen.own.rights')}</p>
      <RadioGroup value={source} aria-label={text('clawsScreen.own.source')} onChange={(_event, data) => setSource(data.value === 'entered' ? 'entered' : 'file')}>
        <Radio value="file" label={text('clawsScreen.own.fromFile')} />
        <Radio value="entered" label={text('clawsScreen.own.entered')} />
      </RadioGroup>
      {source === 'entered' && (
        <>
          <TextField label={text('clawsScreen.own.address')} value={url} onChange={setUrl} isMono hint={text('clawsScreen.own.addressHint')} />
          <TextField label={text('clawsScreen.own.token')} value={token} onChange={setToken} type="password" hint={text('clawsScreen.own.tokenHint')} />
        </>
      )}
      <ErrorNote problem={begin.problem ?? end.problem} />
    </SimpleDialog>
  );
}
