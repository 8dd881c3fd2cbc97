import type { Handlers } from '../shell/dispatch.ts';
import type { Services } from './services.ts';

type Calls = Pick<Handlers, 'setPasscode' | 'resetPasscode' | 'addApprover' | 'removeApprover'>;

export function signingCalls({ signing: { setUp } }: Services): Calls {
  return {
    setPasscode: (input) => setUp.setPasscode(input),
    resetPasscode: () => setUp.resetPasscode(),
    addApprover: (input) => setUp.addApprover(input),
    removeApprover: (input) => setUp.removeApprover(input),
  };
}
