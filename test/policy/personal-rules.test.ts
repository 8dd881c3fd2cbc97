import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../main/policy/cedar-engine.ts';
import { quote } from '../../main/policy/cedar-text.ts';
import { personalRuleText } from '../../main/policy/personal-rules.ts';
import { counterexample } from './counterexample.ts';
import { mail, policyOf, question } from './questions.ts';

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'send"); permit (principal, action, resource);//',
    'x"\n};\npermit(principal,action,resource);',
    '\\',
    '\\"',
    '\\u{22}',
    '\u2028"',
    '*',
    '\ud800',
    '',
  ),
);

describe('the text of a person’s rule', () => {
  test('is one policy for exactly that tool, whatever the names hold', () => {
    const property = fc.property(nasty, nasty, fc.constantFrom('allow', 'ask', 'never', 'maybe"'), (connection, tool, rule) => {
      const parsed = parsePolicies(personalRuleText({ connection, tool, rule, createdAt: 1 }));
      if (!parsed.ok || parsed.policies.length !== 1) return false;
      const { resource, effect, conditions } = parsed.policies[0]?.json ?? {};
      const isThatTool = JSON.stringify(resource) === JSON.stringify({ op: '==', entity: { type: 'Tool', id: `${connection}/${tool}`.toWellFormed() } });
      return isThatTool && effect === (rule === 'allow' || rule === 'ask' ? 'permit' : 'forbid') && conditions?.length === 0;
    });
    expect(counterexample(property)).toBeUndefined();
  });

  test('quotes any text so that Cedar reads the same text', () => {
    const property = fc.property(nasty, (text) => {
      const parsed = parsePolicies(`@title(${quote(text)}) permit (principal, action, resource);`);
      return parsed.ok && (parsed.policies[0]?.json.annotations?.['title'] ?? '') === text.toWellFormed();
    });
    expect(counterexample(property)).toBeUndefined();
  });

  test('a name that tries to break out allows nothing but itself', () => {
    const attack = 'x" ); permit (principal, action, resource); //';
    const policy = policyOf({ personal: [{ connection: mail, tool: attack, rule: 'allow', createdAt: 1 }] });
    expect(policy.decide(question('send')).answer).toBe('ask');
    expect(policy.decide(question('send', { name: attack })).answer).toBe('allow');
  });
});
