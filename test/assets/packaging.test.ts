import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const configuration = readFileSync(resolve(root, 'electron-builder.yml'), 'utf8');

describe('electron-builder.yml', () => {
  test.each([
    'runAsNode: false',
    'enableCookieEncryption: true',
    'enableNodeOptionsEnvironmentVariable: false',
    'enableNodeCliInspectArguments: false',
    'enableEmbeddedAsarIntegrityValidation: true',
    'onlyLoadAppFromAsar: true',
    'grantFileProtocolExtraPrivileges: false',
  ])('sets the fuse %s', (fuse) => {
    expect(configuration).toContain(`\n  ${fuse}\n`);
  });

  test('names only files that exist', () => {
    const named = [...configuration.matchAll(/\bassets\/[\w./-]+/g)].map(([path]) => path);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(resolve(root, path)))).toEqual([]);
  });

  test('publishes nothing and compiles nothing', () => {
    expect(configuration).toMatch(/^publish: null$/m);
    expect(configuration).toMatch(/^npmRebuild: false$/m);
  });
});

test('the macOS entitlements are no more than what V8 needs', () => {
  const keys = [...readFileSync(resolve(root, 'assets/package/entitlements.mac.plist'), 'utf8').matchAll(/<key>([^<]+)<\/key>/g)].map(([, key]) => key);
  expect(keys).toEqual(['com.apple.security.cs.allow-jit']);
});
