import { describe, expect, test } from 'vitest';
import { effect, rulesProfile } from '../../preload/contract.ts';
import { policyOf, question } from './questions.ts';

const holding = (what: 'own' | 'github') => question('read', { facts: { effect: 'read', isReversible: true, secrets: [what] } });

describe('a secret in the arguments', () => {
  test.each(rulesProfile.options)('%s: one that Countersign keeps never goes out unasked, whatever the effect', (profile) => {
    const policy = policyOf({ profile });
    for (const what of effect.options) {
      const { answer, policies } = policy.decide(question(what, { facts: { effect: what, isReversible: true, secrets: ['own'] } }));
      expect(answer).not.toBe('allow');
      if (answer === 'ask') expect(policies).toContain('ownSecret');
    }
    expect(policy.decide(holding('own'))).toMatchObject({ answer: 'ask', reason: expect.stringContaining('No Claw should have it') });
    expect(policy.decide(holding('github'))).toMatchObject({ answer: 'allow' });
  });

  test('the organization may refuse every kind', () => {
    const policy = policyOf({ text: '@id("no-keys") forbid (principal, action, resource) when { context.facts has secrets };' });
    expect(policy.decide(holding('github'))).toMatchObject({ answer: 'deny', policies: ['no-keys'] });
    expect(policy.decide(question('read'))).toMatchObject({ answer: 'allow' });
  });
});
