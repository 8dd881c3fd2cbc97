import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ActivityEvent } from '../../main/activity/event.ts';
import { openActivity } from '../../main/activity/open.ts';
import { ended, intent, temporaryFile } from '../activity/fixtures/activity-fixture.ts';
import { Findings } from '../long-run/findings.ts';
import { compareWithRecord } from './compare.ts';

/** What is found when the record has emails with these outcomes, and the server took some so often. */
async function found(outcomes: Readonly<Record<string, 'done' | 'unknown' | 'denied' | null>>, taken: Readonly<Record<string, number>>): Promise<string> {
  const file = temporaryFile();
  const activity = await openActivity({ file });
  for (const [subject, outcome] of Object.entries(outcomes)) {
    const asked = intent({ arguments: { subject } });
    const events: ActivityEvent[] = outcome === null ? [asked] : [asked, ended(asked.action, outcome)];
    for (const event of events) await activity.append(event);
  }
  await activity.close();
  const findings = new Findings();
  compareWithRecord(dirname(file), new Map(Object.entries(taken)), 'lane', findings);
  return findings.toString();
}

describe('the comparison of the record with what the mail server counted', () => {
  test('finds nothing where both say the same, or the record says that nobody knows', async () => {
    expect(await found({ 'lane-1': 'done', 'lane-2': 'unknown', 'lane-3': 'unknown', 'lane-4': 'denied' }, { 'lane-1': 1, 'lane-2': 1, 'other-1': 1 })).toBe('');
  });

  test.for<[string, Parameters<typeof found>]>([
    ['An email was sent twice', [{ 'lane-1': 'done' }, { 'lane-1': 2 }]],
    ['An email was sent and is told as not sent', [{ 'lane-1': 'denied' }, { 'lane-1': 1 }]],
    ['An email is told as sent and was not', [{ 'lane-1': 'done' }, {}]],
    ['An email was sent that is not on record', [{}, { 'lane-1': 1 }]],
    ['An intent has no end', [{ 'lane-1': null }, {}]],
    ['An email was sent that the person denied', [{ 'lane-1 forbidden-fruit': 'unknown' }, { 'lane-1 forbidden-fruit': 1 }]],
    ['An email was sent as it was before the person changed it', [{ 'lane-1 please-change': 'unknown' }, { 'lane-1 please-change': 1 }]],
    ['An email was sent with a change that is not on record', [{ 'lane-1 please-change': 'unknown' }, { 'lane-1 please-change as-changed': 1 }]],
  ])('tells it: %s', async ([finding, given]) => {
    expect(await found(...given)).toContain(finding);
  });
});
