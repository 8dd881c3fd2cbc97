import { execFile } from 'node:child_process';

export interface ProgramRun {
  /** Null when the program could not be started. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
}

/** Runs a program of the system by its absolute path, without a shell. Resolves always. */
export type RunProgram = (path: string, args: readonly string[]) => Promise<ProgramRun>;

export const runProgram: RunProgram = (path, args) =>
  new Promise((resolve) => {
    const options = { encoding: 'buffer', timeout: 10_000, maxBuffer: 8 * 1024 * 1024, windowsHide: true } as const;
    execFile(path, args, options, (error, stdout) => {
      // `code` is a number for an exit status and a name ("ENOENT", "ETIMEDOUT") for everything else.
      const code = error === null ? 0 : error.code;
      resolve({ exitCode: typeof code === 'number' ? code : null, stdout });
    });
  });
