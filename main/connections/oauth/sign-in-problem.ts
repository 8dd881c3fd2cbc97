import type { Message } from '../../../preload/contract.ts';
import { disarmLine } from '../../model/disarm.ts';
import { say } from '../../model/say.ts';

/** Why a sign-in could not be done, in words for the person. Nothing was kept. */
export class SignInProblem extends Error {
  override readonly name = 'SignInProblem';
  readonly problem: Message;

  constructor(problem: Message) {
    super(problem.id);
    this.problem = problem;
  }
}

/** The person has to name the client that the service knows this app by; their service tells how. */
export class ClientNeededError extends Error {
  override readonly name = 'ClientNeededError';
  readonly issuer: string;

  constructor(issuer: string) {
    super('The service knows no way to make this app known to it.');
    this.issuer = issuer;
  }
}

export function signInProblem(id: string, values: Message['values'] = {}): SignInProblem {
  return new SignInProblem(say(`signIn.problem.${id}`, values));
}

const longestHost = 100;

/** The host that a URL leads to, as it may be shown. */
export function shownHost(url: string | URL): string {
  const text = URL.canParse(String(url)) ? new URL(url).host : String(url);
  return disarmLine(text).slice(0, longestHost);
}
