import { describe, expect, test } from 'vitest';
import { goesThrough, planProxy, type NetworkRules } from '../../main/model/proxy.ts';
import { settings } from '../../preload/contract.ts';

const rules: NetworkRules = { proxy: 'system', noProxy: [], caFile: '' };
const addressOf = (given: NetworkRules, environment: NodeJS.ProcessEnv = {}): string | undefined => planProxy(given, environment)?.proxy.href;

describe('the proxy in force', () => {
  test.each([
    [{}, undefined],
    [{ HTTPS_PROXY: 'http://a:1' }, 'http://a:1/'],
    [{ HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:2' }, 'http://b:2/'],
    [{ HTTP_PROXY: 'http://a:1' }, 'http://a:1/'],
    [{ HTTPS_PROXY: '', HTTP_PROXY: 'http://a:1' }, 'http://a:1/'],
    [{ HTTPS_PROXY: 'proxy.acme.example:3128' }, 'http://proxy.acme.example:3128/'],
    [{ HTTPS_PROXY: 'socks5://a:1' }, undefined],
    [{ HTTPS_PROXY: 'http://[' }, undefined],
  ])('of the environment %j is %s', (environment, expected) => {
    expect(addressOf(rules, environment)).toBe(expected);
  });

  test('is what was set, whatever the environment says', () => {
    const environment = { HTTPS_PROXY: 'http://a:1' };
    expect(addressOf({ ...rules, proxy: 'none' }, environment)).toBeUndefined();
    expect(addressOf({ ...rules, proxy: 'https://b:2' }, environment)).toBe('https://b:2/');
  });

  test.each(['http://user:secret@proxy:1', 'http://user@proxy:1', 'http://proxy:1/path', 'socks5://proxy:1', 'proxy:1', ''])('%j is not taken as a setting', (proxy) => {
    expect(settings.shape.proxy.safeParse(proxy).success).toBe(false);
  });
});

const passes = (url: string, noProxy: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): boolean => {
  const plan = planProxy({ ...rules, noProxy }, { HTTPS_PROXY: 'http://proxy:1', ...environment });
  if (plan === undefined) throw new Error('There is no proxy.');
  return goesThrough(plan, new URL(url));
};

describe('what goes through it', () => {
  test.each(['https://127.0.0.1/', 'https://127.9.9.9/', 'https://localhost:8443/', 'https://[::1]/', 'http://localhost/'])('%s never does', (url) => {
    expect(passes(url)).toBe(false);
  });

  test.each([
    ['https://crm.acme.example/', ['acme.example'], false],
    ['https://crm.acme.example/', ['.acme.example'], false],
    ['https://crm.acme.example/', ['*.acme.example'], false],
    ['https://CRM.acme.example/', ['crm.ACME.example'], false],
    ['https://acme.example/', ['acme.example'], false],
    ['https://notacme.example/', ['acme.example'], true],
    ['https://acme.example.evil.example/', ['acme.example'], true],
    ['https://crm.acme.example/', ['crm.acme.example:443'], false],
    ['https://crm.acme.example:8443/', ['crm.acme.example:443'], true],
    ['https://[2001:db8::1]/', ['[2001:db8::1]'], false],
    ['https://crm.acme.example/', ['*'], false],
    ['https://crm.acme.example/', [], true],
  ])('%s with %j: %s', (url, noProxy, expected) => {
    expect(passes(url, noProxy)).toBe(expected);
    expect(passes(url, [], { NO_PROXY: noProxy.join(', ') })).toBe(expected);
  });
});
