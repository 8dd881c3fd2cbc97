import { Emitter, type Dispose } from '../model/disposable.ts';
import { KeychainError, type Keychain } from './keychain.ts';

/** An item without meaning, to see whether the keychain answers and takes one. */
export const probeAccount = 'probe';

/**
 * A keychain that is asked nothing more once it said that it is locked, until a person wants it unlocked: every question
 * may bring up the system's own window, and agents ask thousands of times.
 */
export interface GuardedKeychain extends Keychain {
  readonly isLocked: boolean;
  /** Asks the keychain one question, whatever it said before; the system may ask the person meanwhile. False: still locked. */
  unlock(): Promise<boolean>;
  onLockChange(listener: (isLocked: boolean) => void): Dispose;
}

export function guardKeychain(keychain: Keychain, startsLocked = false): GuardedKeychain {
  const changed = new Emitter<boolean>();
  let isLocked = startsLocked;
  let unlocking: Promise<boolean> | undefined;

  function note(nowLocked: boolean): void {
    if (isLocked === nowLocked) return;
    isLocked = nowLocked;
    changed.emit(nowLocked);
  }

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    if (isLocked) throw new KeychainError('The keychain is locked.', 'locked');
    try {
      return await question();
    } catch (error) {
      if (error instanceof KeychainError && error.reason === 'locked') note(true);
      throw error;
    }
  }

  async function knock(): Promise<boolean> {
    try {
      await keychain.get(probeAccount);
    } catch (error) {
      if (!(error instanceof KeychainError)) throw error;
      return false;
    }
    note(false);
    return true;
  }

  return {
    kind: keychain.kind,
    get isLocked() {
      return isLocked;
    },
    get: (account) => ask(() => keychain.get(account)),
    set: (account, secret) => ask(() => keychain.set(account, secret)),
    delete: (account) => ask(() => keychain.delete(account)),
    // Whoever presses again while the system's window is open waits for the same answer.
    unlock: () => (unlocking ??= knock().finally(() => (unlocking = undefined))),
    onLockChange: (listener) => changed.on(listener),
  };
}
