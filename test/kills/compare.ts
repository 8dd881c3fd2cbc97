import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Findings } from '../long-run/findings.ts';
import { changedSubject, changedWord, deniedWord } from './setup.ts';

/** How often each outcome was recorded, and how many emails the server took. */
export type Tally = Readonly<Record<string, number>>;

interface Recorded {
  readonly subject: string;
  readonly outcome: string | null;
  /** What the person made of the subject. */
  readonly edited: string | null;
}

/** Compares what the mail server counted with what the record tells. The app must have ended. */
export function compareWithRecord(home: string, taken: ReadonlyMap<string, number>, lane: string, findings: Findings): Tally {
  const recorded = readRecord(home);
  const tally: Record<string, number> = {};
  const count = (word: string): void => void (tally[word] = (tally[word] ?? 0) + 1);
  const known = new Set(recorded.flatMap(({ subject }) => (subject.includes(changedWord) ? [subject, changedSubject(subject)] : [subject])));
  for (const { subject, outcome, edited } of recorded) {
    const isChanged = subject.includes(changedWord);
    const done = isChanged ? 'done_with_changes' : 'done';
    const sent = taken.get(isChanged ? changedSubject(subject) : subject) ?? 0;
    count(outcome ?? 'open');
    if (sent > 0) count('taken by the server');
    findings.expect(outcome !== null, 'An intent has no end', subject);
    findings.expect(sent <= 1, 'An email was sent twice', `${subject}: ${sent} times, ${outcome}`);
    findings.expect(sent === 0 || outcome === done || outcome === 'unknown', 'An email was sent and is told as not sent', `${subject}: ${outcome}`);
    findings.expect(sent > 0 || outcome !== done, 'An email is told as sent and was not', subject);
    findings.expect(!isChanged || !taken.has(subject), 'An email was sent as it was before the person changed it', subject);
    findings.expect(!isChanged || sent === 0 || edited === changedSubject(subject), 'An email was sent with a change that is not on record', subject);
    findings.expect(sent === 0 || !subject.includes(deniedWord), 'An email was sent that the person denied', subject);
  }
  for (const subject of taken.keys()) if (subject.startsWith(`${lane}-`)) findings.expect(known.has(subject), 'An email was sent that is not on record', subject);
  return tally;
}

function readRecord(home: string): readonly Recorded[] {
  const database = new DatabaseSync(join(home, 'activity.db'), { readOnly: true });
  try {
    const ends = database.prepare(`SELECT action, body ->> 'outcome' AS outcome FROM events WHERE kind = 'ended'`).all();
    const outcomes = new Map(ends.map(({ action, outcome }) => [String(action), String(outcome)]));
    const edits = database.prepare(`SELECT action, body ->> '$.facts.subject' AS subject FROM events WHERE kind = 'edited'`).all();
    const subjects = new Map(edits.map(({ action, subject }) => [String(action), String(subject)]));
    return database
      .prepare(`SELECT action, body ->> '$.arguments.subject' AS subject FROM events WHERE kind = 'intent'`)
      .all()
      .map(({ action, subject }) => ({ subject: String(subject), outcome: outcomes.get(String(action)) ?? null, edited: subjects.get(String(action)) ?? null }));
  } finally {
    database.close();
  }
}
