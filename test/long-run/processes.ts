import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process as Linux's /proc tells it. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

/** What a process holds open. */
export interface Holdings {
  /** File descriptors by what they lead to: `socket`, `pipe`, `anon_inode:[…]`, or a file's name. */
  readonly handles: ReadonlyMap<string, number>;
  /** Sockets that listen, TCP and Unix. */
  readonly listeners: number;
  readonly threads: number;
}

/** All processes of the machine; one that ends meanwhile is none. */
export async function runningProcesses(): Promise<readonly RunningProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const read = pids.map(async (pid) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    if (/^State:\s+Z/m.test(status)) throw new Error('It has ended; its parent has yet to look.');
    return { pid, parent: field(status, 'PPid'), words };
  });
  return (await Promise.allSettled(read)).flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

export async function childrenOf(pid: number): Promise<readonly RunningProcess[]> {
  return (await runningProcesses()).filter(({ parent }) => parent === pid);
}

export async function holdingsOf(pid: number): Promise<Holdings> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const targets = (await Promise.all(descriptors.map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')))).filter((target) => target !== '');
  const handles = new Map<string, number>();
  for (const target of targets) {
    const kind = target.replace(/^(socket|pipe):\[\d+\]$/, '$1').replace(/^\/.*\//, '');
    handles.set(kind, (handles.get(kind) ?? 0) + 1);
  }
  const own = new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
  const listening = [...(await listeningInodes())].filter((inode) => own.has(inode));
  return { handles, listeners: listening.length, threads: field(await readFile(`/proc/${pid}/status`, 'utf8'), 'Threads') };
}

export function handleCount({ handles }: Holdings): number {
  return [...handles.values()].reduce((sum, own) => sum + own, 0);
}

/** Of proc(5): state 0A in /proc/net/tcp, flag 00010000 in /proc/net/unix. */
async function listeningInodes(): Promise<ReadonlySet<string>> {
  const tcp = [...(await rows('/proc/net/tcp')), ...(await rows('/proc/net/tcp6'))].filter((row) => row[3] === '0A').map((row) => row[9] ?? '');
  const unix = (await rows('/proc/net/unix')).filter((row) => row[3] === '00010000').map((row) => row[6] ?? '');
  return new Set([...tcp, ...unix]);
}

async function rows(file: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.trim().split(/\s+/));
}

/** 0 for a field that is not there: a process without memory of its own is ending. */
function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}
