import type { App } from 'electron';
import type { Dispose } from '../../model/disposable.ts';

/** False when another Countersign of this person already runs; that one is then told, and this process should end. */
export function claimSingleInstance(app: Pick<App, 'requestSingleInstanceLock'>): boolean {
  return app.requestSingleInstanceLock();
}

/** Someone opened the app again: from the launcher, the Dock or the Start menu. */
export function onOpenedAgain(app: Pick<App, 'on' | 'off'>, listener: () => void): Dispose {
  const opened = (): void => listener();
  app.on('second-instance', opened);
  app.on('activate', opened);
  return () => {
    app.off('second-instance', opened);
    app.off('activate', opened);
  };
}
