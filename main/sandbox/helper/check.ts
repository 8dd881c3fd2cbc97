import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SandboxManager } from '@anthropic-ai/sandbox-runtime';
import type { SandboxFacts } from '../protocol.ts';
import { findProgram, seccompHelper } from './places.ts';

/** Milliseconds that the smallest sandbox may take. */
const patience = 10_000;

/** What this machine's sandbox is made of, found out by starting one. */
export async function checkSandbox(): Promise<SandboxFacts> {
  const { errors, warnings } = await SandboxManager.checkDependenciesAsync();
  const bubblewrap = process.platform === 'linux' ? findProgram('bwrap') : undefined;
  const version = bubblewrap === undefined ? null : ((await say(bubblewrap, ['--version'])).output.trim().split(' ').at(-1) ?? null);
  const isHelperMissing = process.platform === 'linux' && seccompHelper() === undefined;
  return {
    errors: isHelperMissing ? [...errors, 'seccomp helper missing'] : errors,
    warnings,
    trial: bubblewrap === undefined ? null : await tryOut(bubblewrap),
    bubblewrap: version,
    isAdministrator: process.getuid?.() === 0,
    isUserNamespaceRestricted: isOn('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
  };
}

async function tryOut(bubblewrap: string): Promise<string | null> {
  const namespaces = ['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts'];
  const { isDone, output } = await say(bubblewrap, [...namespaces, '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--', '/bin/sh', '-c', 'exit 0']);
  return isDone ? null : output.slice(0, 500);
}

function say(program: string, args: readonly string[]): Promise<{ readonly isDone: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: patience, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ isDone: error === null, output: `${stdout}${stderr}` || (error?.message ?? '') }),
    );
  });
}

function isOn(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').trim() === '1';
  } catch {
    return false;
  }
}
