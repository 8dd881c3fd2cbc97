import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { everything } from '../../main/activity/open.ts';
import { ActivityWriter } from '../../main/activity/writer.ts';
import { intent, opened, temporaryFile } from './fixtures/activity-fixture.ts';

/** A writer that files nothing by itself. */
function writing(file: string): ActivityWriter {
  const writer = new ActivityWriter(file, null);
  onTestFinished(() => writer.close());
  return writer;
}

describe('the write-ahead log', () => {
  test('stays within its bounds under a load that never pauses, also while somebody reads', { timeout: 60_000 }, async () => {
    const file = temporaryFile();
    const activity = await opened({ file });
    const text = 'x '.repeat(10_000);
    let longest = 0;
    const reading = Array.from({ length: 2 }, async () => {
      for (let round = 0; round < 20; round += 1) await activity.search({ ...everything, text: 'x' }, null, 1);
    });
    for (let round = 0; round < 30; round += 1) {
      // 160 events of at least 20 kB: 3 MB a round, 96 MB in all.
      await Promise.all(Array.from({ length: 160 }, () => activity.append(intent({ arguments: { text } }))));
      longest = Math.max(longest, statSync(`${file}-wal`).size);
    }
    await Promise.all(reading);
    expect(statSync(file).size).toBeGreaterThan(50_000_000);
    expect(longest).toBeLessThan(64 * 1024 * 1024);
  });

  test('is held by a program that keeps reading, and no append waits for that', { timeout: 60_000 }, () => {
    const file = temporaryFile();
    const writer = writing(file);
    const json = JSON.stringify(intent({ arguments: { text: 'x'.repeat(20_000) } }));
    writer.append([json]);
    writer.fileNext(1);
    const other = new DatabaseSync(file, { readOnly: true });
    other.exec('BEGIN');
    other.prepare('SELECT * FROM events').all();
    const waits: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      writer.append(Array.from({ length: 50 }, () => json));
      writer.fileNext(50);
      const from = performance.now();
      writer.boundLog();
      waits.push(performance.now() - from);
    }
    // The bound was passed, so the reader was waited for: briefly, and not each time.
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(32 * 1024 * 1024);
    expect(waits.filter((wait) => wait > 90).length).toBeLessThanOrEqual(2);
    other.close();
    for (let round = 0; round < 40; round += 1) {
      writer.append(Array.from({ length: 50 }, () => json));
      writer.fileNext(50);
      writer.boundLog();
    }
    expect(statSync(`${file}-wal`).size).toBeLessThan(80 * 1024 * 1024);
  });
});
