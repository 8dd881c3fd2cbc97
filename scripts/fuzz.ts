// npm run fuzz [-- --frames 1000000 --seed S --first 0]: the whole app under broken frames of both eras, over HTTP and the command's
// socket, with right calls in between. Exits 1 on anything that is not as it must be: docs/long-runs.md. Frame N of a seed is always
// made the same, so a finding comes again with `--seed S --first N --frames 32`. Linux alone: it looks into /proc.
import { randomBytes, randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { socketPlace } from '../main/paths.ts';
import { HttpLane } from '../test/fuzz/http-lane.ts';
import { inTime, isEchoOf, Judge } from '../test/fuzz/judge.ts';
import { LineLane } from '../test/fuzz/line-lane.ts';
import { Random } from '../test/fuzz/random.ts';
import { compareWithRecord } from '../test/fuzz/record.ts';
import { startApp } from '../test/long-run/app.ts';
import { Findings } from '../test/long-run/findings.ts';
import { openHttpWire } from '../test/long-run/http-wire.ts';
import { openLineWire, tokenOf } from '../test/long-run/line-wire.ts';
import { handleCount, holdingsOf, type Holdings } from '../test/long-run/processes.ts';
import { judgeGrowth, type Sample } from '../test/long-run/slope.ts';
import type { Wire } from '../test/long-run/wire.ts';

const { values } = parseArgs({ options: { frames: { type: 'string', default: '1000000' }, seed: { type: 'string' }, first: { type: 'string', default: '0' } } });
/** Frames that go together: whole ones on one connection. */
const batchSize = 32;
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const firstBatch = Math.floor(Number(values.first) / batchSize);
const batches = Math.max(1, Math.ceil(Number(values.frames) / batchSize));
/** Of all frames. */
const warmShare = 0.05;
const httpLanes = 8;
const lineLanes = 8;
const overHttp = 0.65;
/** Milliseconds a token is used; it lasts ten minutes. */
const tokenTime = 4 * 60_000;
/** Milliseconds after which what was let go has gone: idle connections, too. */
const settleTime = 8_000;
/** MiB: of the app at any time; a minute in the long run; of the collected heap at rest, before and after. */
const mostMemory = 1024;
const mostGrowth = 2;
const mostHeapGrowth = 16;

if (process.platform !== 'linux') {
  process.stderr.write('The fuzz looks into /proc, so it runs on Linux alone.\n');
  process.exit(1);
}

const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const findings = new Findings();
const secret = `key-${randomBytes(18).toString('base64url')}`;
const root = join(import.meta.dirname, '..');
const serviceFile = join(root, 'test/fuzz/counting-service.ts');
const policy = [
  '@id("all") @title("All of it is allowed")\npermit (principal, action, resource);',
  '@id("asked") @title("This is asked about") @requireApproval("Nobody is there to ask.")\npermit (principal, action, resource == Tool::"fuzzed/asked");',
  '@id("forbidden") @title("Nobody does this")\nforbid (principal, action, resource == Tool::"fuzzed/forbidden");',
].join('\n');

const app = await startApp({ agents: httpLanes + lineLanes + 1, services: [], policy, secrets: [secret] }, (home) => [{ name: 'fuzzed', args: [serviceFile, join(home, 'journal'), secret] }]);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.stop().then(() => process.exit(1)));
const [connection = ''] = app.connections;
const port = Number(new URL(app.url).port);
const place = socketPlace(app.home);
/** Does nothing but right calls. */
const rightAgent = app.agents.at(-1) ?? '';

const tokens = new Map<string, string>();
async function renewTokens(): Promise<void> {
  for (const agent of app.agents) tokens.set(agent, await tokenOf(app.home, agent));
}
await renewTokens();
// What the broken frames hold themselves may come back in an error; the right agent's token is in none of them.
const judge = new Judge(findings, [secret, Buffer.from(secret).toString('base64'), app.home, root, tokens.get(rightAgent) ?? '']);

/** The next batch for HTTP, or for lines; undefined after the last. */
function batchesOf(isHttp: boolean, from: number, to: number): () => number | undefined {
  let next = from;
  return () => {
    while (next < to && new Random(seed + 3, next).chance(overHttp) !== isHttp) next += 1;
    next += 1;
    return next <= to ? next - 1 : undefined;
  };
}

let sent = 0;
const lanes = app.agents.slice(0, -1).map((agent, index) => {
  const isHttp = index < httpLanes;
  const lane = isHttp ? new HttpLane({ seed, port, connection, token: () => tokens.get(agent) ?? '', judge }) : new LineLane({ seed, place, agent, connection, judge });
  return { isHttp, lane };
});

async function sendAll(from: number, to: number): Promise<void> {
  const [http, line] = [batchesOf(true, from, to), batchesOf(false, from, to)];
  await Promise.all(lanes.map(async ({ isHttp, lane }) => {
    const next = isHttp ? http : line;
    for (let batch = next(); batch !== undefined; batch = next()) {
      if (!app.isRunning()) throw new Error(`The app crashed at about frame ${batch * batchSize}.`);
      await lane.run(batch * batchSize, batchSize);
      sent += batchSize;
    }
  }));
}

/** Right calls in both eras and over both doors, whatever else comes in. */
async function callRightly(wire: Wire, stop: AbortSignal): Promise<void> {
  for (let count = 1; !stop.aborted; count += 1) {
    const id = `right-${wire.name}-${count}`;
    const ending = await wire.request({ method: 'tools/call', params: { name: `${connection}__echo`, arguments: { id } } });
    judge.count('right calls beside');
    findings.expect(ending.kind === 'result' && isEchoOf(id, ending.result), 'A right call beside got a wrong answer', `${id}: ${JSON.stringify(ending).slice(0, 300)}`);
    await pause(100);
  }
}

/** Connections that begin and never go on must be ended from the other side. */
async function keepStill(index: number, stop: AbortSignal): Promise<void> {
  const token = tokens.get(app.agents[0] ?? '') ?? '';
  const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n`;
  const beginnings = ['', 'POST /mcp HT', head, `${head}\r\n{"jsonrpc"`, `${head.replace('Content-Length: 100', 'Transfer-Encoding: chunked')}\r\n5\r\n{"j`];
  while (!stop.aborted) {
    const socket = index === 0 ? connect(place.path) : connect(port, '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.resume();
    socket.write(index === 0 ? '{"purpose":' : (beginnings[index - 1] ?? ''));
    findings.expect(await inTime(closed), 'A still connection was not ended', `beginning ${index}`);
    socket.destroy();
    judge.count('still connections ended');
  }
}

async function atRest(): Promise<Holdings & { readonly heap: number }> {
  await pause(settleTime);
  const holdings = await holdingsOf(app.pid);
  return { ...holdings, heap: (await app.memory()).heapMegabytes };
}

function compareRest(before: Awaited<ReturnType<typeof atRest>>, after: Awaited<ReturnType<typeof atRest>>): void {
  for (const [kind, has] of after.handles) findings.expect(has <= (before.handles.get(kind) ?? 0), 'Handles were leaked', `${kind}: ${before.handles.get(kind) ?? 0} before, ${has} after`);
  findings.expect(after.listeners === before.listeners, 'Listeners were leaked', `${before.listeners} before, ${after.listeners} after`);
  findings.expect(after.heap - before.heap <= mostHeapGrowth, 'The heap grew', `${before.heap.toFixed(1)} → ${after.heap.toFixed(1)} MiB after a full collection`);
  tell(`at rest: ${handleCount(before)} → ${handleCount(after)} handles, heap after a full collection ${before.heap.toFixed(1)} → ${after.heap.toFixed(1)} MiB`);
}

function judgeMemory(samples: readonly Sample[]): void {
  const { isFlat, text } = judgeGrowth(samples, mostGrowth);
  tell(`memory: resident at most ${highest.toFixed(0)} MiB; ${text}`);
  findings.expect(highest <= mostMemory, 'Too much memory', `${highest.toFixed(0)} MiB`);
  findings.expect(isFlat, 'Memory grows', text);
}

const stop = new AbortController();
const samples: Sample[] = [];
/** Resident memory, in MiB. */
let highest = 0;
try {
  tell(`seed ${seed}, frames ${firstBatch * batchSize} to ${(firstBatch + batches) * batchSize - 1} …`);
  await app.check();
  const warm = Math.max(1, Math.floor(batches * warmShare));
  await sendAll(firstBatch, firstBatch + warm);
  const before = await atRest();
  const started = performance.now();
  const minutes = (): number => (performance.now() - started) / 60_000;
  const open = (era: 'modern' | 'legacy'): Promise<Wire>[] => [openHttpWire(`h${era}`, era, app.url, () => tokens.get(rightAgent) ?? '', findings), openLineWire(`l${era}`, era, app.home, rightAgent, findings)];
  const wires = await Promise.all([...open('modern'), ...open('legacy')]);
  const every = async (milliseconds: number, act: () => unknown): Promise<void> => {
    while (!stop.signal.aborted) {
      await pause(milliseconds, undefined, { signal: stop.signal }).catch(() => undefined);
      if (!stop.signal.aborted) await act();
    }
  };
  const beside = Promise.all([
    ...wires.map((wire) => callRightly(wire, stop.signal)),
    ...Array.from({ length: 6 }, (_none, index) => keepStill(index, stop.signal)),
    every(tokenTime, renewTokens),
    every(1_000, async () => {
      const { residentMegabytes, usedMegabytes } = await app.usage();
      highest = Math.max(highest, residentMegabytes);
      samples.push({ at: minutes(), value: usedMegabytes });
    }),
    every(30_000, () => tell(`  ${minutes().toFixed(1)} min: ${sent.toLocaleString('en')} frames, ${samples.at(-1)?.value.toFixed(0)} MiB in use${findings.isClean ? '' : ', there are findings'}`)),
  ]);
  await Promise.race([sendAll(firstBatch + warm, firstBatch + batches), beside]);
  const took = minutes();
  stop.abort();
  await beside;
  await Promise.all(wires.map((wire) => wire.close()));
  tell(`${sent.toLocaleString('en')} frames, ${Math.round((sent * (1 - warm / batches)) / took / 60).toLocaleString('en')}/s`);
  for (const [what, count] of [...judge.tally].sort(([a], [b]) => a.localeCompare(b))) tell(`  ${count.toLocaleString('en')} × ${what}`);
  compareRest(before, await atRest());
  judgeMemory(samples);
  const verified = await app.verify();
  findings.expect(verified.isWhole, 'The record is not whole', JSON.stringify(verified));
  findings.expect(await app.stop(), 'The app did not end in good order', 'It was killed, or ended with a failure.');
  // Not before the stop: a call whose client was asked something waits ten minutes for an answer, and ends with the app.
  const { deeds, intents } = await compareWithRecord(app.home, join(app.home, 'journal'), connection, app.agents, findings);
  tell(`record: ${verified.events.toLocaleString('en')} events, ${verified.isWhole ? 'whole' : 'NOT whole'}; ${intents.toLocaleString('en')} intents, ${deeds.toLocaleString('en')} calls that the service counted`);
} catch (error) {
  findings.add('The run broke off', error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  stop.abort();
  await app.stop();
  for (const problem of await app.problems()) findings.add('The app complained', problem.slice(0, 800));
  await app.remove();
}
tell(findings.isClean ? '✓ No crash, no hang, no answer that was another’s, no secret, nothing done that is not on record.' : `${findings.toString()}\nAgain: npm run fuzz -- --seed ${seed} --first N --frames ${batchSize}`);
process.exit(findings.isClean ? 0 : 1);
