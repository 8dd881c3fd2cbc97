import { createReadStream } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { agentId, connectionId } from '../../preload/contract.ts';
import { digestOf } from '../../main/gate/freeze.ts';
import type { ActionKind } from '../../main/model/action.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { LineReader } from '../../main/model/line-reader.ts';
import type { Findings } from '../long-run/findings.ts';

/** One thing that `counting-service.ts` did. */
export interface CountedDeed {
  readonly kind: Extract<ActionKind, 'invokeTool' | 'readResource' | 'getPrompt' | 'complete'>;
  readonly name: string;
  readonly arguments: JsonObject;
}

export interface Compared {
  readonly deeds: number;
  readonly intents: number;
}

/** Bytes. */
const longestLine = 64 * 1024 * 1024;

interface Recorded {
  /** Intents whose outcome admits that it was done. */
  admitted: number;
  /** Those that were told as done. */
  done: number;
  example: string;
}

const notDone: ReadonlySet<string> = new Set(['denied', 'blocked', 'timed_out', 'undone']);
/** What is done here and not at the service. */
const neverDeeds: ReadonlySet<string> = new Set(['watchResource']);

/**
 * Compares what the service did with the record, by the digest over kind, agent, connection, name and exact arguments: every deed
 * has an intent with an outcome that admits it, and what is on record as done was done. `agents`: all that could have asked.
 */
export async function compareWithRecord(home: string, journal: string, connection: string, agents: readonly string[], findings: Findings): Promise<Compared> {
  const { byDigest, intents } = readRecord(home, findings);
  const counts = new Map<string, number>();
  let deeds = 0;
  const lines = new LineReader(longestLine);
  for await (const chunk of createReadStream(journal)) {
    // Without an encoding set, a stream's chunks are buffers.
    for (const line of lines.read(chunk as Buffer)) {
      deeds += 1;
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  const seen = new Set<string>();
  for (const [line, count] of counts) {
    // `counting-service.ts` writes these lines.
    const { kind, name, arguments: args } = JSON.parse(line) as CountedDeed;
    if (name === 'forbidden' || name === 'asked') findings.add('What no rule allows was done', line.slice(0, 300));
    let admitted = 0;
    let done = 0;
    for (const agent of agents) {
      const digest = digestOf({ kind, agent: agentId.parse(agent), connection: connectionId.parse(connection), name, arguments: args, materials: [] });
      const recorded = byDigest.get(digest);
      seen.add(digest);
      admitted += recorded?.admitted ?? 0;
      done += recorded?.done ?? 0;
    }
    findings.expect(admitted >= count, 'Something was done without an intent and an outcome in the record', `${count} times, ${admitted} on record: ${line.slice(0, 300)}`);
    findings.expect(done <= count, 'Something is on record as done, and was not', `${count} times, ${done} on record: ${line.slice(0, 300)}`);
  }
  for (const [digest, { done, example }] of byDigest) if (done > 0 && !seen.has(digest)) findings.add('Something is on record as done, and was not', example);
  return { deeds, intents };
}

function readRecord(home: string, findings: Findings): { readonly byDigest: ReadonlyMap<string, Recorded>; readonly intents: number } {
  const database = new DatabaseSync(`${home}/activity.db`, { readOnly: true });
  const outcomes = new Map<string, string>();
  for (const { action, outcome } of database.prepare(`SELECT action, body ->> 'outcome' AS outcome FROM events WHERE kind = 'ended'`).iterate()) {
    findings.expect(!outcomes.has(String(action)), 'An action has ended twice in the record', String(action));
    outcomes.set(String(action), String(outcome));
  }
  const byDigest = new Map<string, Recorded>();
  let intents = 0;
  const query = `SELECT action, body ->> 'digest' AS digest, body ->> 'actionKind' AS kind, body ->> 'tool' AS tool FROM events WHERE kind = 'intent'`;
  for (const { action, digest, kind, tool } of database.prepare(query).iterate()) {
    intents += 1;
    const outcome = outcomes.get(String(action));
    if (outcome === undefined) findings.add('An intent has no outcome in the record', `${String(action)} ${String(tool)}`);
    if (outcome === undefined || notDone.has(outcome)) continue;
    const recorded = byDigest.get(String(digest)) ?? { admitted: 0, done: 0, example: `${String(kind)} ${String(tool).slice(0, 200)}` };
    recorded.admitted += 1;
    if (outcome === 'done' && !neverDeeds.has(String(kind))) recorded.done += 1;
    byDigest.set(String(digest), recorded);
  }
  database.close();
  return { byDigest, intents };
}
