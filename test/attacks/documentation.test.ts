import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '../../docs/threat-model.md'), 'utf8');
const suites = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts') && name !== 'documentation.test.ts');

/** The attacks in the table that stands under the name of a test file. */
function documented(suite: string): readonly string[] {
  const [, section = ''] = page.split(`\`test/attacks/${suite}\``);
  const [table = ''] = section.split(/\n##/);
  return [...table.matchAll(/^\| ([^|]+?) \|[^|]+\|[^|]+\|$/gm)].map(([, name = '']) => name).filter((name) => name !== 'attack' && !name.startsWith('---'));
}

test.each(suites)('the threat model names the attacks of %s, and no others', (suite) => {
  const source = readFileSync(join(import.meta.dirname, suite), 'utf8');
  const tried = [...source.matchAll(/^ *attack\('([^']+)'/gm)].map(([, name = '']) => name);
  expect(documented(suite)).toEqual(tried);
});

test('there are more than forty', () => {
  expect(suites.flatMap(documented).length).toBeGreaterThan(40);
});
