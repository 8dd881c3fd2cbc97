import type { Dispose } from './model/disposable.ts';

/** The part of `process` that tells of errors nobody caught. */
export interface ErrorSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  off(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
}

export interface CrashGuardParts {
  readonly source: ErrorSource;
  /** Where problems are told; the text may hold no secret of ours. */
  readonly report: (problem: string) => void;
  /** Ends the app in good order. */
  readonly stop: () => void;
}

/**
 * What becomes of errors that nobody caught. A rejected promise that nobody waits for decides nothing, so it is told and the
 * app goes on: a service must not be able to end the app by cutting a connection. An exception may have left something half
 * done in memory, so the app stops in good order; what waits or is held goes on after the next start, at most once.
 */
export function guardAgainstCrashes({ source, report, stop }: CrashGuardParts): Dispose {
  const onRejection = (error: unknown): void => report(`An error was caught by nobody: ${describe(error)}`);
  const onException = (error: unknown): void => {
    report(`Countersign stops because of an error: ${describe(error)}`);
    stop();
  };
  source.on('unhandledRejection', onRejection);
  source.on('uncaughtException', onException);
  return () => {
    source.off('unhandledRejection', onRejection);
    source.off('uncaughtException', onException);
  };
}

/** Where it happened, without the message: that may hold what a service or a person wrote. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...places.slice(0, 5).map((line) => line.trim())].join(' ');
}
