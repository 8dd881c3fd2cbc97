export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes of the body; undefined when it comes in chunks, or lasts until the connection ends. */
  readonly length: number | undefined;
  readonly isChunked: boolean;
}

/** What came is no HTTP/1.1 answer. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

const endOfHead = Buffer.from('\r\n\r\n');

/** Takes the answers of one connection apart, strictly (RFC 9112): whatever is not as it must be throws a `NoAnswerError`. */
export class ResponseReader {
  readonly #bodiless: () => boolean;
  #rest: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #chunks: Buffer[] = [];

  /** `isBodiless`: whether the next answer is one to HEAD. */
  constructor(isBodiless: () => boolean) {
    this.#bodiless = isBodiless;
  }

  /** An answer has begun and is not whole. */
  get isWithin(): boolean {
    return this.#head !== undefined;
  }

  /** Something came that is not yet an answer. */
  get hasRest(): boolean {
    return this.#rest.length > 0 || this.#head !== undefined;
  }

  /** The answers that `bytes` complete. */
  read(bytes: Buffer): readonly HttpAnswer[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const answers: HttpAnswer[] = [];
    for (let answer = this.#next(); answer !== undefined; answer = this.#next()) answers.push(answer);
    return answers;
  }

  #next(): HttpAnswer | undefined {
    let head = this.#head ?? this.#readHead();
    // Told on the way, before the answer: 100 Continue.
    while (head !== undefined && head.status < 200) head = this.#readHead();
    this.#head = head;
    const body = head && this.#readBody(head);
    if (head === undefined || body === undefined) return undefined;
    this.#head = undefined;
    return { status: head.status, headers: head.headers, body };
  }

  #readHead(): Head | undefined {
    const end = this.#rest.indexOf(endOfHead);
    if (end < 0) {
      if (this.#rest.length > 64 * 1024) throw new NoAnswerError('A head never ended.');
      return undefined;
    }
    const [first = '', ...lines] = this.#rest.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [\x20-\x7e]*$/.exec(first)?.[1] ?? 0);
    if (status === 0) throw new NoAnswerError(`No status line: ${JSON.stringify(first.slice(0, 200))}`);
    this.#rest = this.#rest.subarray(end + endOfHead.length);
    const headers = new Map<string, string>();
    for (const line of lines) {
      const read = /^([A-Za-z0-9-]+): ?(.*)$/.exec(line);
      const name = read?.[1]?.toLowerCase();
      if (name === undefined || headers.has(name)) throw new NoAnswerError(`No header, or one that came before: ${JSON.stringify(line.slice(0, 200))}`);
      headers.set(name, read?.[2] ?? '');
    }
    const length = headers.get('content-length');
    const hasNone = this.#bodiless() || status < 200 || status === 204 || status === 304;
    return { status, headers, length: hasNone ? 0 : length === undefined ? undefined : Number(length), isChunked: !hasNone && headers.get('transfer-encoding') === 'chunked' };
  }

  #readBody({ length, isChunked, status }: Head): string | undefined {
    if (isChunked) return this.#readChunks();
    if (length === undefined) {
      // What Node says of bytes that are no request has no length and ends with the connection.
      if (status < 400) throw new NoAnswerError('A body without a length.');
      return '';
    }
    if (!Number.isSafeInteger(length)) throw new NoAnswerError('A length that is none.');
    if (this.#rest.length < length) return undefined;
    const body = this.#rest.subarray(0, length).toString('utf8');
    this.#rest = this.#rest.subarray(length);
    return body;
  }

  #readChunks(): string | undefined {
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return undefined;
      const text = this.#rest.subarray(0, end).toString('latin1');
      if (!/^[0-9a-f]{1,8}$/i.test(text)) throw new NoAnswerError(`No size of a chunk: ${JSON.stringify(text.slice(0, 100))}`);
      const size = Number.parseInt(text, 16);
      if (this.#rest.length < end + 2 + size + 2) return undefined;
      this.#chunks.push(this.#rest.subarray(end + 2, end + 2 + size));
      this.#rest = this.#rest.subarray(end + 2 + size + 2);
      if (size > 0) continue;
      const body = Buffer.concat(this.#chunks).toString('utf8');
      this.#chunks = [];
      return body;
    }
  }
}
