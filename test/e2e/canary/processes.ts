import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds between two looks. */
const every = 40;

/** Notes the arguments and the environment of every process that this one started, however indirectly, for as long as it watches. */
export class ProcessWatch {
  readonly #seen = new Map<string, Buffer>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.look(), every);
  }

  look(): void {
    for (const pid of descendants(process.pid)) {
      for (const part of ['cmdline', 'environ']) {
        const bytes = read(`/proc/${pid}/${part}`);
        // A process can change both, and its id is used again.
        if (bytes !== undefined && bytes.length > 0) this.#seen.set(`${part} of process ${pid}: ${bytes.length} ${bytes.subarray(0, 200).toString('latin1')}`, bytes);
      }
    }
  }

  /** Each once, by where it was. */
  stop(): ReadonlyMap<string, Buffer> {
    clearInterval(this.#timer);
    this.look();
    return this.#seen;
  }
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // proc(5): the name in parentheses may hold anything; the parent is the second field after it.
    const stat = read(`/proc/${name}/stat`)?.toString('latin1');
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (Number.isInteger(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  const rest = [root];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const of = children.get(next) ?? [];
    found.push(...of);
    rest.push(...of);
  }
  return found;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
