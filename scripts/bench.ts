// npm run bench -- [name …] [--json] [--only part,…] [--quick] [--profile folder]: each benchmark compares its ways side by side
// in one run, so that its ratios hold on any machine. --json prints one line on stdout and all else on stderr: the figures of
// the one benchmark that was asked for, or an object of all by their names. The other options are for whoever works on what is
// measured; benchmarks that have no parts ignore them.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface BenchmarkContext {
  /** Fewer samples: figures come sooner and are rough. */
  readonly isQuick: boolean;
  /** Parts to measure; empty: all. */
  readonly only: readonly string[];
  /** A folder for CPU profiles of what is measured. */
  readonly profile: string | undefined;
  /** Tells whoever waits; never part of the one line of --json. */
  readonly tell: (text: string) => void;
}

/** Plain figures, or groups of them. */
type Figures = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

interface Benchmark {
  run(context: BenchmarkContext): Promise<Figures>;
}

const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false }, only: { type: 'string' }, profile: { type: 'string' } },
});
const folder = join(import.meta.dirname, '../test/bench');
const known = (await readdir(folder))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .sort();
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark "${unknown.join('", "')}". There are: ${known.join(', ')}.\n`);
  process.exit(1);
}

const out = values.json ? process.stderr : process.stdout;
const context: BenchmarkContext = {
  isQuick: values.quick,
  only: values.only?.split(',') ?? [],
  profile: values.profile,
  tell: (text) => void out.write(`${text}\n`),
};
const results: Record<string, Figures> = {};
for (const name of asked.length > 0 ? asked : known) {
  context.tell(name);
  // Every file in that folder exports `run`.
  const benchmark = (await import(join(folder, `${name}.ts`))) as Benchmark;
  const figures = await benchmark.run(context);
  results[name] = figures;
  // Grouped figures were told as a table by the benchmark itself.
  for (const [figure, value] of Object.entries(figures)) {
    if (typeof value === 'number') context.tell(`  ${figure.padEnd(28)} ${Number(value.toPrecision(4)).toLocaleString('en')}`);
  }
}
const [only] = asked;
if (values.json) process.stdout.write(`${JSON.stringify(asked.length === 1 && only !== undefined ? results[only] : results)}\n`);
