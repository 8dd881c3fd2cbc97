import { readWords } from './shell-words.ts';

/** A start of bubblewrap: its options, which go through a descriptor so that no other program sees them, and its command. */
export interface BubblewrapStart {
  readonly program: string;
  readonly options: readonly string[];
  readonly command: readonly string[];
}

export interface Hardening {
  /** Bytes that the private `/tmp` may hold. */
  readonly temporary: number;
  /** Set last, so that they win. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sockets of the host: the path outside, and the one inside. */
  /** The descriptor that the filter of system calls is read from. */
  readonly filterDescriptor: number;
  /** The folders that the run may change. */
  readonly writable: readonly string[];
  readonly sockets: readonly (readonly [outside: string, inside: string])[];
}

/** Bytes of shared memory that a run may have; programs use it for semaphores and small rings. */
const sharedMemory = 64 * 1024 * 1024;

const closedDevices = [
  ['--size', String(sharedMemory), '--tmpfs', '/dev/shm', '--chmod', '1777', '/dev/shm', '--remount-ro', '/dev'],
  ['--size', '4096', '--tmpfs', '/sys', '--ro-bind-try', '/sys/devices/system/cpu', '/sys/devices/system/cpu', '--remount-ro', '/sys'],
].flat();

/** Left behind by the library for its own embedder; they say nothing to a run. */
const unneeded = ['CLAUDE_CODE_HOST_HTTP_PROXY_PORT', 'CLAUDE_CODE_HOST_SOCKS_PROXY_PORT'];

/** The options that take one operand more than none, of those that the library writes. */
const operands: Readonly<Record<string, number>> = {
  '--bind': 2,
  '--ro-bind': 2,
  '--setenv': 2,
  '--unsetenv': 1,
  '--tmpfs': 1,
  '--dev': 1,
  '--proc': 1,
  '--cap-drop': 1,
  '--cap-add': 1,
  '--args': 1,
  '--new-session': 0,
  '--die-with-parent': 0,
  '--unshare-net': 0,
  '--unshare-pid': 0,
  '--unshare-user': 0,
};

/** What the library made of a plan, option by option; undefined when it wrote something that is not known here. */
export function readBubblewrap(line: string, program: string): { readonly options: readonly (readonly string[])[]; readonly command: readonly string[] } | undefined {
  const words = readWords(line);
  if (words === undefined || words[0] !== program) return undefined;
  const options: (readonly string[])[] = [];
  for (let at = 1; at < words.length; ) {
    const word = words[at] ?? '';
    if (word === '--') return { options, command: words.slice(at + 1) };
    const count = operands[word];
    if (count === undefined) return undefined;
    options.push(words.slice(at, at + 1 + count));
    at += 1 + count;
  }
  return undefined;
}

/**
 * The library's sandbox, made tighter: what is hidden cannot be written to (else it is a memory without bounds), `/tmp` and
 * shared memory are bounded, `/dev` and `/sys` are closed, and System V IPC, host name and control groups are the run's own.
 */
export function harden(line: string, program: string, hardening: Hardening): BubblewrapStart | undefined {
  const read = readBubblewrap(line, program);
  if (read === undefined) return undefined;
  const isThere = (name: string): boolean => read.options.some(([option]) => option === name);
  if (!['--new-session', '--die-with-parent', '--unshare-net', '--unshare-pid', '--unshare-user', '--proc', '--dev'].every(isThere)) return undefined;
  const hidden: string[] = [];
  const options = read.options.flatMap((option, at): readonly string[] => {
    const [name, place] = option;
    if (isCoveredAlready(read.options, at, hardening.writable)) return [];
    if (name === '--tmpfs' && place === '/tmp') return ['--size', String(hardening.temporary), ...option, '--chmod', '1777', '/tmp'];
    if (name === '--tmpfs' && place !== undefined) hidden.push(place);
    return option;
  });
  return {
    program,
    options: [
      '--seccomp',
      String(hardening.filterDescriptor),
      '--unshare-ipc',
      '--unshare-uts',
      '--unshare-cgroup-try',
      '--hostname',
      'sandbox',
      ...options,
      ...closedDevices,
      ...hardening.sockets.flatMap(([outside, inside]) => ['--bind', outside, inside]),
      ...hidden.flatMap((place) => ['--remount-ro', place]),
      ...unneeded.flatMap((name) => ['--unsetenv', name]),
      ...Object.entries(hardening.environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ],
    command: read.command,
  };
}

/**
 * Whether an option covers a name that is not there, in a folder that is read-only by then: nobody could make it, bubblewrap
 * neither, which would fail for it.
 */
function isCoveredAlready(options: readonly (readonly string[])[], at: number, writable: readonly string[]): boolean {
  const [name, source, place] = options[at] ?? [];
  if (name !== '--ro-bind' || place === undefined || source === place) return false;
  const isAround = (other: string | undefined): boolean => other !== undefined && place.startsWith(`${other}/`);
  const around = options.slice(0, at).filter(([mount, , other]) => (mount === '--bind' || mount === '--ro-bind') && isAround(other));
  const nearest = around.toSorted(([, , one = ''], [, , other = '']) => one.length - other.length).at(-1);
  const isReopened = options.slice(at + 1).some(([mount, , other]) => mount === '--bind' && (other === place || isAround(other)));
  return nearest?.[0] === '--ro-bind' && !isReopened && writable.some((folder) => nearest[2]?.startsWith(`${folder}/`) === true);
}

/** Names inside the writable folders that bubblewrap covers, by what the library wrote: each source and its place. */
export function coveredPlaces(line: string, program: string): readonly string[] {
  const read = readBubblewrap(line, program);
  return (read?.options ?? []).flatMap(([name, source, place]) =>
    name === '--ro-bind' && place !== undefined && source !== place && source !== '/' ? [place] : [],
  );
}
