import { Button } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useText } from './intl.tsx';
import { useCall } from './use-call.ts';
import { ErrorNote } from '../look/index.ts';

/** Asks the system's keychain once, each time it is pressed; the system may ask for its password meanwhile. */
export function UnlockButton(): ReactNode {
  const text = useText();
  const unlock = useCall('unlockKeychain');
  return (
    <div className="cs-unlock">
      <Button size="small" disabledFocusable={unlock.isBusy} onClick={() => void unlock.run(undefined)}>
        {text(unlock.isBusy ? 'banner.unlocking' : 'banner.unlock')}
      </Button>
      <ErrorNote problem={unlock.problem} />
    </div>
  );
}
