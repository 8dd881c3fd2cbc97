import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ActionId } from '../../preload/contract.ts';
import { contactsOf, type Contact } from './contacts.ts';
import type { Transaction } from './database.ts';
import { eventsOf, toStory } from './action-story.ts';
import { isWatched } from './filter.ts';
import type { ActionEvent, ActivityEvent, EditedEvent, IntentEvent } from './event.ts';
import { asEdited, beginState, isDone, nextState, type ActionState } from './fold.ts';
import { searchableText } from './search-text.ts';

/** Grows when the tables or what is put into them change; an older index is then made anew from the chain. */
const indexVersion = 8;

const names = ['actions', 'action_events', 'action_text', 'contacts', 'last_used', 'last_seen'] as const;

/** Everything here follows from `events` and can be thrown away. `actions.sequence` is that of the intent. */
const tables = `
  CREATE TABLE actions (
    sequence INTEGER PRIMARY KEY,
    action TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    agent TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    connection TEXT NOT NULL,
    connection_name TEXT NOT NULL,
    tool TEXT NOT NULL,
    effect TEXT NOT NULL,
    sentence TEXT NOT NULL,
    decision TEXT NOT NULL,
    recipients TEXT NOT NULL,
    contacts TEXT NOT NULL,
    subject TEXT NOT NULL,
    progress TEXT NOT NULL,
    asked_at INTEGER,
    answer TEXT,
    answered_by TEXT,
    signed_by TEXT NOT NULL,
    answer_reason TEXT,
    is_ended INTEGER NOT NULL,
    end_reason TEXT
  ) STRICT;
  CREATE TABLE action_events (action TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (action, sequence)) STRICT, WITHOUT ROWID;
  CREATE INDEX actions_of_agent ON actions (agent, sequence);
  CREATE INDEX actions_of_connection ON actions (connection, sequence);
  CREATE INDEX actions_by_progress ON actions (progress, sequence);
  CREATE INDEX actions_by_time ON actions (at, progress, asked_at);
  CREATE INDEX actions_asked ON actions (agent, asked_at) WHERE asked_at IS NOT NULL;
  CREATE INDEX actions_watched ON actions (sequence) WHERE ${isWatched};
  CREATE INDEX actions_open ON actions (sequence) WHERE is_ended = 0;
  CREATE VIRTUAL TABLE action_text USING fts5 (
    people, subject, tool, agent, connection, arguments,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
  );
  CREATE TABLE contacts (kind TEXT NOT NULL, name TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;
  CREATE INDEX contacts_by_sequence ON contacts (sequence);
  CREATE TABLE last_used (connection TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE last_seen (agent TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;`;

/** Makes empty tables where the index is missing or of another version; `Filing` then fills them. Must run before `ActivityIndex` is built. */
export function prepareIndex(database: DatabaseSync, transaction: Transaction): void {
  const row = database.prepare('SELECT version FROM index_version').get();
  if (row?.['version'] === indexVersion) return;
  transaction(() => {
    for (const name of names) database.exec(`DROP TABLE IF EXISTS ${name}`);
    database.exec(tables);
    database
      .prepare('INSERT INTO index_version (id, version, sequence) VALUES (1, ?, 0) ON CONFLICT (id) DO UPDATE SET version = excluded.version, sequence = 0')
      .run(indexVersion);
  });
}

/** Files events in the order of the chain. Filing one again changes nothing that was told of it. */
export class ActivityIndex {
  readonly #addAction: StatementSync;
  readonly #addEvent: StatementSync;
  readonly #database: DatabaseSync;
  readonly #putText: StatementSync;
  readonly #editAction: StatementSync;
  readonly #findAction: StatementSync;
  readonly #updateAction: StatementSync;
  readonly #addContact: StatementSync;
  readonly #use: StatementSync;
  readonly #see: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#addAction = database.prepare(
      `INSERT INTO actions VALUES (:sequence, :action, :at, :agent, :agentName, :connection, :connectionName, :tool, :effect, :sentence, :decision,
         :recipients, :contacts, :subject, :progress, NULL, NULL, NULL, '[]', NULL, 0, NULL) ON CONFLICT (action) DO NOTHING`,
    );
    this.#addEvent = database.prepare('INSERT INTO action_events VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#editAction = database.prepare('UPDATE actions SET sentence = ?, recipients = ?, contacts = ?, subject = ? WHERE action = ?');
    this.#putText = database.prepare('INSERT OR REPLACE INTO action_text (rowid, people, subject, tool, agent, connection, arguments) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#findAction = database.prepare('SELECT connection, contacts, progress, asked_at, answer, answered_by, signed_by, answer_reason, is_ended, end_reason FROM actions WHERE action = ?');
    this.#updateAction = database.prepare('UPDATE actions SET progress = ?, asked_at = ?, answer = ?, answered_by = ?, signed_by = ?, answer_reason = ?, is_ended = ?, end_reason = ? WHERE action = ?');
    this.#addContact = database.prepare('INSERT INTO contacts VALUES (?, ?, ?) ON CONFLICT (kind, name) DO NOTHING');
    this.#use = database.prepare('INSERT INTO last_used VALUES (?, ?) ON CONFLICT (connection) DO UPDATE SET at = max(at, excluded.at)');
    this.#see = database.prepare('INSERT INTO last_seen VALUES (?, ?) ON CONFLICT (agent) DO UPDATE SET at = max(at, excluded.at)');
  }

  /** An event that fits no known action is no line of the timeline. */
  add(sequence: number, event: ActivityEvent): void {
    if ('action' in event) this.#addEvent.run(event.action, sequence);
    switch (event.kind) {
      case 'intent':
        return this.#begin(sequence, event);
      case 'edited':
        return this.#edit(event.action);
      case 'asked':
      case 'signed':
      case 'answered':
      case 'held':
      case 'own_secret_sent':
      case 'edit_refused':
      case 'requested':
      case 'refused':
      case 'key_misused':
      case 'undone':
      case 'started':
      case 'ended':
        return this.#goOn(sequence, event);
      case 'paired':
        this.#see.run(event.agent.id, event.at);
        return;
      case 'paused':
      case 'resumed':
      case 'forgotten':
      case 'refused_entry':
      case 'signed_out':
      case 'claw_started':
      case 'claw_ended':
      case 'claw_refused':
      case 'connection_added':
      case 'connection_removed':
      case 'server_refused':
      case 'grant_given':
      case 'grant_revoked':
      case 'grant_over':
      case 'passcode_set':
      case 'passcode_changed':
      case 'passcode_reset':
      case 'approver_added':
      case 'approver_removed':
      case 'rule_changed':
      case 'settings_changed':
      case 'record_checked':
        return;
    }
  }

  #begin(sequence: number, intent: IntentEvent): void {
    const added = this.#addAction.run({ sequence, ...actionColumns(intent), progress: beginState(intent).progress });
    if (added.changes === 0) return;
    this.#find(sequence, intent, []);
    this.#see.run(intent.agent.id, intent.at);
  }

  /** A person changed it before it was done: its line tells what they made of it, and both are found. */
  #edit(action: ActionId): void {
    const story = toStory(eventsOf(this.#database, action));
    if (!story) return;
    const events = story.rest.map(({ event }) => event);
    const { sentence, recipients, contacts, subject } = actionColumns(asEdited(story.intent.event, events));
    this.#editAction.run(String(sentence), String(recipients), String(contacts), String(subject), action);
    this.#find(story.intent.sequence, story.intent.event, events.filter((event) => event.kind === 'edited'));
  }

  #find(sequence: number, intent: IntentEvent, edits: readonly EditedEvent[]): void {
    const text = searchableText(intent, edits);
    this.#putText.run(sequence, text.people, text.subject, text.tool, text.agent, text.connection, text.arguments);
  }

  #goOn(sequence: number, event: Exclude<ActionEvent, IntentEvent>): void {
    const row = this.#findAction.get(event.action);
    if (!row) return;
    const before = readState(row);
    const { progress, askedAt, answer, answeredBy, signedBy, answerReason, isEnded, endReason } = nextState(before, event);
    this.#updateAction.run(progress, askedAt, answer, answeredBy, JSON.stringify(signedBy), answerReason, isEnded ? 1 : 0, endReason, event.action);
    const isDoneNow = !before.isEnded && isEnded && isDone(progress);
    // What was allowed without a question has no `started` of its own.
    if (event.kind === 'started' || isDoneNow) this.#use.run(String(row['connection']), event.at);
    if (isDoneNow) {
      // Written by `actionColumns` and by nobody else.
      for (const { kind, name } of JSON.parse(String(row['contacts'])) as Contact[]) this.#addContact.run(kind, name, sequence);
    }
  }
}

/** The columns of `actions` that follow from the intent. */
export function actionColumns(intent: IntentEvent): {
  readonly action: ActionId;
  readonly [column: string]: string | number;
} {
  return {
    action: intent.action,
    at: intent.at,
    agent: intent.agent.id,
    agentName: intent.agent.name,
    connection: intent.connection.id,
    connectionName: intent.connection.name,
    tool: intent.tool,
    effect: intent.effect,
    sentence: JSON.stringify(intent.sentence),
    decision: JSON.stringify(intent.decision),
    recipients: JSON.stringify((intent.facts.recipients ?? []).map(({ address }) => address)),
    contacts: JSON.stringify(contactsOf(intent.facts)),
    subject: intent.facts.subject ?? intent.facts.query ?? '',
  };
}

/** The same of a row of `actions`. */
export function readColumns(row: Record<string, unknown>): Record<string, unknown> {
  const { action, at, agent, agent_name: agentName, connection, connection_name: connectionName, tool, effect, sentence, decision, recipients, contacts, subject } = row;
  return { action, at, agent, agentName, connection, connectionName, tool, effect, sentence, decision, recipients, contacts, subject };
}

/** A row of `actions` as the state it was written from. */
export function readState(row: Record<string, unknown>): ActionState {
  // STRICT columns written by this file alone; `verify` compares them with the chain.
  const columns = row as { progress: ActionState['progress']; asked_at: number | null; answer: ActionState['answer']; answered_by: string | null; signed_by: string; answer_reason: string | null; is_ended: number; end_reason: ActionState['endReason'] };
  return {
    progress: columns.progress,
    askedAt: columns.asked_at,
    answer: columns.answer,
    answeredBy: columns.answered_by,
    signedBy: JSON.parse(columns.signed_by) as string[],
    answerReason: columns.answer_reason,
    isEnded: columns.is_ended === 1,
    endReason: columns.end_reason,
  };
}
