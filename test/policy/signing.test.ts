import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digest, grantId } from '../../preload/contract.ts';
import type { Grant } from '../../main/model/grant.ts';
import { covers } from '../../main/model/signing.ts';
import { say } from '../../main/model/say.ts';
import { readLayer } from '../../main/policy/layers.ts';
import { strictest } from '../../main/policy/signing.ts';
import { mail, marketing, policyOf, question } from './questions.ts';

const all = 'permit (principal, action, resource);';
const own = (tool: string, rule: string) => ({ connection: mail, tool, rule, createdAt: 1 });

describe('a permit that wants more than a click', () => {
  test.for<[string, string, object]>([
    ['re-authentication, which asks by itself', `@requireReauth ${all}`, { people: 1, groups: [] }],
    ['re-authentication beside a question', `@requireApproval("?") @requireReauth ${all}`, { people: 1, groups: [] }],
    ['two people', `@requireApprovers("2") ${all}`, { people: 2, groups: [] }],
    ['two people, one of a group', `@requireApprovers("2") @approverGroup(" finance-managers ") ${all}`, { people: 2, groups: ['finance-managers'] }],
    ['the strictest of several', `@requireReauth ${all} @requireApprovers("2") @approverGroup("b") ${all} @requireApprovers("2") @approverGroup("a") ${all}`, { people: 2, groups: ['a', 'b'] }],
  ])('asks, with %s', ([, text, signing]) => {
    expect(policyOf({ text }).decide(question('read'))).toMatchObject({ answer: 'ask', layer: 'organization', signing });
  });

  test('tells its own reason', () => {
    expect(policyOf({ text: `@requireReauth("Show that it is you.") ${all}` }).decide(question('read'))).toMatchObject({ reason: 'Show that it is you.' });
  });

  test('counts when it cannot be evaluated', () => {
    const text = `${all} @id("limit") @requireApprovers("2") permit (principal, action, resource) when { context.args.amount > 5 };`;
    expect(policyOf({ text }).decide(question('send', { arguments: { amount: 'much' } }))).toMatchObject({ answer: 'ask', signing: { people: 2 } });
  });

  test('is not loosened by what the person allows, nor by a standing answer', () => {
    const grant: Grant = {
      id: grantId.parse(randomUUID()), agent: marketing, connection: mail, actionKind: 'invokeTool', name: 'send_tool',
      scope: { kind: 'same', digest: digest.parse('a'.repeat(64)) }, sentence: say('grant.same'), from: 0, until: Date.UTC(2100, 0),
    };
    const asked = question('send', { digest: digest.parse('a'.repeat(64)), risk: 'normal' });
    const parts = { personal: [own('send_tool', 'allow')], grants: [grant] };
    expect(policyOf(parts).decide(asked)).toMatchObject({ answer: 'allow', grant: grant.id });
    const decision = policyOf({ ...parts, text: `@requireReauth ${all}` }).decide(asked);
    expect(decision).toMatchObject({ answer: 'ask', signing: { people: 1 } });
    expect(decision.grant).toBeUndefined();
  });

  test('never turns a refusal into a question', () => {
    const decision = policyOf({ text: `@requireReauth ${all}`, personal: [own('send_tool', 'never')] }).decide(question('send'));
    expect(decision.answer).toBe('deny');
    expect(decision.signing).toBeUndefined();
  });
});

describe('an annotation that cannot be read', () => {
  test.for<[string, string]>([
    ['@requireApprovers("abc")', 'permit'],
    ['@requireApprovers("0")', 'permit'],
    ['@requireApprovers("1")', 'permit'],
    ['@requireApprovers("99")', 'permit'],
    ['@requireApprovers("2.0")', 'permit'],
    ['@requireApprovers', 'permit'],
    ['@approverGroup("finance")', 'permit'],
    ['@requireApprovers("2") @approverGroup("")', 'permit'],
    ['@requireApprovers("2") @approverGroup', 'permit'],
    [`@requireApprovers("2") @approverGroup("${'x'.repeat(61)}")`, 'permit'],
    ['@requireReauth', 'forbid'],
    ['@requireApprovers("2")', 'forbid'],
  ])('%s on a %s refuses everything, and says where', ([annotations, effect]) => {
    const policy = policyOf({ text: `@id("pay") ${annotations} ${effect} (principal, action, resource);` });
    expect(policy.decide(question('read'))).toMatchObject({ answer: 'deny', layer: 'organization' });
    expect(policy.problems()).toMatchObject([{ id: 'rules.problem.organizationAnnotation', values: { policy: 'pay', contact: 'it@acme.example' } }]);
  });
});

const need = fc.option(fc.record({ people: fc.constantFrom(1 as const, 2 as const), groups: fc.subarray(['a', 'b', 'c']) }));

test('the strictest covers each of what it was made from, in any order', () => {
  fc.assert(
    fc.property(fc.array(need), (needs) => {
      const all = strictest(needs);
      for (const one of needs) expect(covers(all, one)).toBe(true);
      expect(strictest(needs.toReversed())).toEqual(all);
    }),
  );
});

test('a layer says which policy it stumbled over', () => {
  expect(readLayer('organization', `${all} @requireApprovers("3") ${all}`)).toMatchObject({ ok: false, why: 'rule 2: @requireApprovers should be "2"' });
});

describe('a payment under Strict', () => {
  const strict = policyOf({ profile: 'strict' });
  const paying = (facts: object) => strict.decide(question('pay', { facts: { effect: 'pay', isReversible: false, ...facts } }));

  test.for<[string, object, 1 | 2 | undefined]>([
    ['1,000.00 euros', { amountMinor: 100_000, currency: 'EUR' }, undefined],
    ['a cent more', { amountMinor: 100_001, currency: 'EUR' }, 1],
    ['10,000.00 euros', { amountMinor: 1_000_000, currency: 'EUR' }, 1],
    ['a cent more than that', { amountMinor: 1_000_001, currency: 'EUR' }, 2],
    ['100,000 yen', { amountMinor: 100_000, currency: 'JPY' }, undefined],
    ['a yen more', { amountMinor: 100_001, currency: 'JPY' }, 1],
    ['10,000.00 kronor', { amountMinor: 1_000_000, currency: 'SEK' }, undefined],
    ['100,000.01 kronor', { amountMinor: 10_000_001, currency: 'SEK' }, 2],
    ['a currency without a limit', { amountMinor: 1, currency: 'TRY' }, 2],
    ['an amount without a currency', { amountMinor: 1 }, 2],
    ['no amount', { currency: 'EUR' }, 2],
    ['less than nothing', { amountMinor: -1, currency: 'EUR' }, 2],
    ['an amount that is no number', { amountMinor: '1', currency: 'EUR' }, 2],
    ['a fraction of a cent', { amountMinor: 0.5, currency: 'EUR' }, 2],
  ])('%s', ([, facts, people]) => {
    const { answer, signing } = paying(facts);
    expect(answer).toBe('ask');
    expect(signing?.people).toBe(people);
  });

  test('is signed whatever the person allowed', () => {
    expect(policyOf({ profile: 'strict', personal: [own('pay_tool', 'allow')] }).decide(question('pay')).signing).toEqual({ people: 2, groups: [] });
  });
});
