import type { App, Session, WebContents, WebPreferences } from 'electron';
import type { Dispose } from '../../model/disposable.ts';
import { isOwnUrl } from './protocol.ts';

export interface HardeningOptions {
  readonly preload: string;
  readonly session: Session;
  readonly isPackaged: boolean;
  /** What the preload script is told on its command line; no secret. */
  readonly preloadArguments: readonly string[];
}

/** The web preferences of every window of the app. */
export function hardenedWebPreferences(options: HardeningOptions): WebPreferences {
  return {
    preload: options.preload,
    session: options.session,
    additionalArguments: [...options.preloadArguments],
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    // The spell checker would fetch dictionaries, and sees the text of every card.
    spellcheck: false,
    enableWebSQL: false,
    devTools: !options.isPackaged,
  };
}

function mayLoad(url: string, resourceType: string, isPackaged: boolean): boolean {
  if (isOwnUrl(url)) return true;
  if (resourceType === 'image' && url.startsWith('data:')) return true;
  return !isPackaged && url.startsWith('devtools:');
}

/** Denies every permission, download, certificate and request but for our own pages. */
export function hardenSession(session: Session, isPackaged: boolean): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null));
  // No page of ours speaks TLS, so no certificate is a good one. -2: refused (Electron, `setCertificateVerifyProc`).
  session.setCertificateVerifyProc((_request, answer) => answer(-2));
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url, details.resourceType, isPackaged) }));
}

function hardenContents(_event: unknown, contents: WebContents): void {
  // WebRTC goes past the request filter and the policy's connect-src.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  // The first load of a window is `loadURL` and raises none of these; whatever raises them came from the page.
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** Hardens every web contents that is ever created, whoever creates it. */
export function hardenAllContents(app: Pick<App, 'on' | 'off'>): Dispose {
  app.on('web-contents-created', hardenContents);
  return () => app.off('web-contents-created', hardenContents);
}
