import type { ReactNode } from 'react';
import { callTimeoutSeconds, type Connection } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { Advanced, NumberField } from '../look/index.ts';
import { ManagedBy } from '../look/managed.tsx';

/** How long one call to a connection may take. A connection of the organization has the organization's time. */
export function TimeoutOption({ connection }: { readonly connection: Connection }): ReactNode {
  const text = useText();
  const saving = useCall('setConnectionTimeout');
  const { id, name, isManaged } = connection;
  return (
    <Advanced name={name}>
      <div className="cs-option">
        <NumberField
          label={text('connectionsScreen.timeout')}
          hint={text('connectionsScreen.timeout.hint', { name })}
          unit={text('settings.seconds')}
          value={connection.callTimeoutSeconds}
          min={callTimeoutSeconds.minValue ?? 1}
          max={callTimeoutSeconds.maxValue ?? 1}
          isDisabled={isManaged}
          problem={saving.problem}
          save={async (seconds) => (await saving.run({ id, seconds })) !== null}
        />
        {isManaged && <ManagedBy />}
      </div>
    </Advanced>
  );
}
