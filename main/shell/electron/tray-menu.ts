import type { MenuItemConstructorOptions } from 'electron';
import { say } from '../../model/say.ts';
import type { ShellHost, TrayState } from '../shell.ts';

export interface TrayActions {
  openApproval(): void;
  openMain(): void;
}

const longestLine = 60;
/** More than that are undone in the window. */
const mostUndo = 3;

/** One line that fits a menu. `&` is doubled, because Electron takes a single one as a keyboard mnemonic and drops it. */
function menuLine(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  const letters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  const clamped = letters.length > longestLine ? `${letters.slice(0, longestLine - 1).join('').trimEnd()}…` : line;
  return clamped.replaceAll('&', '&&');
}

/** The tray's menu: what can still be undone, what waits, open, pause, the last three events, quit. */
export function trayMenu(
  tray: TrayState,
  host: Pick<ShellHost, 'text' | 'setPaused' | 'undo' | 'quit'>,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  const text = (id: string, values: Record<string, number> = {}): string => menuLine(host.text(say(id, values)));
  const recent = tray.recent.slice(0, 3).map((line): MenuItemConstructorOptions => ({ label: menuLine(line), enabled: false }));
  const undo = tray.held.slice(0, mostUndo).map(({ action, line }): MenuItemConstructorOptions => ({ label: menuLine(line), click: () => host.undo(action) }));
  return [
    ...(undo.length === 0 ? [] : [...undo, { type: 'separator' } as const]),
    { label: text('tray.menu.waiting', { count: tray.waiting, second: tray.secondSignatures }), enabled: tray.waiting > 0, click: () => actions.openApproval() },
    { label: text('tray.menu.open'), click: () => actions.openMain() },
    { type: 'separator' },
    { label: text(tray.isPaused ? 'tray.menu.resume' : 'tray.menu.pause'), click: () => host.setPaused(!tray.isPaused) },
    { type: 'separator' },
    ...(recent.length === 0 ? [{ label: text('tray.menu.noEvents'), enabled: false }] : recent),
    { type: 'separator' },
    { label: text('tray.menu.quit'), click: () => host.quit() },
  ];
}
