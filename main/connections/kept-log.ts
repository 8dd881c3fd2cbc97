import { stripVTControlCharacters } from 'node:util';
import { disarm } from '../model/disarm.ts';
import type { Upstream } from '../model/upstream.ts';
import { longestRawLine } from './stderr-log.ts';

/** What an upstream that writes a log may have besides. */
export interface LoggingUpstream extends Upstream {
  /** What it has written so far, oldest first; bounded by the upstream itself. */
  logLines(): readonly string[];
}

/** Characters in all, and in one line. */
const mostKept = 64 * 1024;
const longestLine = 4096;

/** What a service wrote to its error output, kept across restarts, without secrets and safe to show. */
export class KeptLog {
  readonly #scrub: (text: string) => string;
  #lines: readonly string[] = [];

  constructor(scrub: (text: string) => string) {
    this.#scrub = scrub;
  }

  /** What was written by one that is gone. */
  keep(lines: readonly string[]): void {
    this.#lines = this.#with(lines);
  }

  /** The last 64 KiB, oldest first, with what those that are still there have written. */
  lines(...there: readonly (Upstream | undefined)[]): readonly string[] {
    return this.#with(there.flatMap((upstream) => logOf(upstream)));
  }

  #with(lines: readonly string[]): readonly string[] {
    // A secret that came to be known since is removed from what was kept before.
    const all = [...this.#lines.map((line) => this.#scrub(line)), ...lines.map((line) => this.#clean(line))];
    let left = mostKept;
    let first = all.length;
    for (; first > 0; first -= 1) {
      left -= (all[first - 1] ?? '').length + 1;
      if (left < 0) break;
    }
    return all.slice(first);
  }

  /** Colours go first, so that none of them can stand inside a secret; what is cut is cut last, so that no half of one stays. */
  #clean(line: string): string {
    const scrubbed = this.#scrub(stripVTControlCharacters(line));
    // The end of a line that was cut may be half a secret, which nobody would find.
    const shown = disarm(line.length < longestRawLine ? scrubbed : scrubbed.slice(0, -longestRawLine / 2));
    return shown.length > longestLine ? `${shown.slice(0, longestLine)}…` : shown;
  }
}

export function logOf(upstream: Upstream | undefined): readonly string[] {
  return upstream !== undefined && isLogging(upstream) ? upstream.logLines() : [];
}

function isLogging(upstream: Upstream): upstream is LoggingUpstream {
  return 'logLines' in upstream && typeof upstream.logLines === 'function';
}
