import { chromium, type BrowserContext, type Page } from 'playwright-core';
import type { Screen } from '../../../preload/contract.ts';
import { Emitter, type Dispose } from '../../model/disposable.ts';
import { isForBrowser } from '../external-address.ts';
import { createPageServer, type PageServer } from '../page-server.ts';
import type { Shell, ShellHost, ShellNotification, WindowName } from '../shell.ts';
import { callBinding, emitFunction, installBridge } from './page-bridge.ts';

/** `.invalid` never resolves (RFC 2606): the page can come from nowhere but this process. */
export const previewOrigin = 'https://app.countersign.invalid';

const pages: { readonly [W in WindowName]: string } = { main: '/index.html', approval: '/approval.html' };
const sizes: { readonly [W in WindowName]: { readonly width: number; readonly height: number } } = {
  main: { width: 1040, height: 720 },
  approval: { width: 420, height: 620 },
};

export interface PreviewOptions {
  /** An installed Chromium, Chrome or Edge. */
  readonly executable: string;
  /** The built renderer. */
  readonly rendererRoot: string;
  /** The browser's own profile folder; removed by whoever made it. */
  readonly profileFolder: string;
  readonly isHeadless: boolean;
  /** Opens Chromium's debugging port on loopback, for tests that click in a page nobody else sees. */
  readonly debugPort: number | null;
  /** What the environment prefers (BCP 47 tags, best first). */
  readonly languages: readonly string[];
  readonly report: (problem: string) => void;
}

function browserArguments({ debugPort }: PreviewOptions): string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    `--app=${previewOrigin}${pages.main}`,
    `--window-size=${sizes.main.width},${sizes.main.height}`,
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Chromium refuses its own sandbox to root; the page is ours alone and has no network. The second word keeps its banner away.
    ...(isRoot ? ['--no-sandbox', '--test-type'] : []),
    ...(debugPort === null ? [] : [`--remote-debugging-port=${debugPort}`, '--remote-debugging-address=127.0.0.1']),
  ];
}

/** The same windows in an installed Chromium, driven through a pipe: no port, and every file of the page comes from here. */
export class PreviewShell implements Shell {
  readonly kind = 'preview';
  readonly canAsk: boolean;
  readonly #options: PreviewOptions;
  readonly #serve: PageServer;
  readonly #quit = new Emitter<void>();
  readonly #windows = new Map<WindowName, Promise<Page>>();
  #context: BrowserContext | undefined;
  #unsubscribe: Dispose = () => undefined;

  constructor(options: PreviewOptions) {
    this.#options = options;
    this.#serve = createPageServer({ root: options.rendererRoot });
    this.canAsk = !options.isHeadless || options.debugPort !== null;
  }

  systemLanguages(): readonly string[] {
    return this.#options.languages;
  }

  async start(host: ShellHost): Promise<void> {
    const { executable, isHeadless, profileFolder } = this.#options;
    const context = await chromium.launchPersistentContext(profileFolder, {
      executablePath: executable,
      headless: isHeadless,
      args: browserArguments(this.#options),
      viewport: isHeadless ? sizes.main : null,
      serviceWorkers: 'block',
      acceptDownloads: false,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    this.#context = context;
    await context.route('**/*', async (route) => {
      const url = new URL(route.request().url());
      if (url.origin !== previewOrigin || route.request().method() !== 'GET') return route.abort('blockedbyclient');
      const page = await this.#serve(url.pathname);
      return route.fulfill({ status: page.status, headers: { ...page.headers }, body: Buffer.from(page.body) });
    });
    await context.exposeBinding(callBinding, ({ frame, page }, name: unknown, payload: unknown) =>
      host.dispatch({ origin: originOf(frame.url()), isTopFrame: frame === page.mainFrame() }, String(name), payload),
    );
    await context.addInitScript(installBridge, { call: callBinding, emit: emitFunction });
    this.#unsubscribe = host.onEvent((name, payload) => void this.#emit(name, payload));
    context.on('close', () => this.#quit.emit());
    const main = context.pages()[0] ?? (await context.newPage());
    this.#keep('main', main);
    main.on('close', () => this.#quit.emit());
    await main.goto(`${previewOrigin}${pages.main}`);
  }

  setTray(): void {
    // No tray here: the page itself puts the number of waiting questions into its title.
  }

  showWindow(window: WindowName, screen?: Screen): void {
    void this.#show(window, screen).catch((error: unknown) => this.#options.report(`A window could not be shown: ${String(error)}`));
  }

  hideWindow(window: WindowName): void {
    if (window === 'main') return;
    const page = this.#windows.get(window);
    this.#windows.delete(window);
    void page?.then((open) => open.close()).catch(() => undefined);
  }

  /** A browser window has no tray to speak from: the approval window itself is the notification. */
  notify({ opens }: ShellNotification): void {
    if (opens === 'approval') this.showWindow('approval');
  }

  /** It cannot ask: what is held stays for the next start. */
  confirmQuit(): Promise<boolean> {
    return Promise.resolve(true);
  }

  setOpenAtLogin(): void {
    // Only the installed app opens at login.
  }

  onScreenLock(): Dispose {
    // A browser is not told.
    return () => undefined;
  }

  /** A tab of its own context: it has none of our pages, none of their bridge, and keeps no cookies. */
  async openExternal(url: URL): Promise<boolean> {
    const browser = this.#context?.browser();
    if (!browser || !isForBrowser(url)) return false;
    try {
      const outside = await browser.newContext({ viewport: this.#options.isHeadless ? sizes.main : null });
      const page = await outside.newPage();
      page.on('close', () => void outside.close().catch(() => undefined));
      // How the page loads is the person's to see.
      void page.goto(url.href).catch(() => undefined);
      return true;
    } catch (error) {
      this.#options.report(`The browser could not be opened: ${String(error)}`);
      return false;
    }
  }

  onQuit(listener: () => void): Dispose {
    return this.#quit.on(listener);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#context?.close().catch(() => undefined);
  }

  async #show(window: WindowName, screen?: Screen): Promise<void> {
    const existing = this.#windows.get(window);
    if (!existing) this.#keep(window, this.#open(window));
    const page = await this.#windows.get(window);
    if (page && screen) await page.evaluate(emit, { emitName: emitFunction, name: 'navigate', payload: { screen } });
  }

  async #open(window: WindowName): Promise<Page> {
    const context = this.#context;
    if (!context) throw new Error('The preview has not started.');
    const address = `${previewOrigin}${pages[window]}`;
    if (this.#options.isHeadless) {
      const page = await context.newPage();
      await page.setViewportSize(sizes[window]);
      await page.goto(address);
      return page;
    }
    const main = await this.#windows.get('main');
    const [page] = await Promise.all([
      context.waitForEvent('page'),
      main?.evaluate(([url, { width, height }]) => void globalThis.open(url, '_blank', `popup,noopener,width=${width},height=${height}`), [
        address,
        sizes[window],
      ] as const),
    ]);
    return page;
  }

  #keep(window: WindowName, opening: Page | Promise<Page>): void {
    const page = Promise.resolve(opening);
    this.#windows.set(window, page);
    void page.then(
      (open) => {
        open.on('close', () => this.#windows.get(window) === page && this.#windows.delete(window));
        open.on('pageerror', (error) => this.#options.report(`The page failed: ${error.message}`));
      },
      () => this.#windows.delete(window),
    );
  }

  async #emit(name: string, payload: unknown): Promise<void> {
    for (const window of this.#windows.values()) {
      await window.then((page) => page.evaluate(emit, { emitName: emitFunction, name, payload })).catch(() => undefined);
    }
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'null';
}

/** Runs in the page. */
function emit({ emitName, name, payload }: { emitName: string; name: string; payload: unknown }): void {
  const page = window as unknown as Record<string, ((name: string, payload: unknown) => void) | undefined>;
  page[emitName]?.(name, payload);
}
