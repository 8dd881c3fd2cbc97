import { copyFileSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Verification } from '../../main/activity/activity.ts';
import { beginning, chainJson, fromLine, toLine } from '../../main/activity/chain.ts';
import type { ChainPoint } from '../../main/activity/event.ts';
import { Journal } from '../../main/activity/journal.ts';
import { openActivity } from '../../main/activity/open.ts';
import { ActivityWriter } from '../../main/activity/writer.ts';
import { intent, noon, temporaryFile } from './fixtures/activity-fixture.ts';

/** A writer that files nothing by itself. */
function writing(file = temporaryFile()): ActivityWriter {
  const writer = new ActivityWriter(file, null);
  onTestFinished(() => writer.close());
  return writer;
}

function paused(at: number): string {
  return JSON.stringify({ at, kind: 'paused' });
}

/** Each of the same length. */
function longIntent(): string {
  return JSON.stringify(intent({ arguments: { text: 'x'.repeat(50_000) } }));
}

/** The files as a process that is killed now leaves them. */
function asKilled(file: string): string {
  const copy = temporaryFile();
  for (const end of ['', '-wal', '.journal']) copyFileSync(`${file}${end}`, `${copy}${end}`);
  return copy;
}

async function verified(file: string, anchor: ChainPoint | null = null): Promise<Verification> {
  const activity = await openActivity({ file, anchor: { read: () => Promise.resolve(anchor), write: () => Promise.resolve() } });
  try {
    return await activity.verify();
  } finally {
    await activity.close();
  }
}

function overwrite(file: string, at: number, text: string): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, text, at);
  closeSync(descriptor);
}

describe('what is in the journal alone', () => {
  test('is in the record after a kill, once, however often the app is killed', async () => {
    const file = temporaryFile();
    const writer = writing(file);
    writer.append([paused(noon), paused(noon + 1)]);
    writer.fileNext(1);
    const once = asKilled(file);
    const again = asKilled(once);
    expect(await verified(again)).toEqual({ ok: true, events: 2, since: noon });
    const next = writing(once);
    expect(next.head.sequence).toBe(2);
    next.append([paused(noon + 2)]);
    expect(await verified(asKilled(once))).toEqual({ ok: true, events: 3, since: noon });
  });

  test('is in the record also where the database was lost', async () => {
    const file = temporaryFile();
    writing(file).append([paused(noon), paused(noon + 1)]);
    const copy = temporaryFile();
    copyFileSync(`${file}.journal`, `${copy}.journal`);
    expect(await verified(copy)).toEqual({ ok: true, events: 2, since: noon });
  });

  test('counts up to where a write was cut off', async () => {
    const file = temporaryFile();
    const writer = writing(file);
    writer.append([paused(noon)]);
    const whole = readFileSync(`${file}.journal`).indexOf(0);
    writer.append([paused(noon + 1), paused(noon + 2)]);
    const killed = asKilled(file);
    const lines = readFileSync(`${file}.journal`);
    for (const cut of [whole + 1, whole + 100, lines.indexOf(0) - 1]) {
      const torn = asKilled(killed);
      writeFileSync(`${torn}.journal`, Buffer.concat([lines.subarray(0, cut), Buffer.alloc(lines.length - cut)]));
      expect(await verified(torn)).toMatchObject({ ok: true, events: cut < whole + 200 ? 1 : 2 });
    }
  });

  test('that somebody changed is not believed, and the anchor tells that events are gone', async () => {
    const file = temporaryFile();
    const writer = writing(file);
    const points = writer.append([paused(noon), paused(noon + 1), paused(noon + 2)]);
    const changed = asKilled(file);
    const second = readFileSync(`${file}.journal`, 'utf8').indexOf(`"at":${noon + 1}`);
    overwrite(`${changed}.journal`, second, `"at":${noon + 7}`);
    expect(await verified(changed, points[2])).toEqual({ ok: false, atSequence: 2, problem: 'cut_off' });
  });

  test('leaves a gap that shows where the record it continues is not the one that is there', async () => {
    const file = temporaryFile();
    const writer = writing(file);
    writer.append([paused(noon), paused(noon + 1)]);
    const stolen = asKilled(file);
    const [first = '', ...rest] = readFileSync(`${stolen}.journal`, 'utf8').split('\n');
    writeFileSync(`${stolen}.journal`, rest.join('\n').padEnd(first.length + 1, '\0'));
    expect(await verified(stolen)).toEqual({ ok: false, atSequence: 1, problem: 'missing' });
  });
});

describe('the journal', () => {
  test('is as long as it will be before the first append, and is gone after a clean end', () => {
    const file = temporaryFile();
    const writer = writing(file);
    const before = statSync(`${file}.journal`).size;
    for (let index = 0; index < 50; index += 1) writer.append([paused(noon)]);
    expect(statSync(`${file}.journal`).size).toBe(before);
    writer.close();
    expect(existsSync(`${file}.journal`)).toBe(false);
  });

  test('begins anew once the database has what it holds; what was left of the round before is not read', async () => {
    const file = temporaryFile();
    const writer = writing(file);
    let count = 0;
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 120; index += 1) {
        writer.append([longIntent()]);
        count += 1;
      }
      writer.boundLog();
      expect(Journal.read(`${file}.journal`)).not.toHaveLength(0);
      writer.append([longIntent()]);
      count += 1;
      // The same length as what was there: what stands behind it is a whole line, and not the next one.
      expect(Journal.read(`${file}.journal`).map(({ sequence }) => sequence)).toEqual([count]);
    }
    expect(statSync(`${file}.journal`).size).toBeLessThan(5 * 1024 * 1024);
    expect(await verified(asKilled(file))).toMatchObject({ ok: true, events: count });
  });
});

describe('a line', () => {
  test('is read as it was written, whatever is in it', () => {
    const word = fc.oneof(fc.constantFrom('","hash":"', '\u2028', '\0', '\n', '__proto__', '"}', `,"kind":"x","previousHash":"${'0'.repeat(64)}","sequence":1}`), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.dictionary(word, fc.oneof(word, fc.double(), fc.json())), fc.nat(), (body, at) => {
        const event = chainJson(JSON.stringify({ ...body, at, kind: 'intent', action: 'a' }), beginning.hash, 1);
        expect(fromLine(toLine(event).slice(0, -1))).toEqual(event);
      }),
      { numRuns: 500 },
    );
  });

  test('is none when a single character is another', () => {
    const line = toLine(chainJson(JSON.stringify(intent()), beginning.hash, 1)).slice(0, -1);
    for (let index = 0; index < line.length; index += 1) {
      const other = line[index] === '1' ? '2' : '1';
      expect(fromLine(`${line.slice(0, index)}${other}${line.slice(index + 1)}`)).toBeUndefined();
    }
  });
});
