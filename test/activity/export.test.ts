import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect, test } from 'vitest';
import { csvCell } from '../../main/activity/csv.ts';
import { everything } from '../../main/activity/open.ts';
import { appendAll, answered, asked, intent, noon, opened, sent, textOf } from './fixtures/activity-fixture.ts';

/** Reads RFC 4180 text. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.split('\r\n').slice(0, -1)) rows.push([...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((match) => (match[1] ?? '').replaceAll('""', '"')));
  return rows;
}

describe('exporting', () => {
  test.for(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '\r=1', '\n=1', '\u200B=1', '＝1', '＠x', '\u00A0=cmd|calc'])('a cell that a spreadsheet might compute is text: %j', (text) => {
    expect(csvCell(text)).toBe(`"'${text}"`);
  });

  test('other cells are as they are, quotes doubled', () => {
    expect(csvCell('say "hi", a=b')).toBe('"say ""hi"", a=b"');
    expect(csvCell('')).toBe('""');
  });

  test('csv has a row for each found action, oldest first, whatever its text', async () => {
    const activity = await opened();
    const evil = intent({ facts: { effect: 'send', isReversible: false, subject: '=HYPERLINK("http://evil.example")', recipients: [] }, at: noon + 1 });
    await appendAll(activity, [...sent(), evil, asked(evil.action), answered(evil.action, 'denied', 'you', '-no,\n"never"'), ...sent({ tool: 'other' })]);
    const csv = await textOf(activity.export({ ...everything, text: 'send_email' }, 'csv'));
    expect(csv.startsWith('\uFEFF"time","claw"')).toBe(true);
    const [header, ...rows] = parseCsv(csv);
    expect(rows).toHaveLength(2);
    const row = (index: number): Record<string, string> => Object.fromEntries((header ?? []).map((name, column) => [name, rows[index]?.[column] ?? '']));
    expect(row(0)).toMatchObject({ tool: 'send_email', outcome: 'done', recipients: 'Ana@Northwind.example', subject: 'Q3 price list', answer: 'approved', 'answered by': 'you' });
    expect(row(1)).toMatchObject({ time: '2026-03-03T12:00:00.001Z', subject: `'=HYPERLINK("http://evil.example")`, outcome: 'denied', reason: `'-no,\n"never"` });
  });

  test('an empty record exports its column names', async () => {
    const activity = await opened();
    expect(await textOf(activity.export(everything, 'csv'))).toMatch(/^\uFEFF"time".*\r\n$/);
    expect(await textOf(activity.export(everything, 'jsonl'))).toBe('');
  });

  test('jsonl of everything proves itself: each hash is that of the line, each line continues the one before', async () => {
    const activity = await opened();
    await appendAll(activity, [...Array.from({ length: 45 }, () => sent()).flat(), { at: noon, kind: 'settings_changed', keys: ['theme'] }]);
    const lines = (await textOf(activity.export(everything, 'jsonl'))).trimEnd().split('\n');
    expect(lines).toHaveLength(226);
    let previous = '0'.repeat(64);
    lines.forEach((line, index) => {
      // Done here as an auditor would do it, with nothing of ours.
      const { hash, ...rest } = JSON.parse(line) as { hash: string; previousHash: string; sequence: number };
      expect(createHash('sha256').update(canonicalize(rest) ?? '').digest('hex')).toBe(hash);
      expect(canonicalize({ ...rest, hash })).toBe(line);
      expect(rest).toMatchObject({ previousHash: previous, sequence: index + 1 });
      previous = hash;
    });
  });

  test('jsonl of a search has all the events of the found actions and no others', async () => {
    const activity = await opened();
    const wanted = sent({ tool: 'wanted_tool' });
    await appendAll(activity, [...sent(), ...wanted, ...sent()]);
    const lines = (await textOf(activity.export({ ...everything, text: 'wanted_tool' }, 'jsonl'))).trimEnd().split('\n').map((line) => JSON.parse(line) as { action: string; kind: string });
    expect(lines.map(({ kind }) => kind)).toEqual(wanted.map(({ kind }) => kind));
    expect(new Set(lines.map(({ action }) => action))).toEqual(new Set([wanted[0]?.action]));
  });
});
