import type { CommandToken as CommandTokenKind } from '../../preload/contract.ts';

/** Why something of a command cannot be known before it runs. */
export const unknowns = [
  /** Longer than what is looked at, nested too deeply, or with more parts than a person could look through. */
  'too_large',
  /** No shell would read it so, or we do not know how it would. */
  'not_parsed',
  /** Characters that show nothing, or change what is seen. */
  'hidden_characters',
  /** Which program runs follows from something else: `$tool x`. */
  'program',
  /** Which arguments a program gets, or which file is written, follows from something else: `ls *.txt`, `xargs`. */
  'argument',
  /** A shell is given a text that comes from somewhere else: `curl … | sh`, `sh -c "$x"`, `eval`. */
  'text',
  /** A file with commands, or code for an interpreter, decides what happens: `sh x.sh`, `python -c …`, `make`. */
  'code',
  /** A function, an alias or the like gives a name another meaning. */
  'redefined',
  /** A variable that changes what programs do or which ones are found: `PATH=`, `LD_PRELOAD=`. */
  'environment',
] as const;
export type Unknown = (typeof unknowns)[number];

/** What a command could do that is worth a second look, gravest first. */
export const dangers = [
  'run_download', 'disk', 'delete', 'database', 'cloud', 'traces', 'startup_files', 'discard_work', 'force_push', 'send_files', 'overwrite', 'permissions',
  'privilege', 'accounts', 'firewall', 'fork_bomb', 'power', 'containers', 'schedule', 'install', 'processes', 'remote',
] as const; // prettier-ignore
export type Danger = (typeof dangers)[number];

/** A word as it is written, and what the shell makes of it. */
export interface CommandWord {
  readonly text: string;
  /** Exactly what the program is given; null: not known before it runs. */
  readonly value: string | null;
  /** `value`, or what it is likely to look like. */
  readonly hint: string;
}

/** A program that would run, a builtin of the shell among them. */
export interface ProgramRun {
  /** Without its folder. */
  readonly name: string;
  /** The program itself first. */
  readonly argv: readonly CommandWord[];
  /** The programs that start it, outermost first: `sudo`, `xargs`, `sh`. */
  readonly via: readonly string[];
}

/** Half-open range of UTF-16 code units in the line. */
export interface CommandToken {
  readonly kind: CommandTokenKind;
  readonly start: number;
  readonly end: number;
}

/**
 * What a command line would do, as far as its words say. `programs`, `hosts`, `pathsRead`, `pathsWritten` and `dangers` are best
 * efforts: what is in them was found; what is not in them may happen all the same. Only `isFullyKnown` and `simple` are promises.
 */
export interface CommandDescription {
  readonly line: string;
  /** The folder it would run in; null: not known. */
  readonly folder: string | null;
  readonly programs: readonly ProgramRun[];
  /** Lower case, in ASCII form; each once. */
  readonly hosts: readonly string[];
  /** Absolute where the folder is known; `.` and `..` resolved by their text, links not. */
  readonly pathsRead: readonly string[];
  readonly pathsWritten: readonly string[];
  /** Gravest first; `what`: what it is done to, as it is written, where that can be said. */
  readonly dangers: readonly { readonly kind: Danger; readonly what: string }[];
  readonly unknowns: readonly Unknown[];
  /** Every program that could run and every argument of it is in `programs`, exactly. */
  readonly isFullyKnown: boolean;
  /** The exact words where it is one fully known program and nothing else: no redirect, pipe, assignment or background. */
  readonly simple: readonly string[] | null;
  /** In order, without gaps or overlaps. */
  readonly tokens: readonly CommandToken[];
}

export interface DescribeOptions {
  /** Absolute path of the folder it would run in. */
  readonly folder?: string;
  /**
   * `unknown`: it is not known which shell reads it (PowerShell, cmd, zsh …), so only words that all of them read alike count as known.
   * Otherwise bash 5.
   */
  readonly shell?: 'bash' | 'unknown';
}
