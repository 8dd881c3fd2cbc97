import type { Message, Settings } from '../../preload/contract.ts';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';

export interface Setting<K extends keyof Settings> {
  readonly value: Settings[K];
  /** The organization fixed it. */
  readonly isLocked: boolean;
  readonly isBusy: boolean;
  /** Why main did not take the last change. */
  readonly problem: Message | null;
  /** Resolves true when main took it; the new value then comes back with the next patch. */
  readonly save: (value: Settings[K]) => Promise<boolean>;
}

/** One preference, as main has it. */
export function useSetting<K extends keyof Settings>(key: K): Setting<K> {
  const value = useSnapshot(({ settings }) => settings[key]);
  const isLocked = useSnapshot(({ lockedSettings }) => lockedSettings.includes(key));
  const { run, isBusy, problem } = useCall('updateSettings');
  return { value, isLocked, isBusy, problem, save: async (next) => (await run({ [key]: next })) !== null };
}
