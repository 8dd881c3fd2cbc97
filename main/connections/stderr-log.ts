import { StringDecoder } from 'node:string_decoder';

/** Characters in all. More than is ever shown, because secrets are removed before anything is cut. */
const mostKept = 256 * 1024;
/** Characters of a line; one that is longer is cut here. */
export const longestRawLine = 64 * 1024;

/** The last 256 KiB of what a child wrote to its error output, in lines of at most 64 KiB each. */
export class StderrLog {
  readonly #decoder = new StringDecoder('utf8');
  #lines: string[] = [];
  #kept = 0;
  #open = '';

  write(chunk: Buffer): void {
    const parts = this.#decoder.write(chunk).split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      this.#keep((this.#open + part).replace(/\r$/, ''));
      this.#open = '';
    }
    // The rest of a line that is too long is not kept.
    this.#open = (this.#open + last).slice(0, longestRawLine);
  }

  /** Nothing more comes: the last line is whole. */
  end(): void {
    if (this.#open !== '') this.#keep(this.#open);
    this.#open = '';
  }

  /** Oldest first. The last one may still be growing, and is given up to its last space: half a word may be half a secret. */
  lines(): readonly string[] {
    const whole = /^[^]*\s/.exec(this.#open)?.[0].trimEnd() ?? '';
    return whole === '' ? [...this.#lines] : [...this.#lines, whole];
  }

  #keep(text: string): void {
    const line = text.slice(0, longestRawLine);
    this.#lines.push(line);
    this.#kept += line.length + 1;
    if (this.#kept <= mostKept) return;
    let first = 0;
    while (this.#kept > mostKept - longestRawLine) {
      this.#kept -= (this.#lines[first] ?? '').length + 1;
      first += 1;
    }
    // Cut in blocks, because each cut copies the list.
    this.#lines = this.#lines.slice(first);
  }
}
