import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createPageServer, resolvePage, type Page } from '../../main/shell/page-server.ts';

const home = mkdtempSync(join(tmpdir(), 'countersign-pages-'));
const root = join(home, 'renderer');
mkdirSync(join(root, 'assets'), { recursive: true });
mkdirSync(join(home, 'renderer-secret'));
writeFileSync(join(root, 'index.html'), '<style nonce="__CSP_NONCE__"></style><meta name="n" content="__CSP_NONCE__">');
writeFileSync(join(root, 'assets', 'main-B1.js'), 'export const mark = "__CSP_NONCE__";');
writeFileSync(join(root, '.env.js'), 'hidden');
writeFileSync(join(home, 'secret.js'), 'secret');
writeFileSync(join(home, 'renderer-secret', 'key.js'), 'secret');
afterAll(() => rmSync(home, { recursive: true }));

const serve = createPageServer({ root });
const text = (page: Page): string => new TextDecoder().decode(page.body);
const policyNonce = (page: Page): string | undefined => /'nonce-([^']+)'/.exec(page.headers['Content-Security-Policy'] ?? '')?.[1];

describe('the page server', () => {
  test('serves a page with the same nonce in its policy and its markup, another one each time', async () => {
    const [first, second] = [await serve('/index.html?theme=dark#inbox'), await serve('/')];
    expect([first.status, first.type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text(first)).toBe(`<style nonce="${policyNonce(first)}"></style><meta name="n" content="${policyNonce(first)}">`);
    expect(policyNonce(first)).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(policyNonce(second)).not.toBe(policyNonce(first));
    expect(text(second)).not.toContain('__CSP_NONCE__');
  });

  test('serves a script as it is', async () => {
    const page = await serve('/assets/main-B1.js');
    expect([page.status, page.type, text(page)]).toEqual([200, 'text/javascript; charset=utf-8', 'export const mark = "__CSP_NONCE__";']);
  });

  test('forbids network, inline script, eval, framing and markup from text, on every answer', async () => {
    for (const page of [await serve('/index.html'), await serve('/assets/main-B1.js'), await serve('/none.html')]) {
      const policy = page.headers['Content-Security-Policy']?.split('; ') ?? [];
      expect(policy).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${policyNonce(page)}'`,
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]);
      expect(page.headers).toMatchObject({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    }
  });

  test.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/%2e%2e%2fsecret.js',
    String.raw`/..\secret.js`,
    String.raw`/assets\..\..\secret.js`,
    '/%5c..%5csecret.js',
    '//secret.js',
    '/./secret.js',
    '/.env.js',
    '../renderer-secret/key.js',
    '-secret/key.js',
    `/${join(home, 'secret.js')}`,
    join(home, 'secret.js'),
    String.raw`/C:\secret.js`,
    '/file:///etc/passwd.js',
    '/assets/main-B1.js\0.html',
    '/assets/main-B1.js/',
    '/assets',
    '/assets/..',
    '/assets//main-B1.js',
    '/main.node',
    '/index.HTML',
    '',
  ])('refuses %j', async (path) => {
    const page = await serve(path);
    expect([page.status, text(page)]).toEqual([404, 'Not found']);
  });

  test('never names a file outside of its folder, whatever is asked', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', '%2e', '%2f', '%5c', 'assets', 'a.js', '\0', ':', '~', '//', '.js', '?', '#', '\n');
    const inside = /^\/srv\/renderer\/(?!.*(?:\/\.|\/\/|[\\%:\0\n])).+$/s;
    const property = fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'grapheme', maxLength: 4 })), { maxLength: 8 }), (pieces) => {
      const found = resolvePage('/srv/renderer', `/${pieces.join('')}`);
      return found === undefined || inside.test(found.file);
    });
    expect(fc.check(property, { numRuns: 2000 })).toMatchObject({ failed: false });
  });
});
