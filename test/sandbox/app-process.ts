import { Machine } from './harness.ts';

/** An app that does nothing but hold one run, to be killed. */
const machine = await Machine.make();
process.stdout.write('starting\n');
const run = await machine.start(['/bin/bash', '-c', process.argv[2] ?? 'sleep 60']);
await run.end;
