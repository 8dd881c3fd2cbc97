import { grantId, type Message, type QuestionsToday } from '../../preload/contract.ts';
import { endOf } from '../approvals/grants.ts';
import type { Suggestion } from '../approvals/suggest-rules.ts';
import { disarm } from '../model/disarm.ts';
import { grantText } from '../policy/grant-text.ts';
import type { Services } from './services.ts';

/** Of the answers that a rule would come from, so many are shown. */
const mostShown = 5;
/** Stands in the text of a rule that is not made yet, in place of the id it will have. */
const noGrant = grantId.parse('00000000-0000-4000-8000-000000000000');

/** How often the person was asked today, and the rule that their answers speak for. */
export function viewToday(services: Pick<Services, 'suggester' | 'agents' | 'connections' | 'clock'>): QuestionsToday {
  const { suggester } = services;
  const suggestion = suggester.suggestion();
  return { ...suggester.today, suggestion: suggestion && viewSuggestion(suggestion, services) };
}

function viewSuggestion({ key, grantee, offer, answers }: Suggestion, { agents, connections, clock }: Pick<Services, 'agents' | 'connections' | 'clock'>): NonNullable<QuestionsToday['suggestion']> {
  const { agent, connection, kind: actionKind, name } = grantee;
  const { scope, sentence, lasts, uses } = offer;
  const from = startOfMinute(clock.now());
  const until = endOf(lasts, from);
  const agentName = agents.get(agent)?.name ?? agent;
  return {
    key,
    agent: { id: agent, name: agentName },
    sentence: whole(sentence, { agent: agentName, connection: connections.find(connection)?.name ?? connection, count: answers.length, end: until }),
    approvals: answers.length,
    uses,
    cedar: disarm(grantText({ id: noGrant, agent, connection, actionKind, name, scope, sentence, from, until })),
    answers: answers.slice(0, mostShown).map(({ action, answeredAt, sentence: asked }) => ({ action, at: answeredAt, sentence: asked })),
  };
}

/** What the ledger would say, with who and where: `grant.rule.same` becomes `suggestion.same`. */
function whole({ id, values }: Message, more: Message['values']): Message {
  return { id: id.replace(/^grant\.rule\./, 'suggestion.'), values: { ...values, ...more } };
}

/** So that the same suggestion looks the same for a while. */
function startOfMinute(instant: number): number {
  return instant - (instant % 60_000);
}
