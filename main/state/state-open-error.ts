import type { Message } from '../../preload/contract.ts';
import { say } from '../model/say.ts';

export type StateOpenReason = 'newer' | 'unreadable' | 'locked' | 'migration';

/** Why `state.db` could not be opened. Nothing in it was changed. `message` is plain English; `problem` is for the screen. */
export class StateOpenError extends Error {
  override readonly name = 'StateOpenError';
  readonly reason: StateOpenReason;
  readonly problem: Message;

  constructor(reason: StateOpenReason, text: string, cause?: unknown) {
    super(text, cause === undefined ? {} : { cause });
    this.reason = reason;
    this.problem = say(`state.problem.${reason}`);
  }

  static newer(component: string, version: number): StateOpenError {
    return new StateOpenError(
      'newer',
      `The saved state was written by a newer Countersign (${component} ${version}). Nothing was changed. Install that version or a newer one and start again.`,
    );
  }

  static migration(component: string, version: number, cause: unknown): StateOpenError {
    const known = StateOpenError.from(cause);
    if (known.reason === 'locked') return known;
    return new StateOpenError(
      'migration',
      `The saved state could not be brought up to date (${component} ${version}). It is as it was. Free some disk space and start again, or reinstall the previous version.`,
      cause,
    );
  }

  static alreadyRunning(cause: unknown): StateOpenError {
    return new StateOpenError('locked', 'Another Countersign is running already.', cause);
  }

  /** Names what SQLite or the file system reported; an error that is already typed is returned as it is. */
  static from(error: unknown): StateOpenError {
    if (error instanceof StateOpenError) return error;
    if (isLocked(error)) {
      return new StateOpenError('locked', 'The saved state is in use by another program. Quit the other Countersign and start again.', error);
    }
    return new StateOpenError(
      'unreadable',
      'The saved state cannot be read: the file is damaged or not accessible. Restore it from a backup, or move it away to start afresh.',
      error,
    );
  }
}

/** SQLITE_BUSY (5) and SQLITE_LOCKED (6), https://sqlite.org/rescode.html; the low byte is the primary code. */
function isLocked(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  const primary = error.errcode & 0xff;
  return primary === 5 || primary === 6;
}
