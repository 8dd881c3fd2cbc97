import { EventEmitter } from 'node:events';
import type { ElectronModules } from '../../../main/shell/electron/electron-modules.ts';
import type { Box } from '../../../main/shell/electron/window-place.ts';

type BrowserWindowConstructorOptions = NonNullable<ConstructorParameters<ElectronModules['BrowserWindow']>[0]>;
export type MenuItemConstructorOptions = Exclude<Parameters<ElectronModules['Menu']['buildFromTemplate']>[0][number], { readonly commandId: number }>;
type Listener = (...args: readonly unknown[]) => unknown;

/** An event whose default can be prevented, as Electron gives it. */
export class FakeEvent {
  isPrevented = false;
  preventDefault(): void {
    this.isPrevented = true;
  }
}

export class FakeWebContents extends EventEmitter {
  static #next = 1;
  readonly id = FakeWebContents.#next++;
  readonly sent: { readonly channel: string; readonly args: readonly unknown[] }[] = [];
  readonly mainFrame: { origin: string; parent: unknown } = { origin: 'countersign://app', parent: null };
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  webRtcPolicy = 'default';
  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRtcPolicy = policy;
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  send(channel: string, ...args: readonly unknown[]): void {
    this.sent.push({ channel, args });
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeWebContents();
  readonly options: BrowserWindowConstructorOptions;
  readonly log: string[] = [];
  bounds: Box;
  url = '';
  isShown = false;
  isGone = false;
  overlay: { readonly image: unknown; readonly description: string } | undefined;
  alwaysOnTopLevel: string | undefined;
  isMax = false;
  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    this.bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
  }
  loadURL(url: string): Promise<void> {
    this.url = url;
    return Promise.resolve();
  }
  show(): void {
    this.log.push('show');
    this.isShown = true;
  }
  showInactive(): void {
    this.log.push('showInactive');
    this.isShown = true;
  }
  focus(): void {
    this.log.push('focus');
  }
  moveTop(): void {
    this.log.push('moveTop');
  }
  hide(): void {
    this.log.push('hide');
    this.isShown = false;
    this.emit('hide');
  }
  close(): void {
    const event = new FakeEvent();
    this.emit('close', event);
    if (!event.isPrevented) this.destroy();
  }
  destroy(): void {
    this.isGone = true;
    this.isShown = false;
    this.emit('closed');
  }
  maximize(): void {
    this.isMax = true;
  }
  restore(): void {
    this.log.push('restore');
  }
  isVisible = (): boolean => this.isShown;
  isDestroyed = (): boolean => this.isGone;
  isMinimized = (): boolean => false;
  isMaximized = (): boolean => this.isMax;
  getNormalBounds = (): Box => this.bounds;
  setBounds(bounds: Box): void {
    this.bounds = bounds;
  }
  setAlwaysOnTop(_flag: boolean, level: string): void {
    this.alwaysOnTopLevel = level;
  }
  setVisibleOnAllWorkspaces(): void {
    this.log.push('allWorkspaces');
  }
  setOverlayIcon(image: unknown, description: string): void {
    this.overlay = { image, description };
  }
}

export class FakeImage {
  isTemplate = false;
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  setTemplateImage(isTemplate: boolean): void {
    this.isTemplate = isTemplate;
  }
}

export class FakeTray extends EventEmitter {
  image: FakeImage;
  title = '';
  tooltip = '';
  isDestroyed = false;
  menu: readonly MenuItemConstructorOptions[] = [];
  constructor(image: FakeImage) {
    super();
    this.image = image;
  }
  setImage(image: FakeImage): void {
    this.image = image;
  }
  setTitle(title: string): void {
    this.title = title;
  }
  setToolTip(tooltip: string): void {
    this.tooltip = tooltip;
  }
  setContextMenu(menu: readonly MenuItemConstructorOptions[]): void {
    this.menu = menu;
  }
  getBounds(): Box {
    return fakeTrayBounds.current;
  }
  destroy(): void {
    this.isDestroyed = true;
  }
}

/** What the next trays say of their place. Zero width: the system does not tell, as on Linux. */
export const fakeTrayBounds: { current: Box } = { current: { x: 0, y: 0, width: 0, height: 0 } };

export class FakeSession extends EventEmitter {
  permissionRequest: Listener | undefined;
  permissionCheck: Listener | undefined;
  devicePermission: Listener | undefined;
  displayMedia: Listener | undefined;
  certificate: Listener | undefined;
  beforeRequest: Listener | undefined;
  isSpellCheckerOn = true;
  readonly handlers = new Map<string, (request: Request) => Promise<Response>>();
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>): void => void this.handlers.set(scheme, handler),
    unhandle: (scheme: string): void => void this.handlers.delete(scheme),
  };
  /** What the system says of any address. */
  proxyAnswer = 'DIRECT';
  resolveProxy = (url: string): Promise<string> => Promise.resolve(url.startsWith('https:') ? this.proxyAnswer : 'DIRECT');
  readonly webRequest = { onBeforeRequest: (listener: Listener): void => void (this.beforeRequest = listener) };
  setPermissionRequestHandler = (handler: Listener): void => void (this.permissionRequest = handler);
  setPermissionCheckHandler = (handler: Listener): void => void (this.permissionCheck = handler);
  setDevicePermissionHandler = (handler: Listener): void => void (this.devicePermission = handler);
  setDisplayMediaRequestHandler = (handler: Listener): void => void (this.displayMedia = handler);
  setCertificateVerifyProc = (handler: Listener): void => void (this.certificate = handler);
  setSpellCheckerEnabled = (isOn: boolean): void => void (this.isSpellCheckerOn = isOn);
}

export class FakeNotification extends EventEmitter {
  static shown: FakeNotification[] = [];
  static isSupported = (): boolean => true;
  readonly options: { readonly title: string; readonly body: string };
  isClosed = false;
  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }
  show(): void {
    FakeNotification.shown.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
}

class FakeApp extends EventEmitter {
  isPackaged = true;
  holdsLock = true;
  badge = 0;
  policy = '';
  loginItem: unknown;
  wasOpenedAtLogin = false;
  readonly paths = new Map<string, string>();
  readonly switches = new Map<string, string>();
  readonly commandLine = { appendSwitch: (name: string, value: string): void => void this.switches.set(name, value) };
  readonly setPath = (name: string, path: string): void => void this.paths.set(name, path);
  readonly getLoginItemSettings = () => ({ wasOpenedAtLogin: this.wasOpenedAtLogin });
  isSetUp = true;
  languages: readonly string[] = ['de-CH', 'en-GB'];
  readonly isReady = (): boolean => this.isSetUp;
  readonly getPreferredSystemLanguages = (): readonly string[] => this.languages;
  readonly whenReady = (): Promise<void> => Promise.resolve();
  readonly requestSingleInstanceLock = (): boolean => this.holdsLock;
  readonly setAppUserModelId = (): void => undefined;
  readonly setBadgeCount = (count: number): boolean => ((this.badge = count), true);
  readonly setActivationPolicy = (policy: string): void => void (this.policy = policy);
  readonly setLoginItemSettings = (settings: unknown): void => void (this.loginItem = settings);
}

/** A fake of Electron that behaves as its documentation says, and remembers. Made anew for each test. */
export function createFakeElectron() {
  const app = new FakeApp();
  const windows: FakeWindow[] = [];
  const trays: FakeTray[] = [];
  const sessions = new Map<string, FakeSession>();
  const invokable = new Map<string, Listener>();
  const schemes: { readonly scheme: string; readonly privileges: Record<string, boolean> }[] = [];
  const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false, shouldUseDarkColorsForSystemIntegratedUI: false });
  const display = { workArea: { x: 0, y: 25, width: 1440, height: 875 } };
  const defaultSession = new FakeSession();
  FakeNotification.shown = [];
  fakeTrayBounds.current = { x: 0, y: 0, width: 0, height: 0 };

  /** Each application menu that was set; the fake builds none from its template. */
  const menus: (readonly MenuItemConstructorOptions[])[] = [];
  const openedOutside: string[] = [];
  const questions: unknown[] = [];
  const answers: number[] = [];
  class RecordedWindow extends FakeWindow {
    constructor(options: BrowserWindowConstructorOptions) {
      super(options);
      windows.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }
  }
  class RecordedTray extends FakeTray {
    constructor(image: FakeImage) {
      super(image);
      trays.push(this);
    }
  }
  const powerMonitor = new EventEmitter();
  const touch = { isThere: true, isRight: true, reasons: [] as string[] };
  const systemPreferences = {
    canPromptTouchID: () => touch.isThere,
    promptTouchID(reason: string) {
      touch.reasons.push(reason);
      return touch.isRight ? Promise.resolve() : Promise.reject(new Error('Canceled by user.'));
    },
  };
  const fake = {
    app,
    BrowserWindow: RecordedWindow,
    Tray: RecordedTray,
    Menu: { buildFromTemplate: (template: unknown): unknown => template, setApplicationMenu: (menu: unknown): void => void menus.push(menu as readonly MenuItemConstructorOptions[]) },
    nativeImage: { createFromPath: (path: string): FakeImage => new FakeImage(path) },
    nativeTheme,
    ipcMain: {
      handle: (channel: string, listener: Listener): void => void invokable.set(channel, listener),
      removeHandler: (channel: string): void => void invokable.delete(channel),
    },
    protocol: { registerSchemesAsPrivileged: (given: typeof schemes): void => void schemes.push(...given) },
    session: {
      defaultSession,
      fromPartition: (name: string): FakeSession => {
        const known = sessions.get(name) ?? new FakeSession();
        sessions.set(name, known);
        return known;
      },
    },
    screen: {
      getAllDisplays: (): readonly unknown[] => [display],
      getDisplayNearestPoint: (): unknown => display,
      getDisplayMatching: (): unknown => display,
      getCursorScreenPoint: () => ({ x: 10, y: 10 }),
    },
    shell: {
      openExternal: (url: string): Promise<void> => {
        openedOutside.push(url);
        return openedOutside.length > 1 ? Promise.reject(new Error('No browser.')) : Promise.resolve();
      },
    },
    dialog: {
      showMessageBox: (question: unknown): Promise<{ response: number }> => {
        questions.push(question);
        return Promise.resolve({ response: answers.shift() ?? 0 });
      },
    },
    Notification: FakeNotification,
    powerMonitor,
    systemPreferences,
  };
  return {
    powerMonitor,
    touch,
    // The fake has the members that the shell uses, not all of Electron's; the tests would fail on a missing one.
    electron: fake as unknown as ElectronModules,
    app,
    windows,
    trays,
    sessions,
    defaultSession,
    nativeTheme,
    invokable,
    schemes,
    menus,
    display,
    /** What was opened in the browser; the second time there is none. */
    openedOutside,
    /** What a box asked, and the buttons that will be pressed; the first one when nothing is said. */
    questions,
    answers,
  };
}

export type FakeElectron = ReturnType<typeof createFakeElectron>;
