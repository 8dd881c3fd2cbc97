// npm run bench -- [name …] [--json]: each benchmark compares its ways side by side in one run, so that its ratios hold on any
// machine. --json prints one line for all that was asked for.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

interface Benchmark {
  run(): Promise<Readonly<Record<string, number>>>;
}

const folder = join(import.meta.dirname, '../test/bench');
const words = process.argv.slice(2);
const isJson = words.includes('--json');
const known = (await readdir(folder)).map((file) => file.replace(/\.ts$/, '')).sort();
const asked = words.filter((word) => !word.startsWith('--'));
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark "${unknown.join('", "')}". There are: ${known.join(', ')}.\n`);
  process.exit(1);
}

const results: Record<string, Readonly<Record<string, number>>> = {};
for (const name of asked.length > 0 ? asked : known) {
  if (!isJson) process.stdout.write(`${name}\n`);
  // Every file in that folder exports `run`.
  const benchmark = (await import(join(folder, `${name}.ts`))) as Benchmark;
  const figures = await benchmark.run();
  results[name] = figures;
  if (!isJson) for (const [figure, value] of Object.entries(figures)) process.stdout.write(`  ${figure.padEnd(28)} ${Number(value.toPrecision(4)).toLocaleString('en')}\n`);
}
if (isJson) process.stdout.write(`${JSON.stringify(results)}\n`);
