/**
 * What was asked for lately, by a text. Forgets what has not been asked for the longest, so that it never holds more than
 * `limits.entries` entries whose keys are together no longer than `limits.text` UTF-16 code units.
 */
export class Recent<T extends object> {
  readonly #limits: { readonly entries: number; readonly text: number };
  /** A Map keeps the order of insertion: the oldest is first. */
  readonly #entries = new Map<string, T>();
  #text = 0;

  constructor(limits: { readonly entries: number; readonly text: number }) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Keeps a value; one whose key alone would push out a sixteenth of the others is not kept. */
  set(key: string, value: T): void {
    if (key.length > this.#limits.text / 16) return;
    this.#forget(key);
    this.#entries.set(key, value);
    this.#text += key.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entries && this.#text <= this.#limits.text) return;
      this.#forget(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#text = 0;
  }

  #forget(key: string): void {
    if (this.#entries.delete(key)) this.#text -= key.length;
  }
}
