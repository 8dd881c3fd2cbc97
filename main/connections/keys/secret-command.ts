import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, extname, isAbsolute, join } from 'node:path';
import type { SecretCommand } from '../../../preload/contract.ts';
import type { Dispose } from '../../model/disposable.ts';
import { minimalEnvironment } from '../../processes/minimal-environment.ts';
import { killGroup, tieToApp } from '../../processes/process-group.ts';

/** Why a program gave no secret. Never what it wrote. */
export type SecretCommandProblem =
  | { readonly kind: 'not_found' | 'not_started' | 'too_late' | 'too_long' | 'empty' | 'not_text' | 'cancelled' }
  /** `status`: its exit status, or the name of the signal that ended it. */
  | { readonly kind: 'failed'; readonly status: number | string };

export type SecretCommandResult = { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly problem: SecretCommandProblem };

export interface SecretCommandOptions {
  readonly signal: AbortSignal;
  /** Milliseconds. Default: 30 s. */
  readonly timeLimit?: number;
  /** Where the inherited variables are taken from. */
  readonly environment?: NodeJS.ProcessEnv;
}

const defaultTimeLimit = 30_000;
/** Bytes of what it may write. */
const largestOutput = 64 * 1024;
/** Milliseconds between its end and the end of its output: something it started may keep that open. */
const patience = 500;
/** Where password managers find their agents and windows, beside what every command gets. */
const forPasswordManagers = ['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'GNUPGHOME', 'WAYLAND_DISPLAY', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'];

/**
 * Runs a program that writes one secret to its output: without a shell, without input, in a process group of its own that
 * is ended with it, for at most 30 s and 64 KiB. What it writes elsewhere goes nowhere. One line end is taken off.
 */
export async function runSecretCommand(command: SecretCommand, { signal, timeLimit = defaultTimeLimit, environment = process.env }: SecretCommandOptions): Promise<SecretCommandResult> {
  const env = minimalEnvironment(environment, forPasswordManagers);
  const file = await findProgram(command.command, env);
  if (file === undefined) return refuse('not_found');
  if (signal.aborted) return refuse('cancelled');
  return new Promise((resolve) => {
    const child = spawn(file, [...command.args], { cwd: env['HOME'] ?? homedir(), detached: process.platform !== 'win32', env, shell: false, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let untie: Dispose | undefined;
    const timers: NodeJS.Timeout[] = [];
    const end = (result: SecretCommandResult): void => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      killGroup(child, 'SIGKILL');
      child.stdout.destroy();
      untie?.();
      resolve(result);
    };
    const onAbort = (): void => end(refuse('cancelled'));
    signal.addEventListener('abort', onAbort);
    timers.push(setTimeout(() => end(refuse('too_late')), timeLimit));
    child.once('spawn', () => (untie = tieToApp(child)));
    child.once('error', () => end(refuse('not_started')));
    child.stdout.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > largestOutput) end(refuse('too_long'));
      else chunks.push(chunk);
    });
    const over = (): void => {
      const status = child.exitCode ?? child.signalCode ?? 'unknown';
      end(status === 0 ? readSecret(Buffer.concat(chunks)) : { ok: false, problem: { kind: 'failed', status } });
    };
    child.once('exit', () => {
      // What it started must not live on.
      killGroup(child, 'SIGKILL');
      timers.push(setTimeout(over, patience));
    });
    child.once('close', over);
  });
}

function refuse(kind: Exclude<SecretCommandProblem['kind'], 'failed'>): SecretCommandResult {
  return { ok: false, problem: { kind } };
}

function readSecret(output: Buffer): SecretCommandResult {
  try {
    const secret = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(output).replace(/\r?\n$/, '');
    return secret === '' ? refuse('empty') : { ok: true, secret };
  } catch {
    return refuse('not_text');
  }
}

/** An absolute path as it is; a name as the absolute folders of `PATH` have it. Nothing relative: where that leads to is up to whoever started us. */
async function findProgram(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const endings = process.platform === 'win32' && extname(program) === '' ? ['.exe', '.com'] : [''];
  const folders = isAbsolute(program) ? [''] : /[/\\]/.test(program) ? [] : (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    for (const ending of endings) {
      const file = `${folder === '' ? program : join(folder, program)}${ending}`;
      if (await isProgram(file)) return file;
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
