import { describe, expect, test } from 'vitest';
import { ServerEgress } from '../../main/egress/server-egress.ts';
import { meansPlace, readHostPattern, type HostPattern } from '../../main/model/host-pattern.ts';
import { placeFacts, readPlace, theNetwork, writePlace, type NetworkPlace } from '../../main/model/network-place.ts';
import { anyAgent, type PolicyParts } from '../../main/policy/policy.ts';
import { policyOf } from '../policy/questions.ts';
import { asking, toward } from './setting.ts';

function pattern(text: string): HostPattern {
  const read = readHostPattern(text);
  if (!read.ok) throw new Error(read.problem);
  return read.pattern;
}

function place(host: string, port = 443): NetworkPlace {
  const read = readPlace(host, port);
  if (read === null) throw new Error(host);
  return read;
}

function egress(places: readonly string[], parts: Partial<PolicyParts> & { readonly text?: string } = {}, isPaused = false): ServerEgress {
  const policy = policyOf(parts);
  return new ServerEgress({
    places: places.map(pattern),
    decide: (name, facts) => policy.decide({ kind: 'connect', agent: anyAgent, connection: theNetwork, name, effect: 'connect', arguments: {}, facts, at: 0 }),
    mayPass: () => !isPaused,
    refusesOpaque: false,
    allowedNetworks: [],
  });
}

const effect = async (of: ServerEgress, ...attempt: Parameters<typeof toward>): Promise<string> => (await of.decide(toward(...attempt))).effect;

describe('a pattern', () => {
  const patterns = ['api.example.com', '*.example.com', '**.example.com', 'api.example.com:8443', '*', '*:8443', '203.0.113.0/24', '203.0.113.7:443', '2001:db8::/32', '[2001:db8::1]:443'];
  const places = ['api.example.com', 'example.com', 'a.b.example.com', 'notexample.com', 'api.example.com.evil.test', '203.0.113.7', '203.0.114.7', '2001:db8::1', '2001:db9::1', '0xcb007107'];

  test.each(patterns)('means the same places here as the rules made of the lists do: %s', (text) => {
    const policy = policyOf({ hosts: { allow: [text], deny: [] } });
    for (const where of places.flatMap((host) => [place(host), place(host, 8443)])) {
      const { answer } = policy.decide({ kind: 'connect', agent: anyAgent, connection: theNetwork, name: writePlace(where), effect: 'connect', arguments: {}, facts: placeFacts(where), at: 0 });
      expect([writePlace(where), meansPlace(pattern(text), where)]).toEqual([writePlace(where), answer === 'allow']);
    }
  });
});

describe('the program of a connection', () => {
  test('reaches what was named for it, without a question, and nothing else', async () => {
    const of = egress(['api.example.com:443']);
    expect(await effect(of, 'api.example.com')).toBe('allow');
    expect(await effect(of, 'api.example.com', 80)).toBe('deny');
    expect(await of.decide(toward('evil.example.com'))).toMatchObject({ effect: 'deny', reason: expect.stringContaining('evil.example.com:443') });
    expect(await effect(egress([]), 'api.example.com')).toBe('deny');
    expect(await effect(of, 'api.example.com@evil.test')).toBe('deny');
  });

  test('reaches nothing that the organization or the person refuses everybody, and no request of such a kind', async () => {
    const text = '@id("no-delete")\nforbid (principal, action == Action::"connect", resource) when { context.facts has method && context.facts.method == "DELETE" };';
    const of = egress(['**.example.com'], { organization: { text, contact: null }, hosts: { allow: [], deny: ['bad.example.com'] } });
    expect(await effect(of, 'good.example.com')).toBe('allow');
    expect(await effect(of, 'bad.example.com')).toBe('deny');
    expect((await of.decide(asking('good.example.com', 'GET', '/a?b'))).effect).toBe('allow');
    expect((await of.decide(asking('good.example.com', 'DELETE', '/a'))).effect).toBe('deny');
  });

  test('reaches nothing by rules that cannot be read, and nothing while everything is paused', async () => {
    expect(await effect(egress(['*'], { organization: { text: 'unreadable', contact: null } }), 'api.example.com')).toBe('deny');
    expect(await effect(egress(['*'], {}, true), 'api.example.com')).toBe('deny');
  });

  test('reaches its own network only where that was named, by an address in any spelling', async () => {
    expect(await effect(egress(['*']), '10.1.2.3')).toBe('deny');
    expect(await effect(egress(['*']), 'printer.local')).toBe('deny');
    const named = egress(['10.0.0.0/8']);
    expect(await effect(named, '0x0a010203')).toBe('allow');
    expect(await effect(named, '192.168.1.1')).toBe('deny');
    expect(named.refusedNetworks).not.toContain('10.0.0.0/8');
    expect(named.refusedNetworks).toContain('192.168.0.0/16');
  });
});
