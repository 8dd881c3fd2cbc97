import { describe, expect, test } from 'vitest';
import { policyOf, question } from './questions.ts';

/** What Cedar does by itself and what would be unsafe here, one test each (docs/policy.md, "Where Cedar would fail open"). */
describe('Cedar’s traps', () => {
  test('a forbid whose condition cannot be evaluated denies', () => {
    const policy = policyOf({ text: '@id("wires") @title("No large wires") forbid (principal, action, resource) when { context.args.amount > 100 };' });
    expect(policy.decide(question('read', { arguments: { amount: 5 } })).answer).toBe('allow');
    const decision = policy.decide(question('read', { arguments: { amount: 'a lot' } }));
    expect(decision).toMatchObject({ answer: 'deny', layer: 'organization', policies: ['wires'], title: 'No large wires' });
    expect(decision.errors).toEqual(['organization, wires: a value of another type']);
    expect(policy.decide(question('read')).answer).toBe('deny');
  });

  test('a permit whose condition cannot be evaluated asks, beside others that allow', () => {
    const policy = policyOf({
      text: `@id("small") permit (principal, action, resource) when { context.args.amount < 10 };
             @id("reads") permit (principal, action, resource) when { context.facts.effect == "read" };`,
    });
    expect(policy.decide(question('read', { arguments: { amount: 1 } })).answer).toBe('allow');
    const decision = policy.decide(question('read', { arguments: { amount: '1' } }));
    expect(decision).toMatchObject({ answer: 'ask', layer: 'organization', policies: ['small'] });
    expect(decision.errors).toHaveLength(1);
  });

  test('an error never repeats a value of the arguments', () => {
    const policy = policyOf({ text: 'forbid (principal, action, resource) when { decimal(context.args.amount).lessThan(decimal("1.0")) };' });
    const decision = policy.decide(question('read', { arguments: { amount: 'hunter2-secret' } }));
    expect(decision.answer).toBe('deny');
    expect(JSON.stringify(decision)).not.toContain('hunter2');
  });

  test('null, fractions and large numbers do not make the evaluation fail', () => {
    const policy = policyOf({});
    expect(policy.decide(question('read', { arguments: { a: null, b: 1.5, c: 1e19, d: 2 ** 60, e: 1e-9 } })).answer).toBe('allow');
  });

  test('an amount that is too large for a number cannot slip under a limit', () => {
    const policy = policyOf({ text: 'forbid (principal, action, resource) when { context.args.amount > 100 };' });
    for (const amount of [101, 100.5, 1e19, 2 ** 60]) expect(policy.decide(question('read', { arguments: { amount } })).answer).toBe('deny');
  });

  test('deep nesting is refused before Cedar sees it', () => {
    let deep: { a?: object } = {};
    for (let level = 0; level < 5000; level += 1) deep = { a: deep };
    // Test data deeper than any type needs to say.
    expect(policyOf({}).decide(question('read', { arguments: deep as never }))).toMatchObject({
      answer: 'deny',
      reason: 'The arguments are nested too deeply to be checked.',
    });
  });

  test('arguments as deep, as many and as long as they may be are evaluated', () => {
    const policy = policyOf({ text: 'forbid (principal, action, resource) when { context.args has nothing };' });
    let lists: unknown = 1;
    let records: object = {};
    for (let level = 1; level < 16; level += 1) [lists, records] = [[lists, 'x'], { a: records, b: [1.5] }];
    for (const args of [{ lists }, records, { list: Array.from({ length: 49_000 }, (_, index) => index) }, { text: '"\n'.repeat(1024 * 1024 - 2) }]) {
      // Test data built in loops, which no type follows.
      expect(policy.decide(question('read', { arguments: args as never }))).toMatchObject({ answer: 'allow', errors: [] });
    }
  });

  test('an unpaired surrogate does not make the evaluation fail', () => {
    expect(policyOf({}).decide(question('read', { name: 'a\ud800', arguments: { text: '\udc00' } })).answer).toBe('allow');
  });

  test('the decision names policies by their @id, not by Cedar’s own numbering', () => {
    const policy = policyOf({ text: `${'forbid (principal, action, resource) when { false };\n'.repeat(11)}@id("twelfth") permit (principal, action, resource);` });
    expect(policy.decide(question('read')).policies).toEqual(['twelfth']);
  });

  test('what cannot be turned into values at all is refused', () => {
    const refused = policyOf({}).decide(question('read', { arguments: { '\ud800': 1, '\ud801': 2 } }));
    expect(refused).toMatchObject({ answer: 'deny', layer: 'built-in', policies: [] });
  });

  test('every way to look at the arguments sees them', () => {
    for (const condition of [
      'context.args.to == "x"',
      'context["args"].to == "x"',
      'context.args has to',
      'context has args.to',
      'if context.facts.effect == "read" then context.args has to else false',
      '{inner: context}.inner.args has to',
      '[context.args].contains({to: "x"})',
    ]) {
      const policy = policyOf({ text: `forbid (principal, action, resource) when { ${condition} };` });
      expect([condition, policy.decide(question('read', { arguments: { to: 'x' } })).answer]).toEqual([condition, 'deny']);
    }
  });

  test('arguments that cannot be checked are refused even when no rule looks at them', () => {
    expect(policyOf({}).decide(question('read', { arguments: { text: 'x'.repeat(3 * 1024 * 1024) } }))).toMatchObject({
      answer: 'deny',
      reason: 'The arguments are too large to be checked.',
    });
  });

  test.each([
    ['brackets', `${'('.repeat(5000)}true${')'.repeat(5000)}`],
    ['lists', `${'['.repeat(200)}${']'.repeat(200)} == 1`],
    ['ifs', `${'if true then '.repeat(2000)}true${' else true'.repeat(2000)}`],
    ['records', `${'{a: '.repeat(300)}1${'}'.repeat(300)} == 1`],
    ['negations', `${'!'.repeat(5000)}true`],
  ])('a company policy with too many %s refuses everything, and Cedar lives on', (_what, condition) => {
    const policy = policyOf({ text: `permit (principal, action, resource) when { ${condition} };` });
    expect(policy.decide(question('read'))).toMatchObject({ answer: 'deny', title: 'Company policy cannot be read' });
    expect(policyOf({}).decide(question('read')).answer).toBe('allow');
  });

  test('brackets in strings and comments, and as many as people write, are no nesting', () => {
    const harmless = `// ${'('.repeat(500)}\nforbid (principal, action, resource) when { context.args.to like "${'[\\"('.repeat(100)}*" };`;
    const policy = policyOf({ text: `${harmless}\nforbid (principal, action, resource) when { ${'('.repeat(40)}false${')'.repeat(40)} };` });
    expect(policy.problems()).toEqual([]);
  });
});
