import { say } from '../model/say.ts';
import { ConnectionProblem, problemIn, type Health } from './connection.ts';
import type { RestartLimit } from './rest-plan.ts';

export function removed(): ConnectionProblem {
  return new ConnectionProblem('failing', say('connection.problem.unknown'), 'The connection was removed.');
}

export function stayingDown({ ends, within }: RestartLimit): ConnectionProblem {
  const minutes = Math.round(within / 60_000);
  const text = `The service stopped ${ends} times within ${minutes} minutes, so it is not started again until a person has it checked in Countersign.`;
  return new ConnectionProblem('failing', say('connection.health.gaveUp', { count: ends, minutes }), text);
}

export function resting(failures: number, left: number): ConnectionProblem {
  const text = `The service failed ${failures} times in a row. Try again in ${Math.ceil(left / 1000)} s.`;
  return new ConnectionProblem('failing', say('connection.health.resting', { count: failures }), text);
}

export const longestSaying = 200;

/** What ended by itself, with the last line of its log if it wrote one. */
export function stopped(lastLine: string | undefined): Health {
  const said = lastLine?.trim().slice(0, longestSaying) ?? '';
  return { state: 'failing', text: said === '' ? say('connection.health.stopped') : say('connection.health.stoppedSaying', { said }) };
}

/** A connector of another folder may bring its own error with the same `state` and `problem`. */
export function healthAfter(error: unknown): Health {
  if (!(error instanceof Error)) return { state: 'failing', text: say('connection.health.failed') };
  const problem = problemIn(error);
  if (problem !== undefined) return { state: problem.state, text: problem.problem };
  return { state: 'needsSignIn' in error && error.needsSignIn === true ? 'needs_sign_in' : 'failing', text: say('connection.health.failed') };
}
