import { Button, Checkbox, Radio, RadioGroup } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Agent, ConnectionId } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { Disarmed, ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';

/** Which connections a Claw may use: all of them, or the ticked ones. */
export function ChooseConnectionsDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const connections = useSnapshot((snapshot) => snapshot.connections);
  const saving = useCall('setAgentConnections');
  const [chosen, setChosen] = useState<ReadonlySet<ConnectionId>>(() => new Set(agent.connections.map(({ id }) => id)));
  const [isEvery, setEvery] = useState(agent.usesEveryConnection);

  const tick = (id: ConnectionId, isTicked: boolean): void => {
    const next = new Set(chosen);
    if (isTicked) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const save = async (): Promise<void> => {
    const ids = connections.map(({ id }) => id).filter((id) => chosen.has(id));
    if ((await saving.run({ id: agent.id, connections: isEvery ? null : ids })) !== null) onClose();
  };
  return (
    <SimpleDialog
      title={text('clawsScreen.choose.title', { name: agent.name })}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={saving.isBusy}>
            {text('screens.save')}
          </Button>
        </>
      }
    >
      <RadioGroup
        aria-label={text('clawsScreen.choose.title', { name: agent.name })}
        value={isEvery ? 'every' : 'some'}
        onChange={(_event, data) => setEvery(data.value === 'every')}
      >
        <Radio value="every" label={text('clawsScreen.choose.every')} />
        <Radio value="some" label={text('clawsScreen.choose.some')} />
      </RadioGroup>
      <fieldset className="cs-choices">
        <legend className="cs-hidden">{text('clawsScreen.choose.some')}</legend>
        {connections.map(({ id, name, reaches }) => (
          <Checkbox
            key={id}
            disabled={isEvery}
            checked={isEvery || chosen.has(id)}
            onChange={(_event, data) => tick(id, data.checked === true)}
            label={
              <span className="cs-two-lines">
                <Disarmed text={name} />
                <span className="cs-item-quiet cs-anywhere">
                  <Disarmed text={reaches} />
                </span>
              </span>
            }
          />
        ))}
        {connections.length === 0 && <p className="cs-form-note">{text('clawsScreen.choose.noConnections')}</p>}
      </fieldset>
      {!isEvery && connections.length > 0 && chosen.size === 0 && <p className="cs-form-note">{text('clawsScreen.choose.none')}</p>}
      <ErrorNote problem={saving.problem} />
    </SimpleDialog>
  );
}
