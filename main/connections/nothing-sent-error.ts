/** Thrown by a transport when it is certain that not one byte of the request left. */
export class NothingSentError extends Error {
  override readonly name = 'NothingSentError';
}

/** Looks through the causes, because the SDK wraps what a transport throws while it connects. */
export function isNothingSent(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if (current instanceof NothingSentError) return true;
  }
  return false;
}
