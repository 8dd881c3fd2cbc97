import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The library's helper that closes Unix sockets to a run; undefined where there is none for this machine. */
export function seccompHelper(): string | undefined {
  return process.platform === 'linux' ? libraryFile('seccomp', process.arch, 'apply-seccomp') : undefined;
}

/** What has a sandboxed Java ask the proxy; undefined where it is missing. */
export function javaAgent(): string | undefined {
  return libraryFile('java-proxy-agent', 'srt-proxy-agent.jar');
}

/** A file that comes with the library, as a real one; its code alone is part of this app's own. */
function libraryFile(...names: readonly string[]): string | undefined {
  const library = dirname(dirname(fileURLToPath(import.meta.resolve('@anthropic-ai/sandbox-runtime'))));
  const path = join(library, 'vendor', ...names).replace(/app\.asar(?=[/\\])/, 'app.asar.unpacked');
  return existsSync(path) ? path : undefined;
}

/** Where a program lies on this process's `PATH`. */
export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}
