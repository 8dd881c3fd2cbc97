import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Usage } from '../protocol.ts';

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  /** Milliseconds. */
  readonly processor: number;
}

/** Linux's clock ticks a second, fixed for user space. */
const ticks = 100;

function readProcess(pid: number): ProcessLine | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name stands in brackets and may hold anything, brackets included.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  const number = (index: number): number => Number(fields[index] ?? 0);
  return { pid, parent: number(1), state: fields[0] ?? '', processor: ((number(11) + number(12) + number(13) + number(14)) * 1000) / ticks };
}

/** A process and all that came from it, by Linux's /proc. In a PID namespace of its own nothing can leave the tree. */
export function processTree(root: number): readonly ProcessLine[] {
  const children = new Map<number, ProcessLine[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = readProcess(Number(name));
    if (line === undefined) continue;
    const siblings = children.get(line.parent);
    if (siblings === undefined) children.set(line.parent, [line]);
    else siblings.push(line);
  }
  const own = readProcess(root);
  const found: ProcessLine[] = own === undefined ? [] : [own];
  for (const line of found) found.push(...(children.get(line.pid) ?? []));
  return found;
}

/** What the tree uses. Memory that several processes share is counted once for shared files, and in each for the rest. */
export function usageOf(root: number): Usage {
  const tree = processTree(root);
  let memory = 0;
  let diskWritten = 0;
  let processor = 0;
  let processes = 0;
  for (const line of tree) {
    if (line.state !== 'Z') processes += 1;
    processor += line.processor;
    const status = read(`/proc/${line.pid}/status`) ?? '';
    memory += kibibytes(status, 'RssAnon') + kibibytes(status, 'RssShmem');
    diskWritten += Number(/^write_bytes: (\d+)/m.exec(read(`/proc/${line.pid}/io`) ?? '')?.[1] ?? 0);
  }
  return { processes, memory, processor: Math.round(processor), diskWritten };
}

function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Stops every process of the tree, or lets it go on. True when all of it did. */
export async function freezeTree(root: number, isFrozen: boolean): Promise<boolean> {
  // One that is not stopped yet may start another, so it is looked at until none is found awake.
  for (let round = 0; round < 100; round += 1) {
    const others = processTree(root).filter(({ state }) => state !== 'Z' && state !== 'X' && (state === 'T') !== isFrozen);
    if (others.length === 0) return true;
    for (const { pid } of others) signal(pid, isFrozen ? 'SIGSTOP' : 'SIGCONT');
    await delay(5);
  }
  return false;
}

/** Ends every process of the tree, at once and for good. */
export function killTree(root: number): void {
  // Stopped first, it starts no other while its children are looked for.
  signal(root, 'SIGSTOP');
  for (const { pid } of processTree(root).toReversed()) signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
