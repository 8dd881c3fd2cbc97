import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { echoServerFile } from './scale.ts';

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** KiB. */
  readonly resident: number;
  readonly words: readonly string[];
}

/**
 * Resident memory (MiB) of a process and all below it, without the echo services it started. NaN where the system does not say
 * (Windows).
 */
export async function residentMegabytes(root: number): Promise<number> {
  const all = await runningProcesses();
  const found = below(root, all).filter(({ pid, words }) => pid === root || !words.slice(0, 3).includes(echoServerFile));
  const total = found.reduce((sum, { resident }) => sum + resident, 0);
  return total === 0 ? Number.NaN : total / 1024;
}

function below(root: number, all: readonly RunningProcess[]): readonly RunningProcess[] {
  return all.filter(({ pid }) => pid === root).concat(all.filter(({ parent }) => parent === root).flatMap(({ pid }) => below(pid, all)));
}

async function runningProcesses(): Promise<readonly RunningProcess[]> {
  if (process.platform === 'linux') return fromProc();
  if (process.platform === 'win32') return [];
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=,args=']);
  return stdout.split('\n').map((line) => {
    const [pid, parent, resident, ...words] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), resident: Number(resident), words };
  });
}

async function fromProc(): Promise<readonly RunningProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const read = pids.map(async (pid) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    return { pid, parent: field(status, 'PPid'), resident: field(status, 'VmRSS'), words };
  });
  // A process that ended meanwhile is none.
  return (await Promise.allSettled(read)).flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** 0 for a field that is not there: a process without memory of its own is ending. */
function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}
