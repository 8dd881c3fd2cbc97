import type { SystemPreferences } from 'electron';
import type { SystemPresence } from '../../model/presence.ts';

/** Touch ID on macOS. Not set up, cancelled or failed is all the same: nobody proved anything. */
export function touchId(system: Pick<SystemPreferences, 'canPromptTouchID' | 'promptTouchID'>): SystemPresence {
  return {
    how: 'touch_id',
    isReady: () => system.canPromptTouchID(),
    prove: (reason) =>
      system.promptTouchID(reason).then(
        () => true,
        () => false,
      ),
  };
}
