import { StringDecoder } from 'node:string_decoder';

/** Characters. */
const mostKept = 64 * 1024;
const longestLine = 2000;

/** The last 64 KiB of what a child wrote to its error output, in lines of at most 2,000 characters each. */
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
    this.#open = (this.#open + last).slice(0, longestLine);
  }

  /** Oldest first; the last one may still be growing. */
  lines(): readonly string[] {
    return this.#open === '' ? [...this.#lines] : [...this.#lines, this.#open];
  }

  #keep(text: string): void {
    const line = text.slice(0, longestLine);
    this.#lines.push(line);
    this.#kept += line.length + 1;
    if (this.#kept <= mostKept) return;
    let first = 0;
    while (this.#kept > mostKept - longestLine) {
      this.#kept -= (this.#lines[first] ?? '').length + 1;
      first += 1;
    }
    // Cut in blocks, because each cut copies the list.
    this.#lines = this.#lines.slice(first);
  }
}
