import type { ActionId, AgentId, Mark, Row } from '../../../preload/contract.ts';
import type { Facts } from '../../model/action.ts';
import type { FileChange, FolderChanges } from '../../model/folder-changes.ts';

/** What is to be run in the workspace. */
export interface Job {
  /** `node` stands for whichever Node this computer has. */
  readonly argv: readonly [string, ...string[]];
  /** What it reads on its standard input. */
  readonly input: string;
  readonly agent: AgentId;
  /** The action that it is part of. */
  readonly action: ActionId;
  /** What runs, as questions about the network name it; null: it reaches none. */
  readonly program: string | null;
  /** It changes nothing in the workspace, and cannot. */
  readonly isReading: boolean;
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
      /** What is in the agent's copy now and not in the folder; null where there is no copy, or it could not be told. */
      readonly unkept: FolderChanges | null;
    };

/** Where jobs are run: a fresh sandbox each, on the connection's folder or on the agent's copy of it. */
export interface Workshop {
  run(job: Job): Promise<JobEnd>;
  /** Absent: runs change the folder itself. */
  readonly copies?: Copies;
}

/** Each agent's copy of the workspace. A text is null where a file is none, or is too long to be read through. */
export interface Copies {
  /** Rejects with nothing; `text` says in English why it cannot be told. */
  changes(agent: AgentId): Promise<{ readonly ok: true; readonly changes: FolderChanges } | { readonly ok: false; readonly text: string }>;
  texts(agent: AgentId, change: FileChange): Promise<{ readonly before: string | null; readonly after: string | null }>;
  /** Absolute paths of a file in the copy and in the folder. */
  pathsOf(agent: AgentId, path: string): { readonly inCopy: string; readonly inFolder: string };
  /** Null: they are not any more what they were said to be, and nothing was kept. */
  keep(agent: AgentId, changes: readonly FileChange[], signal: AbortSignal): Promise<{ readonly kept: readonly string[]; readonly failed: readonly string[] } | null>;
  /** False: something still runs there. */
  discard(agent: AgentId): Promise<boolean>;
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
