import type { Mark, Row } from '../../../preload/contract.ts';
import type { Facts } from '../../model/action.ts';

/** What is to be run in the workspace. */
export interface Job {
  /** `node` stands for whichever Node this computer has. */
  readonly argv: readonly [string, ...string[]];
  /** What it reads on its standard input. */
  readonly input: string;
  /** Milliseconds that it may take. */
  readonly time: number;
  /** Aborted: it is ended, with everything that it started. */
  readonly signal: AbortSignal;
  /** Each piece of its output and errors, as it comes. */
  readonly onOutput: (text: string) => void;
}

export interface Captured {
  readonly text: string;
  /** Bytes in the middle that were left out. */
  readonly omitted: number;
}

export type JobEnd =
  /** Nothing was run; `text` says why, in English. */
  | { readonly kind: 'not_started'; readonly text: string }
  | {
      readonly kind: 'ended';
      readonly code: number | null;
      readonly signal: string | null;
      /** What it used up more of than it may. */
      readonly limit: 'time' | 'memory' | 'processes' | 'disk' | 'output' | null;
      /** It was ended from outside, or its sandbox was lost. */
      readonly isCutOff: boolean;
      readonly output: Captured;
      readonly error: Captured;
      /** What it tried and the sandbox refused, a line each. */
      readonly refused: readonly string[];
    };

/** Where jobs are run: a fresh sandbox each, on the connection's folder. */
export interface Workshop {
  run(job: Job): Promise<JobEnd>;
}

/** What can be said of a command or of code before it runs. */
export interface CodeReport {
  readonly facts: Partial<Facts>;
  readonly marks: readonly Mark[];
  readonly rows: readonly Row[];
  /** It could do great harm, or hides what it does. */
  readonly isAlarming: boolean;
}

export type Code = { readonly kind: 'command' | 'python' | 'node'; readonly text: string };
