import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effect, rulesProfile } from '../../preload/contract.ts';
import { quote } from '../../main/policy/cedar-text.ts';
import type { PolicyQuestion } from '../../main/policy/cedar-request.ts';
import { createPolicy, type Policy, type PolicyParts } from '../../main/policy/policy.ts';
import { counterexample } from './counterexample.ts';
import { plainPolicy } from './plain-policy.ts';
import { assetsDir, policyOf, question as policyQuestion } from './questions.ts';

const agents = ['marketing', 'finance', 'a\nb', 'a', ''];
const connections = ['work-mail', 'calendar', 'b/c', ''];
const names = ['send', 'read', 'c/t', '__proto__', 'constructor', 'facts', '', 'bad\ud800'];
/** Keys that are special to Cedar, to JavaScript or to the way answers are remembered; one very long, one unpaired. */
const keys = ['to', 'amount', 'body', 'facts', 'args', 'Var', '.', '__entity', '___entity', '__extn', '__proto__', 'constructor', 'toJSON', 'a b', '', 'k'.repeat(3000), '\udc00'];
const key = fc.constantFrom(...keys);
const cedarKey = fc.constantFrom(...keys.map((one) => quote(one)));

const scope = fc
  .tuple(
    fc.constantFrom('principal', 'principal == Agent::"marketing"', 'principal in Agent::"finance"', 'principal is Agent', 'principal is Agent in Agent::"a"', 'principal is Tool', 'principal == Connection::"a"', 'principal == Agent::""'),
    fc.constantFrom('action', 'action == Action::"invokeTool"', 'action in [Action::"readResource", Action::"getPrompt"]', 'action in Action::"invokeTool"', 'action in []'),
    fc.constantFrom(
      'resource',
      'resource in Connection::"work-mail"',
      'resource in Connection::""',
      'resource == Tool::"work-mail/send"',
      'resource == Tool::"b/c/t"',
      'resource in Tool::"calendar/read"',
      'resource is Tool',
      'resource is Prompt in Connection::"calendar"',
      'resource is Other::Tool',
      'resource == Connection::"work-mail"',
    ),
  )
  .map((parts) => parts.join(', '));

/** Ways to arrive at a value of the context. */
const path = fc.oneof(
  fc.constantFrom('context', 'context.args', 'context.facts', 'context.time', 'context.facts.effect', 'context.facts.outsideCount', 'context.facts.recipients', 'context.time.hour', 'context.time.nothing', '{"a": context}["a"]', '(if true then context else {"args": 1})["args"]'),
  fc.array(cedarKey, { minLength: 1, maxLength: 3 }).map((way) => `context.args${way.map((one) => `[${one}]`).join('')}`),
  cedarKey.map((one) => `{"x": context.args}.x[${one}]`),
);
const literal = fc.constantFrom('1', '"a"', 'true', '{}', '[]', '["a", 1]', '{"to": "a"}', 'decimal("1.5")', 'Agent::"marketing"', '"send"', '-9223372036854775808', '{"Var": "context"}');
const atom = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(path, fc.constantFrom('==', '!=', '<', '>='), literal).map((parts) => parts.join(' ')) },
  { weight: 3, arbitrary: fc.tuple(path, cedarKey).map(([one, member]) => `${one} has ${member}`) },
  { weight: 2, arbitrary: fc.tuple(path, path).map(([one, other]) => `${one} == ${other}`) },
  fc.tuple(path, literal).map(([one, other]) => `${one}.contains(${other})`),
  fc.tuple(path, literal).map(([one, other]) => `[${one}].contains(${other})`),
  fc.tuple(path, fc.constantFrom('a*', '*')).map(([one, pattern]) => `${one} like "${pattern}"`),
  path.map((one) => `${one}.isEmpty()`),
  path.map((one) => `decimal(${one}).lessThan(decimal("2.0"))`),
  path.map((one) => `${one} + 9223372036854775807 > 0`),
  fc.constantFrom(
    'context has args.to', 'context has args.to.body', 'context.args has amount.body', 'context has nothing', 'context has time.hour', 'context.facts has outsideCount && context.facts.outsideCount > 0',
    'principal == Agent::"marketing"', 'principal in Agent::"finance"', 'principal.name == 1', 'principal has name', 'action == Action::"getPrompt"', 'action in Action::"invokeTool"',
    'resource.effect == "send"', 'resource has effect', 'resource has effect.x', 'resource.name like "s*"', 'resource.owner == 1', 'resource in Connection::"work-mail"', 'resource is Prompt',
    'Tool::"work-mail/send".effect == "send"', 'Tool::"work-mail/send" in Connection::"work-mail"', 'Tool::"b/c/t" has name', '[principal, resource].contains(Agent::"marketing")', 'resource == principal',
    'resource.hasTag("x")', 'context.args.hasTag("x")', 'true', 'false',
  ),
);
const condition = fc.oneof(
  { weight: 3, arbitrary: atom },
  fc.tuple(atom, fc.constantFrom('&&', '||'), atom).map(([one, operator, other]) => `(${one}) ${operator} (${other})`),
  fc.tuple(atom, atom, atom).map(([one, other, third]) => `if ${one} then ${other} else ${third}`),
  atom.map((one) => `!(${one})`),
);
const clauses = fc.array(fc.tuple(fc.constantFrom('when', 'unless'), condition).map(([word, one]) => `${word} { ${one} }`), { maxLength: 2 });
const companyPolicy = fc
  .tuple(fc.constantFrom('permit', '@id("x") permit', '@requireApproval("?") permit', '@id("x") @reason("no") forbid', 'forbid'), scope, clauses)
  .map(([head, one, more]) => `${head} (${one}) ${more.join(' ')};`);
/** Policies about somebody else, so that a part of them is worth reading on its own. */
const padding = fc.constantFrom('', Array.from({ length: 20 }, (_, index) => `forbid (principal == Agent::"other-${index}", action, resource) when { context.args.x };`).join('\n'));
const organization = fc.option(fc.tuple(fc.array(companyPolicy, { maxLength: 6 }), padding).map(([own, others]) => ({ text: [...own, others].join('\n'), contact: null })), { nil: null, freq: 10 });
const personal = fc.uniqueArray(
  fc.record({ connection: fc.constantFrom(...connections), tool: fc.constantFrom(...names), rule: fc.constantFrom('allow', 'ask', 'never', '?'), createdAt: fc.constant(1) }),
  { maxLength: 4, selector: ({ connection, tool }) => JSON.stringify([connection, tool.toWellFormed()]) },
);
const parts: fc.Arbitrary<PolicyParts> = fc.record({ organization, personal, profile: fc.constantFrom(...rulesProfile.options) });

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 1, 0, -0, 1.5, 1e19, 2 ** 53, 'a', 'send', '1.5', '', 'x\ud800', 'x\ufffd', 'b'.repeat(5000)),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('record'),
  ),
  record: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
}));
const facts = fc.record(
  { effect: fc.constantFrom(...effect.options), isReversible: fc.boolean(), outsideCount: fc.constantFrom(0, 1, 11), recipientCount: fc.constantFrom(0, 1), subject: fc.constantFrom('a', '\ud800'), recipients: fc.constantFrom([], [{ address: 'a@b.c', domain: 'b.c', isOutside: true, isFirstTime: false }]) },
  { requiredKeys: ['effect', 'isReversible'] },
);
const question = fc
  .record({
    kind: fc.constantFrom('invokeTool', 'invokeTool', 'readResource', 'getPrompt', 'runCommand', 'connect', 'useCredential'),
    agent: fc.constantFrom(...agents, 'bad\udfff'),
    connection: fc.constantFrom(...connections, 'bad\ud800'),
    name: fc.constantFrom(...names),
    effect: fc.constantFrom(...effect.options),
    arguments: json.record,
    facts,
    at: fc.constantFrom(0, 1000, 3_600_000, Date.UTC(2026, 5, 3, 12), -1),
  })
  // Ids as no pairing would make them: what guards must not count on who calls it.
  .map((one) => one as unknown as PolicyQuestion);

const unevaluated = ['The rules could not be checked for these arguments.', 'The arguments are ambiguous.'];

/** Undefined when the fast answer is the plain one, and both of them when it is not. */
function difference(policy: Policy, plain: ReturnType<typeof plainPolicy>, asked: PolicyQuestion): object | undefined {
  const [fast, slow] = [policy.decide(asked), plain(asked)];
  const isSame = slow.decision === null ? fast.answer === 'deny' && unevaluated.includes(fast.reason ?? '') : JSON.stringify(fast) === JSON.stringify(slow.decision);
  return isSame && policy.isHidden(asked) === slow.isHidden ? undefined : { fast, slow };
}

/** Each question twice and in two orders, so that answers are found again, among others. */
function firstDifference(policy: Policy, rules: PolicyParts, questions: readonly PolicyQuestion[]): object | undefined {
  const plain = plainPolicy(rules);
  for (const asked of [...questions, ...questions.toReversed()]) {
    const found = difference(policy, plain, asked);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('what Cedar’s reader would not take', () => {
  const asked = policyQuestion('read');
  test.each([
    ['an agent’s id with an unpaired surrogate', { agent: 'a\ud800' as typeof asked.agent }],
    ['a connection’s id with one', { connection: 'a\ud800' as typeof asked.connection }],
    ['no date', { at: Number.NaN }],
    ['a date that there is not', { at: 8.64e15 + 1 }],
  ])('%s: is refused even where no rule looks there', (_what, change) => {
    const policy = policyOf({ text: 'permit (principal, action, resource);' });
    expect(policy.decide(asked).answer).toBe('allow');
    expect(policy.decide({ ...asked, ...change })).toMatchObject({ answer: 'deny', reason: 'The rules could not be checked for these arguments.' });
  });
});

describe('the revision', () => {
  test('grows with every update, and what was remembered counts no more', () => {
    const policy = policyOf({});
    const asked = policyQuestion('read');
    expect([policy.decide(asked).answer, policy.isHidden(asked)]).toEqual(['allow', false]);
    const before = policy.revision;
    policy.update({ organization: { text: 'forbid (principal, action, resource);', contact: null } });
    expect(policy.revision).toBeGreaterThan(before);
    expect([policy.decide(asked).answer, policy.isHidden(asked)]).toEqual(['deny', true]);
    policy.update({ organization: null });
    expect([policy.decide(asked).answer, policy.isHidden(asked)]).toEqual(['allow', false]);
  });
});

describe('what makes decisions fast changes none of them', () => {
  test('any rules and any questions, asked again and among others', { timeout: 120_000 }, () => {
    const policy = createPolicy({ assetsDir, organization: null, personal: [], profile: 'balanced' });
    const property = fc.property(parts, fc.array(question, { minLength: 6, maxLength: 10 }), (rules, questions) => {
      policy.update(rules);
      expect(firstDifference(policy, rules, questions)).toBeUndefined();
    });
    expect(counterexample(property, 200)).toBeUndefined();
  });

  test('questions that differ in one thing alone', { timeout: 120_000 }, () => {
    const policy = createPolicy({ assetsDir, organization: null, personal: [], profile: 'balanced' });
    const changes = fc.array(fc.oneof(
      question.map(({ arguments: given }) => ({ arguments: given })),
      question.map(({ name }) => ({ name })),
      question.map(({ agent }) => ({ agent })),
      question.map(({ connection }) => ({ connection })),
      question.map(({ kind }) => ({ kind })),
      question.map(({ effect }) => ({ effect })),
      question.map(({ facts }) => ({ facts })),
      question.map(({ at }) => ({ at })),
    ), { minLength: 6, maxLength: 10 });
    const property = fc.property(parts, question, changes, (rules, asked, changes) => {
      policy.update(rules);
      expect(firstDifference(policy, rules, [asked, ...changes.map((change) => ({ ...asked, ...change }))])).toBeUndefined();
    });
    expect(counterexample(property, 100)).toBeUndefined();
  });

  /** Every kind, agent, connection and name with every other, one policy at a time: here nothing is left to chance. */
  const subjects = (['invokeTool', 'readResource', 'getPrompt'] as const).flatMap((kind) =>
    ['marketing', 'finance'].flatMap((agent) =>
      ['work-mail', 'calendar'].flatMap((connection) =>
        ['send', 'read'].flatMap((name) => (['send', 'read'] as const).map((toolEffect) => ({ ...policyQuestion('read'), kind, agent, connection, name, effect: toolEffect }) as PolicyQuestion)),
      ),
    ),
  );
  test.each([
    ...['principal is Agent', 'principal is Tool', 'principal == Agent::"finance"', 'principal in Agent::"finance"', 'principal is Agent in Agent::"finance"'].map((one) => `forbid (${one}, action, resource);`),
    ...['action == Action::"getPrompt"', 'action in [Action::"getPrompt"]', 'action in []'].map((one) => `forbid (principal, ${one}, resource);`),
    ...['resource is Tool', 'resource is Prompt in Connection::"calendar"', 'resource in Connection::"calendar"', 'resource == Tool::"calendar/read"', 'resource in Prompt::"calendar/read"'].map((one) => `forbid (principal, action, ${one});`),
    ...['Tool::"calendar/read".effect == "send"', 'Tool::"calendar/read" in Connection::"calendar"', 'Tool::"calendar/read" has name', 'Prompt::"calendar/read".name == "x"', 'resource.effect == "send"', 'resource.name == "read"', 'resource is Tool', 'principal == Agent::"finance"', 'action == Action::"getPrompt"'].map((one) => `forbid (principal, action, resource) when { ${one} };`),
  ])('%s', (text) => {
    const rules = { organization: { text, contact: null }, personal: [], profile: 'relaxed' } as const;
    expect(firstDifference(policyOf({ text, profile: 'relaxed' }), rules, subjects)).toBeUndefined();
  });
});
