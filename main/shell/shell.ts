import type { ActionId, EventName, EventPayload, Message, Screen, Status } from '../../preload/contract.ts';
import type { Dispose } from '../model/disposable.ts';
import type { SystemPresence } from '../model/presence.ts';
import type { Dispatch } from './dispatch.ts';

export type WindowName = 'main' | 'approval';

/** What the tray shows. `menu` is built from it; texts are ready to show. */
export interface TrayState {
  readonly state: Status['tray'];
  /** Questions waiting for the person. */
  readonly waiting: number;
  /** How many of them wait for a second signature. */
  readonly secondSignatures: number;
  readonly isPaused: boolean;
  /** The last three events, newest first, one line each. */
  readonly recent: readonly string[];
  /** Approved actions that can still be undone, soonest first, one line each. */
  readonly held: readonly { readonly action: ActionId; readonly line: string }[];
}

/** Asked before the app is quit; ready to show. */
export interface QuitQuestion {
  readonly message: string;
  readonly detail: string;
  /** What the two answers are called. */
  readonly stay: string;
  readonly quit: string;
}

export interface ShellNotification {
  readonly title: string;
  readonly body: string;
  /** What a click opens. */
  readonly opens: WindowName;
}

/** What the app gives to the shell: the checked calls, and what the person does outside of windows. */
export interface ShellHost {
  readonly dispatch: Dispatch;
  /** Every push for the renderer; returns the disposer. */
  onEvent(listener: <N extends EventName>(name: N, payload: EventPayload<N>) => void): Dispose;
  setPaused(isPaused: boolean): void;
  undo(action: ActionId): void;
  text(message: Message): string;
  /** The language and region of `text`, for numbers and dates (BCP 47). */
  locale(): string;
  quit(): void;
}

/** The screen: Electron, an installed Chromium, or a terminal. */
export interface Shell {
  readonly kind: Status['shell'];
  /** Rejects with a readable reason when this shell cannot run here. */
  start(host: ShellHost): Promise<void>;
  /** The languages the system prefers, as BCP 47 tags, best first. Empty until they are known. */
  systemLanguages(): readonly string[];
  /** Whether a person can answer through this shell at all. */
  readonly canAsk: boolean;
  setTray(tray: TrayState): void;
  /** Shows a window without stealing keyboard focus from another application where the system allows it. */
  showWindow(window: WindowName, screen?: Screen): void;
  hideWindow(window: WindowName): void;
  notify(notification: ShellNotification): void;
  /** Whether the person quits in spite of that. A shell that cannot ask says yes: what is held stays for the next start. */
  confirmQuit(question: QuitQuestion): Promise<boolean>;
  setOpenAtLogin(isOpenAtLogin: boolean): void;
  /**
   * Opens an address in the person's browser, outside of this app. False when it could not be opened, and for every
   * address that `isForBrowser` refuses.
   */
  openExternal(url: URL): Promise<boolean>;
  /**
   * The proxy that the system's settings name for that address, a script's answer included; null: none. Absent where the shell
   * does not know them.
   */
  findProxy?(url: URL): Promise<URL | null>;
  /** The system's own way to prove that a person is there; absent where the shell knows none. */
  readonly presence?: SystemPresence;
  /** Called when the person closes the last way to the app or asks the system to quit. */
  onQuit(listener: () => void): Dispose;
  /** Called when the screen is locked, where the system tells. */
  onScreenLock(listener: () => void): Dispose;
  close(): Promise<void>;
}
