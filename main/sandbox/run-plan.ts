import type { NetworkDecider } from './network.ts';

/** What a run may use up. Past any of them the whole run is ended, and its end says which it was. */
export interface RunLimits {
  /** Milliseconds from its start; null: as long as it likes. */
  readonly time: number | null;
  /** Bytes of memory of all its processes together. */
  readonly memory: number;
  /** Processes at the same time. */
  readonly processes: number;
  /** Bytes written to disk altogether, and the most that one file may grow to. */
  readonly diskWritten: number;
  /** Bytes in its private temporary folder, which lives in memory. */
  readonly temporary: number;
  /** Bytes of standard output and standard error together. */
  readonly output: number;
}

export type LimitName = 'time' | 'memory' | 'processes' | 'disk' | 'output';

const mebibyte = 1024 * 1024;

/** For a command that an agent asks for. */
export const commandLimits: RunLimits = {
  time: 120_000,
  memory: 2048 * mebibyte,
  processes: 128,
  diskWritten: 1024 * mebibyte,
  temporary: 256 * mebibyte,
  output: 16 * mebibyte,
};

/** For what may run for weeks: only what would take the computer itself away is bounded. */
export const lastingLimits: RunLimits = {
  time: null,
  memory: 8192 * mebibyte,
  processes: 1024,
  diskWritten: 1024 * 1024 * mebibyte,
  temporary: 1024 * mebibyte,
  output: Number.MAX_SAFE_INTEGER,
};

/** One run: what is started, and all that it can see. Whatever is not named here is out of its reach. */
export interface RunPlan {
  /** The program and its arguments; no shell reads them. The program is found along `PATH` of `environment`. */
  readonly argv: readonly [string, ...string[]];
  /** An absolute path inside one of the folders. */
  readonly cwd: string;
  /** All of its environment; `HOME` and `TMPDIR` are added. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute paths that it may read, besides the system's own programs. */
  readonly readable: readonly string[];
  /** Absolute paths of folders that it may read and change. */
  readonly writable: readonly string[];
  /** A run socket of the broker. The run finds it at the address that the variable `COUNTERSIGN_BROKER` names. */
  readonly brokerSocket?: string;
  readonly limits: RunLimits;
  /** Who decides over its connections; null: none is made. */
  readonly network: NetworkDecider | null;
}
