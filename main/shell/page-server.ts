import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentSecurityPolicy, createNonce, noncePlaceholder } from './content-security-policy.ts';

/** One answer to the page's request for a file of the renderer. */
export interface Page {
  readonly status: 200 | 404;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface PageServerOptions {
  /** Absolute path of the built renderer. Nothing outside of it is ever read. */
  readonly root: string;
  readonly readFile?: (path: string) => Promise<Uint8Array>;
  readonly createNonce?: () => string;
}

/** Answers a path (`/index.html`, with or without query and fragment). Never rejects: what cannot be served is a 404. */
export type PageServer = (path: string) => Promise<Page>;

const types: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['json', 'application/json; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['webp', 'image/webp'],
  ['ico', 'image/x-icon'],
  ['woff2', 'font/woff2'],
]);

// Every segment starts with a letter, digit, underscore or dash. So there is no "..", no hidden file, no empty segment,
// no backslash, no drive letter and no percent sign: nothing is decoded, so nothing can be smuggled in encoded.
const exactPath = /^\/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\.([a-z0-9]+)$/;

/** The file under `root` that a path names, and its media type; undefined for anything that is not plainly a file of ours. */
export function resolvePage(root: string, path: string): { readonly file: string; readonly type: string } | undefined {
  const plain = path.replace(/[?#].*$/su, '');
  const match = exactPath.exec(plain === '/' ? '/index.html' : plain);
  const type = match === null ? undefined : types.get(match[1] ?? '');
  return match === null || type === undefined ? undefined : { file: join(root, match[0]), type };
}

function headersFor(type: string, nonce: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': contentSecurityPolicy(nonce),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

/**
 * Serves the built renderer to whichever shell shows it. Each response has a fresh nonce in its policy, and HTML has the
 * same nonce in place of `__CSP_NONCE__`.
 */
export function createPageServer(options: PageServerOptions): PageServer {
  const read = options.readFile ?? ((path: string): Promise<Uint8Array> => readFile(path));
  const makeNonce = options.createNonce ?? createNonce;
  const notFound = (): Page => {
    const type = 'text/plain; charset=utf-8';
    return { status: 404, type, headers: headersFor(type, makeNonce()), body: new TextEncoder().encode('Not found') };
  };
  return async (path) => {
    const page = resolvePage(options.root, path);
    if (page === undefined) return notFound();
    const content = await read(page.file).catch(() => undefined);
    if (content === undefined) return notFound();
    const nonce = makeNonce();
    const body = page.type.startsWith('text/html')
      ? new TextEncoder().encode(new TextDecoder().decode(content).replaceAll(noncePlaceholder, nonce))
      : new Uint8Array(content);
    return { status: 200, type: page.type, headers: headersFor(page.type, nonce), body };
  };
}
