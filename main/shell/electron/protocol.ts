import type { Protocol, Session } from 'electron';
import type { Dispose } from '../../model/disposable.ts';
import type { PageServer } from '../page-server.ts';

const scheme = 'countersign';
const host = 'app';

/** The origin of the app's pages in the Electron shell: what `createDispatch` must be given. */
export const electronOrigin = `${scheme}://${host}`;

/** Whether a URL names something that only our own handler answers. */
export function isOwnUrl(url: string): boolean {
  return url.startsWith(`${electronOrigin}/`);
}

/** Must run before Electron's `ready`; Electron throws otherwise. */
export function registerScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    // A standard, secure scheme gives the pages an origin of their own; modules and fonts are fetched with CORS.
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, bypassCSP: false, allowServiceWorkers: false } },
  ]);
}

/** Answers `countersign://app/…` in this session from the page server, and nothing else. */
export function servePages(session: Pick<Session, 'protocol'>, serve: PageServer): Dispose {
  session.protocol.handle(scheme, async (request) => {
    if (request.method !== 'GET' || !isOwnUrl(request.url)) return new Response('Not found', { status: 404 });
    // The raw rest of the URL, not `new URL(…).pathname`: the page server judges exactly what was asked for.
    const page = await serve(request.url.slice(electronOrigin.length));
    return new Response(page.body, { status: page.status, headers: page.headers });
  });
  return () => session.protocol.unhandle(scheme);
}
