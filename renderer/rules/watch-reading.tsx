import { Switch } from '@fluentui/react-components';
import { useId, type ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { Disarmed, ErrorNote } from '../look/index.ts';
import { ManagedBy } from '../look/managed.tsx';
import { useSetting } from '../settings/use-setting.ts';

/** Where reading that would be asked about is done without a question, and recorded: everywhere, or in some connections. */
export function WatchReading(): ReactNode {
  const text = useText();
  const heading = useId();
  const connections = useSnapshot((snapshot) => snapshot.connections);
  const { value: watched, isLocked, isBusy, problem, save } = useSetting('watchReads');
  const isEverywhere = watched.includes('*');
  const turn = (id: string, isOn: boolean): void => void save(isOn ? [...watched, id] : watched.filter((other) => other !== id));
  return (
    <section aria-labelledby={heading}>
      <div className="cs-rules-head">
        <h2 id={heading}>{text('rulesScreen.watch.title')}</h2>
        {isLocked && <ManagedBy />}
      </div>
      <p className="cs-rules-note">{text('rulesScreen.watch.note')}</p>
      {isLocked && watched.length > 0 && <p className="cs-rules-note">{text('rulesScreen.watch.company')}</p>}
      <ErrorNote problem={problem} />
      <ul className="cs-rule-list cs-panel">
        <li className="cs-watch-row">
          <Switch checked={isEverywhere} disabled={isLocked || isBusy} label={text('rulesScreen.watch.everywhere')} onChange={(_event, { checked }) => turn('*', checked)} />
        </li>
        {connections.map(({ id, name }) => (
          <li key={id} className="cs-watch-row">
            <Switch checked={isEverywhere || watched.includes(id)} disabled={isLocked || isBusy || isEverywhere} label={<Disarmed text={name} />} onChange={(_event, { checked }) => turn(id, checked)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
