import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { State } from '../state/state.ts';
import type { CredentialProblem, CredentialResult, CredentialState, NewCredential } from './credential.ts';
import { createSealedValues } from './sealed-values.ts';
import type { Keychain } from './keychain.ts';

/**
 * The app's credentials. Each is sealed with a key of its own; the key is the item in the OS keychain, the sealed value
 * is in `state.db`. Without a keychain both live in this process's memory alone. A value leaves through `use`, for the
 * origin it was made for, and in no other way.
 */
export interface CredentialStore {
  readonly keychain: Keychain['kind'];
  /** Replaces what was kept under this id. On `keychain` nothing was changed. */
  put(credential: NewCredential): Promise<CredentialResult<null>>;
  /**
   * Lends the value to `work` when `origin` is exactly its own. What `work` throws is thrown. `secretsOf` names the parts
   * of the value that must never be seen; default: the value as a whole.
   */
  use<T>(id: string, origin: string, work: (value: string) => Promise<T> | T, secretsOf?: (value: string) => readonly string[]): Promise<CredentialResult<T>>;
  describe(id: string): Promise<CredentialState>;
  /**
   * Deletes the key, which shreds the value, then the value. Needs no network. On `keychain` the value is gone but its
   * key could not be deleted.
   */
  remove(id: string): Promise<CredentialResult<null>>;
  /** The id of a credential that was put, removed, or found missing. */
  onChange(listener: (id: string) => void): Dispose;
  /** Every value that this process has seen: what must be scrubbed from whatever goes out. */
  liveSecrets(): Iterable<string>;
}

const problemMessages: Readonly<Record<CredentialProblem, string>> = {
  missing: 'credential.problem.missing',
  wrong_origin: 'credential.problem.wrongOrigin',
  keychain: 'credential.problem.keychain',
  damaged: 'credential.problem.damaged',
};

function refuse(reason: CredentialProblem): CredentialResult<never> {
  return { ok: false, reason, problem: say(problemMessages[reason]) };
}

export function createCredentialStore(state: State, keychain: Keychain, now: () => number): CredentialStore {
  const values = createSealedValues(state, keychain, now);
  const live = new Map<string, readonly string[]>();
  const changed = new Emitter<string>();
  const missing = new Set<string>();

  /** Tells once that a credential has gone, so that a listener that asks again does not go round. */
  function noteMissing(id: string): void {
    live.delete(id);
    if (missing.has(id)) return;
    missing.add(id);
    changed.emit(id);
  }

  return {
    keychain: keychain.kind,

    async put(credential) {
      // Known to the scrubber before anything else sees it, so that even a failing keychain cannot repeat it.
      live.set(credential.id, credential.secrets ?? [credential.value]);
      const kept = await values.write(credential);
      if (!kept) return refuse('keychain');
      missing.delete(credential.id);
      changed.emit(credential.id);
      return { ok: true, value: null };
    },

    async use(id, origin, work, secretsOf = (value) => [value]) {
      const found = await values.read(id, origin);
      if (!found.ok) {
        if (found.reason === 'missing') noteMissing(id);
        return refuse(found.reason);
      }
      live.set(id, secretsOf(found.value));
      return { ok: true, value: await work(found.value) };
    },

    async describe(id) {
      const described = await values.describe(id);
      if (described.kept === 'missing') live.delete(id);
      return described;
    },

    async remove(id) {
      const isShredded = await values.remove(id);
      live.delete(id);
      missing.delete(id);
      changed.emit(id);
      return isShredded ? { ok: true, value: null } : refuse('keychain');
    },

    onChange: (listener) => changed.on(listener),
    liveSecrets: () => [...live.values()].flat(),
  };
}
