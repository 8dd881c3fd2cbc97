import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, runCommand } from './running-app.ts';

test('the demonstration of code goes as it is told, and draws its pictures', async () => {
  const { code, stdout, stderr } = await runCommand(process.execPath, [join(root, 'scripts/demo.ts'), 'code', '--json'], process.env);
  const { screenshots, ...facts } = JSON.parse(stdout || '{"screenshots": []}') as { readonly screenshots: readonly string[] } & Readonly<Record<string, boolean>>;
  expect({ untrue: Object.keys(facts).filter((name) => facts[name] !== true), stderr }).toMatchObject({ untrue: [] });
  expect(Object.keys(facts).length).toBeGreaterThan(10);
  expect(screenshots.length).toBeGreaterThan(1);
  for (const picture of screenshots) expect(statSync(picture).size).toBeGreaterThan(10_000);
  expect(code).toBe(0);
});

test('a story that does not exist is named, with those that do', async () => {
  expect(await runCommand(process.execPath, [join(root, 'scripts/demo.ts'), 'cooking'], process.env)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('mail, code') });
});
