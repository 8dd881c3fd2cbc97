import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionId, agentId, connectionId, digest } from '../../preload/contract.ts';
import type { IntentEvent } from '../../main/activity/event.ts';
import { everything, openActivity } from '../../main/activity/open.ts';
import { say } from '../../main/model/say.ts';

export interface ActivityBench {
  /** Half of the disk's own durable writes are done within this many microseconds: two pages over old ones, then `fdatasync`. */
  readonly diskP50Us: number;
  /** Half (95 of 100) of the intents that wait for their turn alone are durable within this many microseconds. */
  readonly appendP50Us: number;
  readonly appendP95Us: number;
  /** The same with 3 ms between them, as a Claw that thinks: what was appended is filed in between. */
  readonly pausedAppendP50Us: number;
  /** Durable intents a second with this many in flight. */
  readonly appendsPerSecond16: number;
  readonly appendsPerSecond64: number;
  readonly singleAppendsPerSecond: number;
  /** How many times as many appends the group commit carries with 64 in flight; both measured in turns, in one run. */
  readonly groupCommitRatio: number;
  /** Half (95 of 100) of the searches by text are answered within this many milliseconds while intents are appended one after the other. */
  readonly searchP50Ms: number;
  readonly searchP95Ms: number;
  /** What this process took more at the end than before the record was opened, in MiB. */
  readonly rssGrowthMb: number;
}

const rounds = 5;
/** By each of those in flight. */
const appendsPerRound = 60;
/** By the one that waits alone, for figures of use. */
const alonePerRound = 300;

/** Measures the disk, appends one by one and many at once, in turns, so that a busy machine slows all of them. */
export async function run(): Promise<ActivityBench> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-activity-'));
  const rssBefore = process.memoryUsage.rss();
  const activity = await openActivity({ file: join(folder, 'activity.db') });
  const append = (): Promise<unknown> => activity.append(intent());
  const [disk, alone, paused, searches]: [number[], number[], number[], number[]] = [[], [], [], []];
  const spent = { single: 0, at16: 0, at64: 0 };
  const many = async (inFlight: number): Promise<number> => timed(async () => void (await Promise.all(Array.from({ length: inFlight }, () => times(appendsPerRound, append)))));
  try {
    await many(16);
    for (let round = 0; round < rounds; round += 1) {
      disk.push(...measureDisk(join(folder, `disk-${round}`)));
      spent.single += await timed(() => times(alonePerRound, async () => alone.push(await timed(append))));
      await times(appendsPerRound, async () => {
        await new Promise((resolve) => setTimeout(resolve, 3));
        paused.push(await timed(append));
      });
      spent.at16 += await many(16);
      spent.at64 += await many(64);
      // Searched for from an empty backlog on, so that what is measured is the search beside appends and not the burst before.
      await activity.recent(1);
      await searchWhileAppending(() => activity.search({ ...everything, text: 'price li' }, null), append, searches);
    }
  } finally {
    await activity.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const appendsPerSecond64 = perSecond(rounds * appendsPerRound * 64, spent.at64);
  const singleAppendsPerSecond = perSecond(rounds * alonePerRound, spent.single);
  return {
    diskP50Us: microseconds(disk, 0.5),
    appendP50Us: microseconds(alone, 0.5),
    appendP95Us: microseconds(alone, 0.95),
    pausedAppendP50Us: microseconds(paused, 0.5),
    appendsPerSecond16: perSecond(rounds * appendsPerRound * 16, spent.at16),
    appendsPerSecond64,
    singleAppendsPerSecond,
    groupCommitRatio: Number((appendsPerSecond64 / singleAppendsPerSecond).toFixed(2)),
    searchP50Ms: microseconds(searches, 0.5) / 1000,
    searchP95Ms: microseconds(searches, 0.95) / 1000,
    rssGrowthMb: Math.round((process.memoryUsage.rss() - rssBefore) / 1024 / 1024),
  };
}

/** An email as an agent asks for it: about a kilobyte. */
function intent(): IntentEvent {
  return {
    at: Date.now(),
    kind: 'intent',
    action: actionId.parse(crypto.randomUUID()),
    agent: { id: agentId.parse('marketing'), name: 'Marketing Claw' },
    connection: { id: connectionId.parse('work-mail'), name: 'Work mail' },
    actionKind: 'invokeTool',
    tool: 'send_email',
    effect: 'send',
    digest: digest.parse('a'.repeat(64)),
    arguments: { to: ['ana@northwind.example'], subject: 'Q3 price list', text: `Hello Ana, ${'here are the prices for the third quarter. '.repeat(4)}` },
    facts: {
      effect: 'send',
      isReversible: false,
      subject: 'Q3 price list',
      recipients: [{ address: 'ana@northwind.example', domain: 'northwind.example', isOutside: true, isFirstTime: false }],
    },
    sentence: { did: say('sent', { to: 'Ana' }), wanted: say('wanted to send', { to: 'Ana' }), details: [] },
    decision: { answer: 'allow', layer: 'personal', policies: ['allow-northwind'], title: 'Price lists to Northwind', reason: null, errors: [] },
  };
}

/** Milliseconds of writes as an append makes them (two pages of 4 KiB with their headers), over a file that is long enough. */
function measureDisk(file: string): number[] {
  const writes = 200;
  const pages = Buffer.alloc(2 * 4120, 1);
  const descriptor = openSync(file, 'w');
  try {
    writeSync(descriptor, Buffer.alloc(pages.length * writes));
    fdatasyncSync(descriptor);
    return Array.from({ length: writes }, (_, index) => {
      const from = performance.now();
      writeSync(descriptor, pages, 0, pages.length, index * pages.length);
      fdatasyncSync(descriptor);
      return performance.now() - from;
    });
  } finally {
    closeSync(descriptor);
  }
}

async function searchWhileAppending(search: () => Promise<unknown>, append: () => Promise<unknown>, waits: number[]): Promise<void> {
  const searched = new AbortController();
  const appending = (async () => {
    while (!searched.signal.aborted) await append();
  })();
  await times(20, async () => waits.push(await timed(search)));
  searched.abort();
  await appending;
}

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await work();
}

function perSecond(appends: number, milliseconds: number): number {
  return Math.round((appends * 1000) / milliseconds);
}

function microseconds(waits: readonly number[], part: number): number {
  return Math.round((waits.toSorted((a, b) => a - b)[Math.floor(waits.length * part)] ?? 0) * 1000);
}

/** Milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
