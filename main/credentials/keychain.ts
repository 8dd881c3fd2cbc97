/** The operating system's place for small secrets, one item per account under the service "Countersign". */
export interface Keychain {
  /** `os`: survives a restart. `session`: in this process's memory alone. */
  readonly kind: 'os' | 'session';
  /** Resolves with null when there is no such item. Rejects with a `KeychainError` when it cannot be asked. */
  get(account: string): Promise<string | null>;
  set(account: string, secret: string): Promise<void>;
  /** Resolves with false when there was no such item. */
  delete(account: string): Promise<boolean>;
}

/** `locked`: a person can open it. `late`: it has not answered yet. `unavailable`: it is not there, or refuses. */
export type KeychainProblem = 'locked' | 'late' | 'unavailable';

/** The keychain is locked, gone or does not answer. Its message never holds an item. */
export class KeychainError extends Error {
  override readonly name = 'KeychainError';
  readonly reason: KeychainProblem;

  constructor(message: string, reason: KeychainProblem = 'unavailable') {
    super(message);
    this.reason = reason;
  }
}

/** For machines without a keychain: forgotten when the process ends, never written anywhere. */
export function createSessionKeychain(): Keychain {
  const items = new Map<string, string>();
  return {
    kind: 'session',
    get: (account) => Promise.resolve(items.get(account) ?? null),
    set: (account, secret) => {
      items.set(account, secret);
      return Promise.resolve();
    },
    delete: (account) => Promise.resolve(items.delete(account)),
  };
}
