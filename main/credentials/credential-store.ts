import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { State } from '../state/state.ts';
import { createDiskRows, createMemoryRows } from './credential-rows.ts';
import type { CredentialProblem, CredentialResult, CredentialState, LastUse, NewCredential } from './credential.ts';
import type { GuardedKeychain } from './guarded-keychain.ts';
import type { Keychain } from './keychain.ts';
import { createLiveSecrets, type LiveSecrets } from './live-secrets.ts';
import { createSealedValues, type Content } from './sealed-values.ts';

/**
 * The app's credentials. Each is sealed with a key of its own; the key is the item in the OS keychain, the sealed value
 * is in `state.db`. Without a keychain both live in this process's memory alone. A value leaves through `use`, for the
 * origin it was made for, and in no other way.
 */
export interface CredentialStore {
  readonly keychain: Keychain['kind'];
  /** The keychain said so; it is not asked again until `unlock`. */
  readonly isLocked: boolean;
  /**
   * Reads every credential, so that the scrubber knows its secrets before an agent is let in; gives those whose key is over
   * 90 days old a new one, and deletes keys that are no longer wanted. Never rejects; a locked keychain is asked once.
   */
  load(): Promise<void>;
  /** Asks the keychain once, as a person wanted; the system may ask them meanwhile. False: it is still locked. */
  unlock(): Promise<boolean>;
  /** Replaces what was kept under this id, value and key. On a problem nothing was changed. */
  put(credential: NewCredential): Promise<CredentialResult<null>>;
  /** Lends the value to `work` when `origin` is exactly its own. What `work` throws is thrown. */
  use<T>(id: string, origin: string, work: (value: string) => Promise<T> | T): Promise<CredentialResult<T>>;
  /** With an `origin`: one that was made for another counts as missing. */
  describe(id: string, origin?: string): Promise<CredentialState>;
  /**
   * Deletes the key, which shreds the value, then the value. Needs no network. On `keychain` or `locked` the value is gone
   * and its key is deleted as soon as the keychain can be asked.
   */
  remove(id: string): Promise<CredentialResult<null>>;
  /** Secrets of `id` that are in memory alone, for the scrubber; an empty list: they are in use no longer. */
  know(id: string, secrets: readonly string[]): void;
  /** When it was lent last, and for whom; null: never. */
  lastUse(id: string): LastUse | null;
  /** The id of a credential that was put, removed, or found missing, and of every one when the keychain's lock changes. */
  onChange(listener: (id: string) => void): Dispose;
  /** The id of a credential that was used: at most once a minute for each. */
  onUse(listener: (id: string) => void): Dispose;
  /** Every secret that this process has seen, also what was replaced: what must be scrubbed from whatever goes out. */
  readonly secrets: Pick<LiveSecrets, 'list' | 'byOwner'>;
}

export interface CredentialStoreOptions {
  readonly state: State;
  readonly keychain: GuardedKeychain;
  readonly now: () => number;
  /** For whom the app works at this moment; undefined: for nobody. */
  readonly usedBy?: () => string | undefined;
}

/** Milliseconds after which the last use is written down anew (1 minute); in memory it is always exact. */
const noteUseEveryMs = 60_000;
/** Milliseconds after which a key is replaced at the next start (90 days). */
const oldestKeyMs = 90 * 24 * 60 * 60 * 1000;

const problemMessages: Readonly<Record<CredentialProblem, string>> = {
  missing: 'credential.problem.missing',
  wrong_origin: 'credential.problem.wrongOrigin',
  keychain: 'credential.problem.keychain',
  locked: 'credential.problem.locked',
  damaged: 'credential.problem.damaged',
};

function refuse(reason: CredentialProblem): CredentialResult<never> {
  return { ok: false, reason, problem: say(problemMessages[reason]) };
}

export function createCredentialStore({ state, keychain, now, usedBy = () => undefined }: CredentialStoreOptions): CredentialStore {
  const rows = keychain.kind === 'os' ? createDiskRows(state) : createMemoryRows(state);
  const values = createSealedValues(rows, keychain, now);
  const live = createLiveSecrets();
  const changed = new Emitter<string>();
  const used = new Emitter<string>();
  /** What cannot be had any more until a fresh sign-in: the key is gone, or it does not open the value. */
  const lost = new Map<string, 'missing' | 'damaged'>();
  const lastUses = new Map<string, LastUse>();
  const notedAt = new Map<string, number>();

  /** Tells once that a credential has gone, so that a listener that asks again does not go round. */
  function noteLost(id: string, reason: 'missing' | 'damaged'): void {
    live.retire(id);
    if (lost.has(id)) return;
    lost.set(id, reason);
    changed.emit(id);
  }

  function noteFound(id: string, { value, secrets }: Content): void {
    live.set(id, [value, ...secrets]);
    if (lost.delete(id)) changed.emit(id);
  }

  function noteUse(id: string): void {
    const use = { at: now(), by: usedBy() ?? null };
    const before = lastUses.get(id) ?? rows.get(id)?.lastUse;
    lastUses.set(id, use);
    if (before?.by === use.by && Math.abs(use.at - (notedAt.get(id) ?? Number.NEGATIVE_INFINITY)) < noteUseEveryMs) return;
    notedAt.set(id, use.at);
    rows.noteUse(id, use);
    used.emit(id);
  }

  async function read(id: string): Promise<void> {
    const found = await values.read(id);
    if (found.ok) noteFound(id, found.content);
    else if (found.reason === 'missing' || found.reason === 'damaged') noteLost(id, found.reason);
  }

  async function load(): Promise<void> {
    for (const id of rows.ids()) await read(id);
    for (const id of rows.ids()) {
      const row = rows.get(id);
      if (row !== undefined && !lost.has(id) && now() - row.keySince > oldestKeyMs && (await values.renewKey(id)) !== 'renewed') return;
    }
    await values.deleteUnwantedKeys();
  }

  keychain.onLockChange(() => {
    for (const id of rows.ids()) changed.emit(id);
  });

  return {
    keychain: keychain.kind,
    get isLocked() {
      return keychain.isLocked;
    },

    load,

    async unlock() {
      const isOpen = await keychain.unlock();
      if (isOpen) await load();
      return isOpen;
    },

    async put(credential) {
      const { id, value, secrets = [] } = credential;
      // Known to the scrubber before anything else sees it, so that even a failing keychain cannot repeat it.
      live.set(id, [value, ...secrets]);
      const problem = await values.write(credential);
      if (problem !== undefined) return refuse(problem);
      lost.delete(id);
      changed.emit(id);
      return { ok: true, value: null };
    },

    async use(id, origin, work) {
      const found = await values.read(id, origin);
      if (!found.ok) {
        if (found.reason === 'missing' || found.reason === 'damaged') noteLost(id, found.reason);
        return refuse(found.reason);
      }
      noteFound(id, found.content);
      noteUse(id);
      return { ok: true, value: await work(found.content.value) };
    },

    async describe(id, origin) {
      const described = await values.describe(id, origin);
      const lastUse = lastUses.get(id) ?? described.lastUse;
      const isDamaged = described.kept === 'keychain' && lost.get(id) === 'damaged';
      return isDamaged ? { ...described, kept: 'missing', lastUse, problem: say('credential.problem.damaged') } : { ...described, lastUse };
    },

    async remove(id) {
      const problem = await values.remove(id);
      live.retire(id);
      lost.delete(id);
      lastUses.delete(id);
      notedAt.delete(id);
      changed.emit(id);
      return problem === undefined ? { ok: true, value: null } : refuse(problem);
    },

    know(id, secrets) {
      if (secrets.length === 0) live.retire(id);
      else live.set(id, secrets);
    },

    lastUse: (id) => lastUses.get(id) ?? rows.get(id)?.lastUse ?? null,
    onChange: (listener) => changed.on(listener),
    onUse: (listener) => used.on(listener),
    secrets: { list: () => live.list(), byOwner: () => live.byOwner() },
  };
}
