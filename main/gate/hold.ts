import type { Effect, Settings } from '../../preload/contract.ts';

export type HoldSettings = Pick<Settings, 'sendHoldSeconds' | 'payHoldSeconds' | 'deleteHoldSeconds'>;

/** Step 6: seconds that an action waits before it is done, so that it can be undone. Only what cannot be taken back is held. */
export function holdSecondsOf(effect: Effect, { sendHoldSeconds, payHoldSeconds, deleteHoldSeconds }: HoldSettings): number {
  switch (effect) {
    case 'send':
      return sendHoldSeconds;
    case 'pay':
      return payHoldSeconds;
    case 'delete':
      return deleteHoldSeconds;
    case 'read':
    case 'change':
    case 'run':
    case 'connect':
    case 'unknown':
      return 0;
  }
}
