import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** What is kept of what a Claw writes, the newest; more than that nobody scrolls through. */
const mostLines = 1_000;
const longestLine = 2_000;

/** The last lines that a program wrote, on both of its streams, as they came. */
export class RunLog {
  readonly #clean: (text: string) => string;
  #lines: string[] = [];

  /** `clean`: makes a line fit to be shown, without what nobody may see. */
  constructor(clean: (text: string) => string) {
    this.#clean = clean;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  note(line: string): void {
    this.#lines.push(this.#clean(line.length > longestLine ? `${line.slice(0, longestLine).toWellFormed()}…` : line));
    if (this.#lines.length > mostLines * 1.1) this.#lines = this.#lines.slice(-mostLines);
  }

  /** Takes lines from a stream until it ends. A line that never ends is cut. */
  follow(stream: Readable): void {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const parts = (rest + decoder.write(chunk)).split(/\r?\n/);
      rest = parts.pop() ?? '';
      for (const part of parts) this.note(part);
      if (rest.length <= longestLine) return;
      this.note(rest);
      rest = '';
    });
    stream.once('end', () => {
      if (rest !== '') this.note(rest);
    });
  }
}
