import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { RunEnd, Run } from './sandbox/run.ts';
import { lastWords, type CommandProcess } from './connections/command-process.ts';

export interface SandboxedCommandParts {
  readonly isFrozen: () => boolean;
  /** A thing that it tried and was refused, in the sandbox's words; each once. */
  readonly onRefused: (line: string) => void;
}

/** Different refusals of one run that are told. */
const mostRefusals = 200;

/** A run in the sandbox as what MCP is spoken with. What it is refused stands in its error output too. */
export function asCommand(run: Run, { isFrozen, onRefused }: SandboxedCommandParts): CommandProcess {
  let ended: RunEnd | undefined;
  const notes = new Notes(run.error);
  const refused = new Set<string>();
  run.onViolation((line) => {
    if (refused.size >= mostRefusals || refused.has(line)) return;
    refused.add(line);
    notes.add(`[refused] ${line}`);
    onRefused(line);
  });
  const gone = run.end.then(async (end) => {
    ended = end;
    if (end.limit !== null) notes.add(`[ended] It used up more than a service may: ${end.limit}.`);
    notes.end();
    await isReadWithin([run.output, notes.stream], lastWords);
  });
  return {
    pid: null,
    input: run.input,
    output: run.output,
    error: notes.stream,
    get isRunning() {
      return ended === undefined;
    },
    get isFrozen() {
      return isFrozen();
    },
    get exitCode() {
      return ended?.code ?? null;
    },
    gone,
    end: (signal) => (signal === 'SIGKILL' ? run.kill() : void run.stop()),
  };
}

/** A stream with lines of ours between its own. */
class Notes {
  readonly stream = new PassThrough();
  readonly #waiting: string[] = [];
  #isBetweenLines = true;

  constructor(source: Readable) {
    source.on('data', (chunk: Buffer) => {
      this.stream.write(chunk);
      this.#isBetweenLines = chunk.at(-1) === 0x0a;
      this.#tell();
    });
  }

  add(line: string): void {
    this.#waiting.push(line);
    this.#tell();
  }

  end(): void {
    if (!this.#isBetweenLines) this.stream.write('\n');
    this.#isBetweenLines = true;
    this.#tell();
    this.stream.end();
  }

  #tell(): void {
    if (!this.#isBetweenLines || this.stream.writableEnded) return;
    for (const line of this.#waiting.splice(0)) this.stream.write(`${line}\n`);
  }
}

async function isReadWithin(streams: readonly Readable[], milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  const read = Promise.allSettled(streams.map((stream) => finished(stream, { writable: false }))).then(() => undefined);
  await Promise.race([read, late]);
  clearTimeout(timer);
}
