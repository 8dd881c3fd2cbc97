import { describe, expect, test } from 'vitest';
import { parsePolicies, PolicySet } from '../../main/policy/cedar-engine.ts';
import { isNestedTooDeep, maximumNesting } from '../../main/policy/nesting.ts';

const chains = {
  'a && b': (count: number) => Array.from({ length: count + 1 }, () => 'true').join(' && '),
  'a || b': (count: number) => Array.from({ length: count + 1 }, () => 'false').join(' || '),
  '(a) && (b)': (count: number) => Array.from({ length: count + 1 }, () => '(true)').join(' && '),
  'a + b': (count: number) => `${Array.from({ length: count + 1 }, () => '1').join(' + ')} > 0`,
  'a.b': (count: number) => `context${'.x'.repeat(count)} == 1`,
  'a["b"]': (count: number) => `context${'["x"]'.repeat(Math.floor(count / 2))} == 1`,
  '((a))': (count: number) => `${'('.repeat(count)}true${')'.repeat(count)}`,
  '[[a]]': (count: number) => `${'['.repeat(count)}${']'.repeat(count)} == []`,
} as const satisfies Record<string, (count: number) => string>;

const policy = (condition: string): string => `permit (principal, action, resource) when { ${condition} };`;
const request = { principal: { type: 'Agent', id: 'a' }, action: { type: 'Action', id: 'b' }, resource: { type: 'Tool', id: 'c' }, context: { x: 1 }, entities: [] };

/** The longest chain of that kind that is let through. */
function longest(chain: (count: number) => string): number {
  let count = 0;
  while (!isNestedTooDeep(policy(chain(count + 1)))) count += 1;
  return count;
}

describe.each(Object.entries(chains))('%s', (_name, chain) => {
  test('the longest that is let through leaves Cedar whole', () => {
    const count = longest(chain);
    expect(count).toBeGreaterThan(20);
    const set = new PolicySet();
    const text = policy(chain(count));
    expect(parsePolicies(text).ok).toBe(true);
    expect(set.load(new Map([['deep', text]]))).toBe(true);
    for (let round = 0; round < 50; round += 1) expect(set.evaluate(request).ok).toBe(true);
    // What came before must not have touched what comes after.
    expect(set.load(new Map([['plain', policy('context.x == 1')]]))).toBe(true);
    expect(set.evaluate(request)).toEqual({ ok: true, satisfied: ['plain'], errored: [] });
  });

  test('a longer one is refused before Cedar sees it', () => {
    expect(parsePolicies(policy(chain(5_000)))).toEqual({ ok: false, why: 'nested too deep', line: null });
  });
});

test('chains and brackets count together', () => {
  const inner = `${'('.repeat(40)}true${')'.repeat(40)}`;
  expect(isNestedTooDeep(policy(`${'true && '.repeat(maximumNesting - 220)}${inner}`))).toBe(false);
  expect(isNestedTooDeep(policy(`${'true && '.repeat(maximumNesting - 100)}${inner}`))).toBe(true);
});

test('what stands side by side does not add up', () => {
  const many = Array.from({ length: 200 }, (_none, index) => policy(`context.facts.effect == "read" && context.args.to == "${index}"`)).join('\n');
  expect(isNestedTooDeep(many)).toBe(false);
  expect(isNestedTooDeep(policy(`["${Array.from({ length: 2_000 }, (_none, index) => index).join('","')}"].contains(context.x)`))).toBe(false);
  expect(isNestedTooDeep(policy('context.x == "((((((((" && context.x != "&& && &&"'))).toBe(false);
});
