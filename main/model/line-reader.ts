const lineFeed = 0x0a;

/** Thrown when a line grows beyond the limit: there is no way to find the start of the next one. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

/** Cuts a stream of bytes into lines. Chunks are joined once per line, so a long line costs no more than its length. */
export class LineReader {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** `limit`: the most bytes a line may have. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Returns the lines that `chunk` completes, without their ends (LF or CRLF). What is no UTF-8 becomes U+FFFD.
   * @throws {LineTooLongError}
   */
  read(chunk: Buffer): string[] {
    return this.readBytes(chunk).map((line) => line.toString('utf8').replace(/\r$/, ''));
  }

  /**
   * The same as they came, for who has to see what is no UTF-8; a CR at the end stays.
   * @throws {LineTooLongError}
   */
  readBytes(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(Buffer.concat(this.#chunks, this.#bytes));
      this.clear();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#limit) throw new LineTooLongError('The line is too long.');
    if (part.length > 0) this.#chunks.push(part);
  }
}
