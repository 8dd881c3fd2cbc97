import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { managedSettings } from '../../main/managed/managed-settings.ts';

test('the example in the documentation is one that an organization can deliver', () => {
  const page = readFileSync(new URL('../../docs/profiles.md', import.meta.url), 'utf8');
  const [, example = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  expect(managedSettings.parse({ profiles: [JSON.parse(example)] }).profiles).toMatchObject([{ tools: ['create_payment'], effect: 'pay' }]);
  // Our own words have ids that may change, so an organization brings its own.
  expect(managedSettings.safeParse({ profiles: [{ ...(JSON.parse(example) as object), words: 'stripe.list' }] }).success).toBe(false);
});
