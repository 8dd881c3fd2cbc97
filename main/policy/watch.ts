import type { Decision } from '../model/action.ts';
import type { PolicyQuestion } from './cedar-request.ts';

/** Where reading is watched instead of asked about. */
export interface Watch {
  /** Ids of connections; `*` stands for every one, also later ones. */
  readonly connections: readonly string[];
  /** The organization chose it, and so for its own questions too. */
  readonly coversOrganization: boolean;
}

export const noWatch: Watch = { connections: [], coversOrganization: false };

/**
 * What becomes of a decision where reading is watched: a question about reading becomes a yes that says which rule would have
 * asked. Pure. Everything else stays as it is: what is denied, whatever is not certainly reading, what much is at stake with or
 * holds a secret, what has to be signed, what the rules could not be evaluated for, and what the organization asks about unless
 * it chose to watch itself.
 */
export function underWatch(decision: Decision, { connection, effect, facts, kind, ...question }: PolicyQuestion, { connections, coversOrganization }: Watch): Decision {
  if (decision.answer !== 'ask' || connections.length === 0) return decision;
  const isThere = connections.includes('*') || connections.includes(connection);
  const isOwn = decision.layer !== 'organization' || coversOrganization;
  const isClear = decision.signing === undefined && decision.errors.length === 0;
  const isRead = effect === 'read' && facts.effect === 'read' && facts.isDisputedEffect !== true && kind !== 'runCommand' && kind !== 'connect' && kind !== 'useCredential';
  const isPlain = facts.secrets === undefined && facts.accountNumbers === undefined && facts.disguisedFiles === undefined && facts.doubtfulDomains === undefined;
  // What is at stake is worked out last: it may take a look at everything.
  return isThere && isOwn && isClear && isRead && isPlain && question.risk === 'normal' ? { ...decision, answer: 'allow', wouldAsk: true } : decision;
}
