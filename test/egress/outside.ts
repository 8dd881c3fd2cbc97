import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Authority } from '../fixtures/tls/authority.ts';
import type { Names } from './internet.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** A character for each byte. */
  readonly body: string;
}

/** A server outside, on a free loopback port, and what reached it. */
export interface Place {
  readonly port: number;
  readonly seen: Seen[];
  answer: RequestListener;
}

/** What stands outside of runs in a test: names, an authority that the company trusts, and servers. */
export class Outside implements AsyncDisposable {
  readonly authority: Authority;
  readonly #folder: string;
  readonly #file: string;
  readonly #servers: Server[] = [];

  private constructor(authority: Authority, folder: string) {
    this.authority = authority;
    this.#folder = folder;
    this.#file = join(folder, 'names.json');
  }

  static async open(names: Names): Promise<Outside> {
    const outside = new Outside(await Authority.create(), await mkdtemp(join(tmpdir(), 'internet-')));
    // Runs of the tests are another user's.
    await chmod(outside.authority.folder, 0o755);
    await chmod(outside.#folder, 0o777);
    await outside.name(names);
    return outside;
  }

  /** For Node, so that a helper finds these names and no others. */
  get helperOptions(): readonly string[] {
    return ['--import', `${pathToFileURL(resolve('test/egress/internet.ts')).href}?${encodeURIComponent(this.#file)}`];
  }

  async name(names: Names): Promise<void> {
    await writeFile(this.#file, JSON.stringify(names));
    await chmod(this.#file, 0o666);
  }

  /** The names that helpers looked up. */
  lookedUp(): readonly string[] {
    return existsSync(`${this.#file}.asked`) ? readFileSync(`${this.#file}.asked`, 'utf8').split('\n') : [];
  }

  /** A server with a certificate for those names; null: plain HTTP. */
  async serve(names: readonly string[] | null, isTrusted = true): Promise<Place> {
    const stranger = isTrusted || names === null ? undefined : await Authority.create();
    const certificate = names === null ? undefined : await (stranger ?? this.authority).issue(`server-${this.#servers.length}`, { names: names.map((name) => `DNS:${name}`).join(',') });
    const place: { port: number; seen: Seen[]; answer: RequestListener } = { port: 0, seen: [], answer: (request, response) => void response.end(`hello ${request.url ?? ''}\n`) };
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        place.seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('latin1') });
        place.answer(request, response);
      });
    };
    const server = certificate === undefined ? createHttpServer(listener) : createServer({ cert: certificate.certificate, key: certificate.key }, listener);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    this.#servers.push(server);
    await stranger?.[Symbol.asyncDispose]();
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('It does not listen.');
    place.port = address.port;
    return place;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) server.closeAllConnections();
    for (const server of this.#servers) server.close();
    await this.authority[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
