/** Ends a subscription. Calling it again does nothing. */
export type Dispose = () => void;

/** A set of listeners; `on` returns the disposer. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): Dispose {
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Tells every listener. One that throws keeps no other from being told, and is no failure of who tells: it is reported as an unhandled rejection. */
  emit(value: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(value);
      } catch (error) {
        void Promise.reject(error);
      }
    }
  }
}
