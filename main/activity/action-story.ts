import type { DatabaseSync } from 'node:sqlite';
import { readChained, toEvent } from './chained-row.ts';
import type { ActionEvent, IntentEvent } from './event.ts';

/** An event of an action, with its place in the chain. */
export interface Step<Event extends ActionEvent = ActionEvent> {
  readonly event: Event;
  readonly sequence: number;
  readonly hash: string;
}

/** What happened to one action: its intent and what followed. */
export interface ActionStory {
  readonly intent: Step<IntentEvent>;
  readonly rest: readonly Step<Exclude<ActionEvent, IntentEvent>>[];
}

/** The rows of `events` of one action that are filed, oldest first. */
export function eventsOf(database: DatabaseSync, action: string): Record<string, unknown>[] {
  return database
    .prepare('SELECT events.* FROM action_events JOIN events USING (sequence) WHERE action_events.action = ? AND events.action = action_events.action ORDER BY sequence')
    .all(action);
}

/**
 * The story in the rows of `events` of one action, oldest first. Undefined without an intent; what stands before the
 * first intent, and any later intent under the same id, is no part of it.
 */
export function toStory(rows: readonly Record<string, unknown>[]): ActionStory | undefined {
  let intent: Step<IntentEvent> | undefined;
  const rest: Step<Exclude<ActionEvent, IntentEvent>>[] = [];
  for (const row of rows) {
    const chained = readChained(row);
    const event = toEvent(chained);
    if (!event || !('action' in event)) continue;
    const { sequence, hash } = chained;
    if (event.kind === 'intent') intent ??= { event, sequence, hash };
    else if (intent) rest.push({ event, sequence, hash });
  }
  return intent && { intent, rest };
}
