import type { ActionId, EventName } from '../../../preload/contract.ts';
import { createElectronShell } from '../../../main/shell/electron/electron-shell.ts';
import { inEnglish } from '../../../main/text/text.ts';
import { createDispatch, type Handlers } from '../../../main/shell/dispatch.ts';
import type { Shell, ShellHost } from '../../../main/shell/shell.ts';
import { createFakeElectron, type FakeElectron, type FakeWindow, type FakeTray } from './fake-electron.ts';

export interface StartedShell {
  readonly fake: FakeElectron;
  readonly shell: Shell;
  readonly pauses: boolean[];
  readonly undone: ActionId[];
  readonly quits: number[];
  readonly reported: unknown[];
  readonly places: unknown[];
  readonly push: (name: EventName, payload: unknown) => void;
  readonly window: (name: 'main' | 'approval') => FakeWindow;
  readonly tray: () => FakeTray;
  /** The page of a window pulls its snapshot, as the renderer does when it starts. */
  readonly pullSnapshot: (window: FakeWindow) => Promise<unknown>;
  readonly call: (event: unknown, name: unknown, payload: unknown) => Promise<unknown>;
}

export interface StartOptions {
  readonly platform?: NodeJS.Platform;
  readonly isPackaged?: boolean;
  readonly remembered?: unknown;
  readonly renderer?: string;
  readonly configDirectory?: string;
  readonly program?: string;
  readonly handlers?: Partial<Handlers>;
  readonly text?: ShellHost['text'];
}

/** The real shell on a fake Electron, with the real dispatch and the real messages. */
export async function startShell(options: StartOptions = {}): Promise<StartedShell> {
  const fake = createFakeElectron();
  fake.app.isPackaged = options.isPackaged ?? true;
  const pauses: boolean[] = [];
  const undone: ActionId[] = [];
  const quits: number[] = [];
  const reported: unknown[] = [];
  const places: unknown[] = [];
  const listeners = new Set<(name: EventName, payload: never) => void>();
  const shell = createElectronShell(fake.electron, {
    files: { renderer: options.renderer ?? '/nowhere/renderer', preload: '/nowhere/preload/index.cjs', icons: '/icons' },
    places: { read: () => options.remembered, write: (place) => void places.push(place) },
    platform: options.platform ?? 'linux',
    program: options.program ?? '/opt/Countersign/countersign',
    configDirectory: options.configDirectory ?? '/nowhere/config',
    report: (error) => void reported.push(error),
  });
  // Only the calls that a test makes need a handler; dispatch would answer any other with an exception.
  const dispatch = createDispatch('countersign://app', (options.handlers ?? {}) as Handlers);
  const host: ShellHost = {
    dispatch: (sender, name, payload) =>
      name === 'getSnapshot' && sender.origin === 'countersign://app' && sender.isTopFrame ? Promise.resolve({}) : dispatch(sender, name, payload),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setPaused: (isPaused) => void pauses.push(isPaused),
    undo: (action) => void undone.push(action),
    text: options.text ?? inEnglish,
    locale: () => 'en',
    quit: () => void quits.push(1),
  };
  await shell.start(host);
  const call = async (event: unknown, name: unknown, payload: unknown): Promise<unknown> => fake.invokable.get('countersign:call')?.(event, name, payload);
  const page = { main: 'index.html', approval: 'approval.html' };
  return {
    fake,
    shell,
    pauses,
    undone,
    quits,
    reported,
    places,
    call,
    push(name, payload) {
      // The tests push what they please; the contract's types are checked where pushes are made.
      for (const listener of listeners) listener(name, payload as never);
    },
    window(name) {
      const found = fake.windows.find((window) => !window.isGone && window.url.endsWith(`/${page[name]}`));
      if (found === undefined) throw new Error(`There is no ${name} window.`);
      return found;
    },
    tray() {
      const [tray] = fake.trays;
      if (tray === undefined) throw new Error('There is no tray.');
      return tray;
    },
    pullSnapshot: (window) => call({ sender: window.webContents, senderFrame: window.webContents.mainFrame }, 'getSnapshot', undefined),
  };
}
