// npm run soak -- [--minutes 10] [--agents 50] [--kill-every 4]: the whole app under agents of both eras that call services all the
// time, while one of the services is killed every few seconds. Exits 1 on anything that is not as it must be: docs/long-runs.md.
// Linux alone: it looks into /proc.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startApp, type LongRunningApp } from '../test/long-run/app.ts';
import { workOn } from '../test/soak/claw.ts';
import { Findings } from '../test/long-run/findings.ts';
import { openHttpWire } from '../test/long-run/http-wire.ts';
import { readJournal } from '../test/long-run/journal.ts';
import { Ledger } from '../test/soak/ledger.ts';
import { openLineWire, tokenOf } from '../test/long-run/line-wire.ts';
import { childrenOf, handleCount, holdingsOf, runningProcesses, type Holdings } from '../test/long-run/processes.ts';
import { judgeGrowth, type Sample } from '../test/long-run/slope.ts';
import type { Wire } from '../test/long-run/wire.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, agents: { type: 'string', default: '50' }, 'kill-every': { type: 'string', default: '4' } } });
const minutes = Number(values.minutes);
const agentCount = Number(values.agents);
/** Milliseconds. */
const killEvery = Number(values['kill-every']) * 1000;
const serviceCount = 5;
/** Calls each agent has under way at a time. */
const loops = 2;
/** Milliseconds a token is used; it lasts ten minutes. */
const tokenTime = 4 * 60_000;
/** Milliseconds after which what was let go has gone. */
const settleTime = 4_000;
/** Memory may grow by that much a minute, in MiB, and no more. */
const mostGrowth = 1;
/** MiB the collected heap may differ by, before and after: what is kept for a minute is not gone at once. */
const mostHeapGrowth = 8;
/** What the app says of a service that is down, once for each call it refuses: expected here. */
const expectedComplaint = /^ConnectionProblem: /;

if (process.platform !== 'linux') {
  process.stderr.write('The soak looks into /proc, so it runs on Linux alone.\n');
  process.exit(1);
}

const tell = (text: string): void => void process.stdout.write(`${text}\n`);
const findings = new Findings();
const serviceFile = join(import.meta.dirname, '../test/soak/service.ts');
const journalOf = (home: string, connection: string): string => join(home, `${connection}.journal`);
const names = Array.from({ length: serviceCount }, (_, index) => `soak-${index + 1}`);

const app = await startApp({ agents: agentCount, services: [], policy: '@id("all") @title("All of it is allowed")\npermit (principal, action, resource);' }, (home) =>
  names.map((name) => ({ name, args: [serviceFile, journalOf(home, name)] })),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.stop().then(() => process.exit(1)));

const tokens = new Map<string, string>();
async function renewTokens(): Promise<void> {
  for (const agent of app.agents) tokens.set(agent, await tokenOf(app.home, agent));
}

/** Half of them of each era; every fifth over the command's socket. */
function openWire(agent: string, index: number, run: string): Promise<Wire> {
  const era = index % 2 === 0 ? 'modern' : 'legacy';
  const isLine = index % 5 < 1;
  const name = `${run}${index}${isLine ? 'l' : 'h'}${era === 'modern' ? 'm' : 's'}`;
  return isLine ? openLineWire(name, era, app.home, agent, findings) : openHttpWire(name, era, app.url, () => tokens.get(agent) ?? '', findings);
}

/** All agents at work for that long. */
async function work(run: string, milliseconds: number, ledger: Ledger): Promise<void> {
  const stop = new AbortController();
  const wires = await Promise.all(app.agents.map((agent, index) => openWire(agent, index, run)));
  const running = wires.flatMap((wire) => Array.from({ length: loops }, () => workOn(wire, { connections: app.connections, ledger, findings, random: Math.random }, stop.signal)));
  await Promise.race([pause(milliseconds), Promise.all(running)]);
  stop.abort();
  await Promise.all(running);
  await Promise.all(wires.map((wire) => wire.close()));
}

const services = async (): Promise<readonly number[]> => (await childrenOf(app.pid)).filter(({ words }) => words.includes(serviceFile)).map(({ pid }) => pid);

/** Everything up and nobody connected: what must be the same before and after. */
async function atRest(): Promise<Holdings & { readonly services: number; readonly children: number; readonly heap: number }> {
  const { ready } = await app.check();
  findings.expect(ready === serviceCount, 'A service could not be started again', `${ready} of ${serviceCount} are up`);
  await pause(settleTime);
  const [holdings, own, children] = await Promise.all([holdingsOf(app.pid), services(), childrenOf(app.pid)]);
  const { heapMegabytes } = await app.memory();
  return { ...holdings, services: own.length, children: children.length, heap: heapMegabytes };
}

function compareRest(before: Awaited<ReturnType<typeof atRest>>, after: Awaited<ReturnType<typeof atRest>>): void {
  const kinds = new Set([...before.handles.keys(), ...after.handles.keys()]);
  for (const kind of kinds) {
    const [had, has] = [before.handles.get(kind) ?? 0, after.handles.get(kind) ?? 0];
    findings.expect(has <= had, 'Handles were leaked', `${kind}: ${had} before, ${has} after`);
  }
  findings.expect(after.listeners === before.listeners, 'Listeners were leaked', `${before.listeners} before, ${after.listeners} after`);
  findings.expect(after.services === serviceCount, 'Processes were leaked', `${after.services} services instead of ${serviceCount}`);
  findings.expect(after.children <= before.children, 'Processes were leaked', `${before.children} children before, ${after.children} after`);
  findings.expect(after.threads <= before.threads, 'Threads were leaked', `${before.threads} before, ${after.threads} after`);
  findings.expect(after.heap - before.heap <= mostHeapGrowth, 'The heap grew', `${before.heap.toFixed(1)} → ${after.heap.toFixed(1)} MiB after a full collection`);
  tell(`heap at rest, after a full collection: ${before.heap.toFixed(1)} → ${after.heap.toFixed(1)} MiB`);
  tell(`at rest: ${handleCount(before)} → ${handleCount(after)} handles, ${before.listeners} → ${after.listeners} listeners, ${before.children} → ${after.children} children, ${before.threads} → ${after.threads} threads`);
}

/** Repeats until told to stop; what it does may take its time. */
async function every(milliseconds: number, stop: AbortSignal, act: () => Promise<void>): Promise<void> {
  while (!stop.aborted) {
    await pause(milliseconds, undefined, { signal: stop }).catch(() => undefined);
    if (!stop.aborted) await act();
  }
}

let kills = 0;
async function killOne(): Promise<void> {
  const running = await services();
  const victim = running[Math.floor(Math.random() * running.length)];
  if (victim === undefined) return;
  kills += 1;
  try {
    process.kill(victim, 'SIGKILL');
  } catch {
    // It ended in this very moment.
  }
}

function judgeMemory(samples: readonly Sample[]): void {
  const { isFlat, text } = judgeGrowth(samples, mostGrowth);
  tell(`memory: resident at most ${highest.toFixed(0)} MiB; ${text}`);
  findings.expect(isFlat, 'Memory grows', text);
}

/** Every deed of a service has its intent in the record. */
async function compareRecord(home: string): Promise<void> {
  const database = new DatabaseSync(join(home, 'activity.db'), { readOnly: true });
  const intents = new Set<string>();
  for (const row of database.prepare(`SELECT body FROM events WHERE kind = 'intent'`).iterate()) {
    for (const [id] of String(row['body']).matchAll(/(?:warm|main)-\d+/g)) intents.add(id);
  }
  database.close();
  for (const name of names) {
    for (const deed of await readJournal(journalOf(home, name))) {
      const id = /(?:warm|main)-\d+/.exec(JSON.stringify(deed))?.[0] ?? '';
      findings.expect(intents.has(id), 'Something was done without an intent in the record', JSON.stringify(deed));
    }
  }
}

async function judgeEnd(everStarted: ReadonlySet<number>, running: LongRunningApp): Promise<void> {
  const verified = await running.verify();
  findings.expect(verified.isWhole, 'The record is not whole', JSON.stringify(verified));
  findings.expect(verified.withoutEnd === 0, 'Actions have no end in the record', `${verified.withoutEnd}`);
  tell(`record: ${verified.events.toLocaleString('en')} events, ${verified.isWhole ? 'whole' : 'NOT whole'}`);
  const below = new Set([...everStarted, ...(await childrenOf(running.pid)).map(({ pid }) => pid)]);
  findings.expect(await running.stop(), 'The app did not end in good order', 'It was killed, or ended with a failure.');
  await pause(2_000);
  const left = (await runningProcesses()).filter(({ pid, words }) => below.has(pid) && words.some((word) => word.includes(serviceFile) || word === 'countersign-watcher'));
  findings.expect(left.length === 0, 'Processes outlived the app', left.map(({ pid, words }) => `${pid} ${words.join(' ')}`).join('\n'));
  const problems = await running.problems();
  tell(`complaints: ${problems.filter((problem) => expectedComplaint.test(problem)).length} that a service is down`);
  for (const problem of problems.filter((line) => !expectedComplaint.test(line))) findings.add('The app complained', problem.slice(0, 500));
}

const warm = new Ledger('warm', findings);
const main = new Ledger('main', findings);
const samples: Sample[] = [];
/** Resident memory, in MiB. */
let highest = 0;
const everStarted = new Set<number>();
try {
  tell(`${agentCount} agents, ${serviceCount} services, one killed every ${killEvery / 1000} s, for ${minutes} min …`);
  await renewTokens();
  await app.check();
  await work('w', Math.min(20_000, minutes * 15_000), warm);
  const before = await atRest();
  const started = performance.now();
  const stop = new AbortController();
  const beside = [
    every(tokenTime, stop.signal, renewTokens),
    every(killEvery, stop.signal, killOne),
    every(1_000, stop.signal, async () => {
      const { residentMegabytes, usedMegabytes } = await app.usage();
      highest = Math.max(highest, residentMegabytes);
      samples.push({ at: (performance.now() - started) / 60_000, value: usedMegabytes });
      for (const { pid } of await childrenOf(app.pid)) everStarted.add(pid);
      if (!app.isRunning()) throw new Error('The app crashed.');
    }),
    every(60_000, stop.signal, () => Promise.resolve(tell(`  ${Math.round((performance.now() - started) / 60_000)} min: ${main.count.toLocaleString('en')} calls, ${kills} kills, ${samples.at(-1)?.value.toFixed(0)} MiB in use`))),
  ];
  await Promise.race([work('m', minutes * 60_000, main), Promise.all(beside)]);
  stop.abort();
  await Promise.all(beside);
  const seconds = (performance.now() - started) / 1000;
  tell(`calls: ${main.count.toLocaleString('en')} (${Math.round(main.count / seconds)}/s), ${[...main.tally()].map(([told, count]) => `${count.toLocaleString('en')} ${told}`).join(', ')}; ${kills} kills, ${everStarted.size} processes started`);
  for (const [text, count] of [...main.texts()].sort((a, b) => b[1] - a[1])) tell(`  ${count} × ${text}`);
  compareRest(before, await atRest());
  const { checks } = await app.check();
  tell(`given up and checked by a person: ${checks} times`);
  judgeMemory(samples);
  await judgeEnd(everStarted, app);
  for (const name of names) {
    const deeds = await readJournal(journalOf(app.home, name));
    const ofRun = (run: string) => deeds.filter((deed) => JSON.stringify(deed).includes(`${run}-`));
    warm.compare(name, ofRun('warm'));
    main.compare(name, ofRun('main'));
  }
  await compareRecord(app.home);
} catch (error) {
  findings.add('The run broke off', error instanceof Error ? (error.stack ?? error.message) : String(error));
  for (const problem of await app.problems()) findings.add('The app complained', problem.slice(0, 500));
} finally {
  await app.stop();
  await app.remove();
}
tell(findings.isClean ? '✓ No answer lost, doubled or swapped; nothing done twice or unrecorded; no process, handle or listener left; memory flat.' : findings.toString());
process.exit(findings.isClean ? 0 : 1);
