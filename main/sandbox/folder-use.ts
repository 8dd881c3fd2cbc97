import { isWithin } from './folders.ts';

interface Use {
  readonly folders: readonly string[];
  readonly ended: Promise<void>;
}

/**
 * Which folders runs may change at this moment. Two runs in one folder would share the empty files that keep names in it from being
 * written, and the first to end would take them away from the other; so they come one after another.
 */
export class FolderUse {
  readonly #patience: number;
  readonly #uses = new Set<Use>();

  /** `patience`: milliseconds that somebody waits for others at most. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Once nobody else changes any of them, or anything around or in them: call what it gives at the end. Undefined: somebody still does. */
  async take(folders: readonly string[]): Promise<(() => void) | undefined> {
    const over = Promise.withResolvers<'over'>();
    const timer = setTimeout(() => over.resolve('over'), this.#patience);
    try {
      for (let others = this.#around(folders); others.length > 0; others = this.#around(folders)) {
        if ((await Promise.race([over.promise, Promise.all(others)])) === 'over') return undefined;
      }
    } finally {
      clearTimeout(timer);
    }
    const end = Promise.withResolvers<void>();
    const use: Use = { folders, ended: end.promise };
    this.#uses.add(use);
    return () => {
      this.#uses.delete(use);
      end.resolve();
    };
  }

  #around(folders: readonly string[]): readonly Promise<void>[] {
    return [...this.#uses].filter((use) => use.folders.some((one) => folders.some((other) => isWithin(one, other) || isWithin(other, one)))).map(({ ended }) => ended);
  }
}
