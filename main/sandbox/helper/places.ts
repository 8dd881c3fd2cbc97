import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The library's helper that closes Unix sockets to a run, as a real file; undefined where there is none for this machine. */
export function seccompHelper(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const library = dirname(dirname(fileURLToPath(import.meta.resolve('@anthropic-ai/sandbox-runtime'))));
  const path = join(library, 'vendor', 'seccomp', process.arch, 'apply-seccomp').replace(/app\.asar(?=[/\\])/, 'app.asar.unpacked');
  return existsSync(path) ? path : undefined;
}

/** Where a program lies on this process's `PATH`. */
export function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}
