import { join } from 'node:path';
import type { ElectronModules } from './electron-modules.ts';
import { registerScheme } from './protocol.ts';
import { claimSingleInstance } from './single-instance.ts';

/**
 * What has to be settled before Electron is `ready`. False when another Countersign already runs on this state directory
 * (the lock lies in it); nothing more was done then.
 */
export function prepareElectron({ app, protocol }: Pick<ElectronModules, 'app' | 'protocol'>, stateDirectory: string): boolean {
  app.setPath('userData', join(stateDirectory, 'browser'));
  if (!claimSingleInstance(app)) return false;
  // No page of ours needs a name resolved. Prefetching of names (`<link rel=dns-prefetch>`) goes past every other filter
  // and could carry data out. Node resolves names by itself, so the app's own connections are untouched.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  registerScheme(protocol);
  return true;
}
