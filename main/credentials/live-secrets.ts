/** Secrets that were replaced or forgotten and that somebody may still repeat; the oldest are dropped beyond it. */
const mostRetired = 1000;

/** What must be scrubbed from whatever goes out, and whose it is. */
export interface LiveSecrets {
  /** These are what `id` has now. What it had before stays known for this session. */
  set(id: string, secrets: readonly string[]): void;
  /** `id` has none any more; what it had stays known for this session. */
  retire(id: string): void;
  /** The same array as long as nothing has changed. */
  list(): readonly string[];
  /** Every secret by the credential it belongs to, or belonged to. */
  byOwner(): readonly (readonly [id: string, secrets: readonly string[]])[];
}

export function createLiveSecrets(): LiveSecrets {
  const current = new Map<string, readonly string[]>();
  let retired: readonly { readonly id: string; readonly secret: string }[] = [];
  let list: readonly string[] = [];

  function keepRetired(id: string, stillUsed: readonly string[]): void {
    const gone = (current.get(id) ?? []).filter((secret) => !stillUsed.includes(secret));
    const others = retired.filter((one) => one.id !== id || ![...stillUsed, ...gone].includes(one.secret));
    retired = [...others, ...gone.map((secret) => ({ id, secret }))].slice(-mostRetired);
  }

  function refresh(): void {
    list = [...new Set([...current.values()].flat().concat(retired.map(({ secret }) => secret)))];
  }

  return {
    set(id, secrets) {
      const before = current.get(id);
      if (before?.length === secrets.length && before.every((secret, index) => secret === secrets[index])) return;
      keepRetired(id, secrets);
      current.set(id, secrets);
      refresh();
    },
    retire(id) {
      keepRetired(id, []);
      current.delete(id);
      refresh();
    },
    list: () => list,
    byOwner() {
      const owners = new Set([...current.keys(), ...retired.map(({ id }) => id)]);
      return [...owners].map((id) => [id, [...(current.get(id) ?? []), ...retired.filter((one) => one.id === id).map(({ secret }) => secret)]] as const);
    },
  };
}
