import type { DatabaseSync } from 'node:sqlite';
import type { AnsweredQuestion, AnsweredQuestions, QuestionFigures } from '../model/answered-question.ts';
import { eventsOf, toStory, type ActionStory } from './action-story.ts';

/** More answers than that no person gives in the time that is looked at. */
const mostAnswers = 2000;

/** Questions about actions that were attempted since that instant. */
export function countQuestions(database: DatabaseSync, since: number): QuestionFigures {
  const row = database
    .prepare(
      `SELECT count(*) AS asked, count(*) FILTER (WHERE answer = 'approved') AS approved, count(*) FILTER (WHERE answer IN ('approved', 'denied', 'timed_out')) AS answered
       FROM actions WHERE at >= ? AND asked_at IS NOT NULL`,
    )
    .get(since);
  return { asked: Number(row?.['asked'] ?? 0), approved: Number(row?.['approved'] ?? 0), answered: Number(row?.['answered'] ?? 0) };
}

/** What a person said yes or no to, of what was attempted since that instant, newest first; told from the chained events themselves. */
export function answeredQuestions(database: DatabaseSync, since: number, most = mostAnswers): AnsweredQuestions {
  const rows = database
    .prepare(`SELECT action FROM actions WHERE at >= ? AND asked_at IS NOT NULL AND answer IN ('approved', 'denied') ORDER BY sequence DESC LIMIT ?`)
    .all(since, most + 1);
  const questions = rows.slice(0, most).flatMap(({ action }) => {
    const story = toStory(eventsOf(database, String(action)));
    return (story && toAnswered(story)) ?? [];
  });
  return { questions, isWhole: rows.length <= most };
}

function toAnswered({ intent: { event: intent }, rest }: ActionStory): AnsweredQuestion | undefined {
  const events = rest.map(({ event }) => event);
  const answered = events.find((event) => event.kind === 'answered');
  if (answered === undefined || answered.by === null) return undefined;
  const asked = events.find((event) => event.kind === 'asked');
  const edits = events.filter((event) => event.kind === 'edited');
  const isUndone = events.some((event) => event.kind === 'undone');
  const isPlain = edits.length === 0 && answered.signatures === undefined;
  return {
    action: intent.action,
    agent: intent.agent.id,
    connection: intent.connection.id,
    actionKind: intent.actionKind,
    tool: intent.tool,
    digest: intent.digest,
    arguments: intent.arguments,
    facts: [intent.facts, ...edits.map(({ facts }) => facts)],
    sentence: intent.sentence.wanted,
    answeredAt: answered.at,
    answer: answered.answer !== 'approved' || isUndone ? 'refused' : isPlain ? 'plain' : 'otherwise',
    offered: asked?.risk === 'normal' ? (asked.offered ?? []) : [],
  };
}
