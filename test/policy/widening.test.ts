import { isAuthorized, type CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effect, rulesProfile } from '../../preload/contract.ts';
import { counterexample } from './counterexample.ts';
import { mail, policyOf, question } from './questions.ts';

/** Random company policies over everything a policy may look at, some of them broken for some arguments. */
const condition = fc.constantFrom(
  'true',
  'false',
  'context.args.amount > 10',
  'context.args has amount && context.args.amount > 10',
  'context.args.to like "*@acme.example"',
  'context.facts.effect == "send"',
  'context.facts has outsideCount && context.facts.outsideCount > 1',
  'context.facts.outsideCount > 1',
  'resource.effect == "delete"',
  'resource.name like "*_tool"',
  'resource.nothing == 1',
  'context.time.hour < 12',
);
const scope = fc.constantFrom(
  'principal, action, resource',
  'principal == Agent::"marketing", action, resource',
  'principal, action == Action::"invokeTool", resource',
  'principal, action, resource in Connection::"work-mail"',
  'principal, action, resource == Tool::"work-mail/send_tool"',
  'principal, action, resource == Tool::"work-mail/delete_tool"',
);
const companyPolicy = fc
  .record({ head: fc.constantFrom('permit', 'permit', 'ask', 'forbid'), scope, condition, hasId: fc.boolean() })
  .map(({ head, scope, condition, hasId }) => ({
    isForbid: head === 'forbid',
    isAsk: head === 'ask',
    text: `${hasId ? '@id("x")' : ''} ${head === 'ask' ? '@requireApproval("?")' : ''} ${head === 'forbid' ? 'forbid' : 'permit'} (${scope}) when { ${condition} };`,
  }));
const personalRule = fc.record({
  connection: fc.constantFrom(mail as string, 'calendar', '", action, resource); permit (principal'),
  tool: fc.constantFrom('send_tool', 'read_tool', 'delete_tool', 'pay_tool', 'x"); permit (principal, action, resource);'),
  rule: fc.constantFrom('allow', 'allow', 'ask', 'never', '?'),
  createdAt: fc.nat(),
});
const asked = fc
  .record({
    kind: fc.constantFrom(...effect.options),
    amount: fc.constantFrom(undefined, null, 5, 50, 5.5, 1e19, '50', { __extn: { fn: 'decimal', arg: '1.0' } }, { __entity: { type: 'Agent', id: 'root' } }),
    to: fc.constantFrom(undefined, 'a@acme.example', 'b@evil.example', 7),
    outsideCount: fc.constantFrom(undefined, 0, 3),
  })
  .map(({ kind, amount, to, outsideCount }) =>
    question(kind, {
      arguments: { ...(amount === undefined ? {} : { amount }), ...(to === undefined ? {} : { to }) },
      facts: { effect: kind, isReversible: true, ...(outsideCount === undefined ? {} : { outsideCount }) },
    }),
  );
type Asked = typeof asked extends fc.Arbitrary<infer Q> ? Q : never;
type CompanyPolicy = typeof companyPolicy extends fc.Arbitrary<infer P> ? P : never;

function plain(value: unknown): CedarValueJson {
  if (typeof value === 'number' && !Number.isInteger(value)) return { __extn: { fn: 'decimal', arg: String(value) } };
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return 'a large number';
  // An object in these questions is always a forged value; to Cedar it must be a plain record.
  return typeof value === 'object' ? { forged: true } : (value as string | number | boolean);
}

function plainRecord(values: object): Record<string, CedarValueJson> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null).map(([key, value]) => [key, plain(value)]));
}

/**
 * What the organization says, worked out another way: each policy alone, through Cedar's stateless call, by hand-made values.
 * "refuses" and "asks" include policies that cannot be evaluated.
 */
function companySays(policies: readonly CompanyPolicy[], { effect: kind, name, agent, connection, arguments: args, facts, at }: Asked): 'refuses' | 'asks' | 'allows' | 'silent' {
  const date = new Date(at);
  const spoken = policies.map((policy) => {
    const answer = isAuthorized({
      principal: { type: 'Agent', id: agent },
      action: { type: 'Action', id: 'invokeTool' },
      resource: { type: 'Tool', id: `${connection}/${name}` },
      context: { args: plainRecord(args), facts: plainRecord(facts), time: { hour: date.getHours() } },
      policies: { staticPolicies: { one: policy.text } },
      entities: [{ uid: { type: 'Tool', id: `${connection}/${name}` }, attrs: { name, effect: kind }, parents: [{ type: 'Connection', id: connection }] }],
    });
    if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
    const { reason, errors } = answer.response.diagnostics;
    if (errors.length > 0) return policy.isForbid ? 'refuses' : 'asks';
    if (reason.length === 0) return 'silent';
    return policy.isForbid ? 'refuses' : policy.isAsk ? 'asks' : 'allows';
  });
  return (['refuses', 'asks', 'allows'] as const).find((word) => spoken.includes(word)) ?? 'silent';
}

const profile = fc.constantFrom(...rulesProfile.options);
const companyPolicies = fc.array(companyPolicy, { maxLength: 5 });
const personalRules = fc.array(personalRule, { maxLength: 5 });
const strictness = { allow: 0, ask: 1, deny: 2 };

function textOf(policies: readonly CompanyPolicy[]): string {
  return policies.map(({ text }) => text).join('\n');
}

describe('I4: nothing widens what the organization forbids', () => {
  test('whatever the person chose, whichever profile, whatever the arguments', () => {
    const questions = fc.array(asked, { minLength: 1, maxLength: 5 });
    const property = fc.property(companyPolicies, personalRules, profile, questions, (company, personal, profile, questions) => {
      const policy = policyOf({ text: textOf(company), personal, profile });
      return questions.every((one) => {
        const said = companySays(company, one);
        const { answer, layer } = policy.decide(one);
        if (policy.isHidden(one) && answer !== 'deny') return false;
        if (said === 'refuses') return answer === 'deny' && layer === 'organization';
        return said !== 'asks' || answer !== 'allow';
      });
    });
    expect(counterexample(property)).toBeUndefined();
  });

  test('a payment or a deletion never goes ahead unless a named permit of the organization names the tool', () => {
    const property = fc.property(companyPolicies, personalRules, profile, asked, (company, personal, profile, one) => {
      const { answer } = policyOf({ text: textOf(company), personal, profile }).decide(one);
      if ((one.effect !== 'pay' && one.effect !== 'delete') || answer !== 'allow') return true;
      return company.some(({ text, isAsk, isForbid }) => !isAsk && !isForbid && text.includes('@id') && text.includes(`Tool::"work-mail/${one.name}"`));
    });
    expect(counterexample(property)).toBeUndefined();
  });

  test('where the organization speaks, what the person adds only ever makes the answer stricter', () => {
    const property = fc.property(companyPolicies, personalRules, asked, (company, personal, one) => {
      if (companySays(company, one) === 'silent') return true;
      const alone = policyOf({ text: textOf(company) }).decide(one).answer;
      const together = policyOf({ text: textOf(company), personal }).decide(one).answer;
      return strictness[together] >= strictness[alone];
    });
    expect(counterexample(property)).toBeUndefined();
  });
});
