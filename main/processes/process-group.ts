import { execFile, spawn, type ChildProcess } from 'node:child_process';
import type { Dispose } from '../model/disposable.ts';

/**
 * Waits on its input, which only this app holds. A line means: all is well, leave. The end of it without a line means that
 * the app died without closing its children: end the group, politely first. `$1` is the number of the process group.
 */
const watch = 'read -r line && exit 0; kill -TERM -"$1" 2>/dev/null; sleep 1; kill -KILL -"$1" 2>/dev/null';

const open = new Set<ChildProcess>();
let isWatchingExit = false;

/**
 * Keeps a child (spawned with `detached: true`, so that it leads a group) from outliving this app: at a normal exit, and
 * on POSIX also after a crash or `kill -9`, through a small watcher process. The disposer says that the child is gone.
 */
export function tieToApp(child: ChildProcess): Dispose {
  if (!isWatchingExit) {
    isWatchingExit = true;
    process.on('exit', () => {
      // On Windows only the child itself can be ended this late: nothing may be waited for here.
      for (const other of open) {
        if (process.platform === 'win32') other.kill();
        else killGroup(other, 'SIGKILL');
      }
    });
  }
  open.add(child);
  const watcher = process.platform === 'win32' || child.pid === undefined ? undefined : startWatcher(child.pid);
  return () => {
    open.delete(child);
    watcher?.stdin?.end('gone\n');
  };
}

function startWatcher(group: number): ChildProcess {
  const watcher = spawn('/bin/sh', ['-c', watch, 'countersign-watcher', String(group)], {
    detached: true,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the child still sees the end of its input; there is nothing else to do about it.
  watcher.on('error', () => undefined);
  watcher.stdin?.on('error', () => undefined);
  watcher.unref();
  return watcher;
}

/** Ends the child and everything it started that stayed in its group. Does nothing when all of it is gone. */
export function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    execFile('taskkill', ['/PID', String(child.pid), '/T', '/F'], () => undefined);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the group is empty. EPERM (macOS): only zombies are left in it.
  }
}
