import { BlockList, isIP } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Facts } from '../../main/model/action.ts';
import { readHostPattern, type HostPattern } from '../../main/model/host-pattern.ts';
import { hostCondition } from '../../main/policy/host-rules.ts';
import { policyOf, question } from './questions.ts';

function pattern(text: string): HostPattern {
  const read = readHostPattern(text);
  if (!read.ok) throw new Error(`${text}: ${read.problem}`);
  return read.pattern;
}

/** Whether Cedar says that a list with this entry covers the place. */
function covers(entry: string, host: string, port = 443): boolean {
  const facts: Facts = { effect: 'connect', isReversible: false, host, port, ...(isIP(host) === 0 ? {} : { address: host }) };
  const text = `@id("listed") permit (principal, action == Action::"connect", resource) when { ${hostCondition(pattern(entry))} };`;
  const decision = policyOf({ text }).decide(question('connect', { kind: 'connect', name: `${host}:${port}`, facts }));
  expect(decision.errors).toEqual([]);
  return decision.answer === 'allow';
}

describe('an entry of a list of hosts', () => {
  test.for<[entry: string, covered: readonly string[], not: readonly string[]]>([
    ['example.com', ['example.com'], ['api.example.com', 'example.com.evil.example', 'xexample.com', '93.184.216.34']],
    ['*.example.com', ['api.example.com'], ['example.com', 'v2.api.example.com', 'apiexample.com', 'api.example.com.evil.example', '.example.com.', '10.0.0.1']],
    ['**.example.com', ['api.example.com', 'v2.api.example.com'], ['example.com', 'badexample.com']],
    ['*', ['example.com', '10.0.0.1', '2001:db8::1'], []],
    ['10.0.0.0/8', ['10.0.0.1', '10.255.255.255'], ['11.0.0.1', 'example.com', '10.example.com', '::a00:1']],
    ['192.168.1.7', ['192.168.1.7'], ['192.168.1.70', '192.168.1.8']],
    ['2001:db8::/32', ['2001:db8::1', '2001:db8:ffff::1'], ['2001:db9::1', '10.0.0.1']],
    ['::ffff:10.0.0.0/104', ['::ffff:a00:1'], ['::ffff:b00:1']],
    ['0.0.0.0/0', ['1.2.3.4'], ['2001:db8::1', 'example.com']],
    ['Bücher.Example', ['xn--bcher-kva.example'], ['bucher.example']],
  ])('%s', ([entry, covered, not]) => {
    for (const host of covered) expect(covers(entry, host), `${entry} covers ${host}`).toBe(true);
    for (const host of not) expect(covers(entry, host), `${entry} covers ${host}`).toBe(false);
  });

  test.for([
    ['example.com:443', 'example.com', 443],
    ['*.example.com:8443', 'api.example.com', 8443],
    ['10.0.0.0/8:22', '10.1.2.3', 22],
    ['[2001:db8::1]:443', '2001:db8::1', 443],
    ['*:53', 'anything.example', 53],
  ] as const)('%s holds for that port alone', ([entry, host, port]) => {
    expect(covers(entry, host, port)).toBe(true);
    expect(covers(entry, host, port + 1)).toBe(false);
  });

  test.for([
    ['', 'empty'],
    ['   ', 'empty'],
    ['https://example.com', 'an address (URL)'],
    ['user@example.com', 'an address (URL)'],
    ['example.com/path', 'not a network'],
    ['example.com:0', 'not a port'],
    ['example.com:65536', 'not a port'],
    ['example.com:https', 'not a port'],
    ['10.0.0.0/33', 'not a network'],
    ['10.0.0.0/08', 'not a network'],
    ['10.0.0.0/8/8', 'not a network'],
    ['fe80::1%eth0', 'not a network'],
    ['2001:db8::1::443', 'brackets missing'],
    ['api.*.example.com', 'wildcard inside'],
    ['*example.com', 'wildcard inside'],
    ['***.example.com', 'wildcard inside'],
    ['exa mple.com', 'not a name'],
    ['example..com', 'not a name'],
    ['ex"); permit(principal,action,resource);//.com', 'not a network'],
    ['a".b', 'not a name'],
    ['*.10.0.0.1', 'not a name'],
  ] as const)('“%s” is refused: %s', ([entry, problem]) => {
    const read = readHostPattern(entry);
    expect(read.ok ? 'read' : read.problem).toBe(problem);
  });

  test('reading never throws, and what is read never makes Cedar err', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z*.:/0-9[\]-]{0,40}$/)), (text) => {
        const read = readHostPattern(text);
        expect(read.ok ? covers(text, 'api.example.com') : false).toBeTypeOf('boolean');
      }),
    );
  });

  test('Cedar and a plain reading of the labels agree about names', () => {
    const name = fc.array(fc.constantFrom('a', 'b', 'x-1'), { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(name, name, fc.constantFrom('', '*.', '**.'), (base, host, start) => {
        const more = host.split('.').length - base.split('.').length;
        const isBelow = host.endsWith(`.${base}`);
        const expected = start === '' ? host === base : start === '*.' ? isBelow && more === 1 : isBelow && more >= 1;
        expect(covers(`${start}${base}`, host)).toBe(expected);
      }),
    );
  });

  test('Cedar and the system’s own reading agree about networks', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), (network, prefix, address) => {
        const list = new BlockList();
        list.addSubnet(network, prefix, 'ipv4');
        expect(covers(`${network}/${prefix}`, address)).toBe(list.check(address, 'ipv4'));
      }),
    );
  });
});
