import type { Notification } from 'electron';
import type { ShellNotification, WindowName } from '../shell.ts';
import type { ElectronModules } from './electron-modules.ts';

/**
 * Linux notification servers read the body as markup (Desktop Notifications Specification, "Markup"), and Electron passes
 * it on as it is. Text from a Claw must not become a link or an image there.
 */
function plainBody(body: string, platform: NodeJS.Platform): string {
  return platform === 'linux' ? body.replaceAll('<', '‹').replaceAll('>', '›') : body;
}

export interface Notifier {
  notify(notification: ShellNotification): void;
  close(): void;
}

/** Native notifications; a click opens the window. Where the system has none, nothing happens. Text is already disarmed. */
export function createNotifier(
  { Notification: Native }: Pick<ElectronModules, 'Notification'>,
  platform: NodeJS.Platform,
  open: (window: WindowName) => void,
): Notifier {
  // Electron forgets the click handler of a notification that is garbage collected while it is on screen.
  const shown = new Set<Notification>();
  return {
    notify(notification) {
      if (!Native.isSupported()) return;
      const native = new Native({ title: notification.title, body: plainBody(notification.body, platform) });
      shown.add(native);
      const forget = (): boolean => shown.delete(native);
      native.on('click', () => {
        forget();
        open(notification.opens);
      });
      native.on('close', forget);
      native.on('failed', forget);
      native.show();
    },
    close() {
      for (const native of shown) native.close();
      shown.clear();
    },
  };
}
