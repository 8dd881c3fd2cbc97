import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rule as ruleSchema, rulesProfile, type RulesProfile } from '../../preload/contract.ts';
import type { Decision } from '../../main/model/action.ts';
import { inEnglish } from '../../main/text/text.ts';
import { readLayer } from '../../main/policy/layers.ts';
import { personalRuleId } from '../../main/policy/personal-rules.ts';
import { assetsDir, mail, marketing, policyOf, question } from './questions.ts';

const send = { connection: mail, name: 'send_tool', effect: 'send' } as const;
const tool = { agent: marketing, ...send };
const own = (rule: string) => ({ personal: [{ connection: mail, tool: 'send_tool', rule, createdAt: 1 }] });

function answers(profile: RulesProfile, facts: object, kind: 'send' | 'change' | 'unknown' | 'read' | 'run'): Decision {
  return policyOf({ profile }).decide(question(kind, { facts: { effect: kind, isReversible: false, ...facts } }));
}

describe('tools an agent need not see', () => {
  test('a tool that is forbidden whatever its arguments is hidden', () => {
    expect(policyOf({ text: 'forbid (principal, action, resource == Tool::"work-mail/send_tool");' }).isHidden(tool)).toBe(true);
    expect(policyOf({ text: 'forbid (principal, action, resource) when { resource.effect == "send" };' }).isHidden(tool)).toBe(true);
    expect(policyOf(own('never')).isHidden(tool)).toBe(true);
  });

  test('a forbid that depends on arguments, facts or time hides nothing, though it is satisfied by none at all', () => {
    for (const condition of ['!(context has args)', '!(context.args has draft)', 'context.facts.effect == "send"', 'context.time.hour >= 0', 'context.args.x > 1']) {
      expect(policyOf({ text: `forbid (principal, action, resource) when { ${condition} };` }).isHidden(tool)).toBe(false);
    }
  });

  test('a forbid that cannot be evaluated hides nothing, though it denies', () => {
    const policy = policyOf({ text: 'forbid (principal, action, resource) when { resource.owner == "x" };' });
    expect(policy.isHidden(tool)).toBe(false);
    expect(policy.decide(question('send')).answer).toBe('deny');
  });

  test('a tool forbidden for one agent is hidden from that one', () => {
    const policy = policyOf({ text: 'forbid (principal == Agent::"finance", action, resource);' });
    expect(policy.isHidden(tool)).toBe(false);
    // Another branded id, as the pairing would have made it.
    expect(policy.isHidden({ ...tool, agent: 'finance' as typeof marketing })).toBe(true);
  });
});

describe('the rule that the Connections screen shows for a tool', () => {
  test('comes from the profile, and the person may choose', () => {
    expect(policyOf({}).toolRule(send)).toEqual({ rule: 'ask', isLocked: false, isOwnChoice: false });
  });

  test('comes from the person', () => {
    expect(policyOf(own('allow')).toolRule(send)).toEqual({ rule: 'allow', isLocked: false, isOwnChoice: true });
    expect(policyOf(own('never')).toolRule(send)).toEqual({ rule: 'never', isLocked: false, isOwnChoice: true });
  });

  test('is locked where the organization refuses or asks', () => {
    expect(policyOf({ text: 'forbid (principal, action, resource);', ...own('allow') }).toolRule(send)).toEqual({ rule: 'never', isLocked: true, isOwnChoice: false });
    expect(policyOf({ text: '@requireApproval("?") permit (principal, action, resource);', ...own('allow') }).toolRule(send)).toEqual({
      rule: 'ask',
      isLocked: true,
      isOwnChoice: false,
    });
  });

  test('is open to the person where the organization allows', () => {
    const text = 'permit (principal, action, resource);';
    expect(policyOf({ text }).toolRule(send)).toEqual({ rule: 'allow', isLocked: false, isOwnChoice: false });
    expect(policyOf({ text, ...own('ask') }).toolRule(send)).toEqual({ rule: 'ask', isLocked: false, isOwnChoice: true });
  });

  test('is "ask" where a company policy needs arguments that are not known yet', () => {
    const policy = policyOf({ text: 'forbid (principal, action, resource) when { context.args.amount > 10 };' });
    expect(policy.toolRule({ ...send, effect: 'read', name: 'read_tool' })).toEqual({ rule: 'ask', isLocked: false, isOwnChoice: false });
  });

  test('does not claim an allow that a deletion never gets', () => {
    const policy = policyOf({ personal: [{ connection: mail, tool: 'delete_tool', rule: 'allow', createdAt: 1 }] });
    expect(policy.toolRule({ connection: mail, name: 'delete_tool', effect: 'delete' })).toMatchObject({ rule: 'ask', isOwnChoice: false });
  });
});

describe('the list of rules', () => {
  const text = inEnglish;
  const policy = policyOf({
    text: '@id("b") @title("Acme asks before sending") @requireApproval("?") permit (principal, action, resource);\nforbid (principal, action, resource) when { false };',
    personal: [{ connection: mail, tool: 'send\u202etxt', rule: 'never', createdAt: 1 }],
  });
  const list = policy.list(() => 'Work mail');

  test('holds every layer, organization first, and fits the contract', () => {
    for (const rule of list) expect(ruleSchema.safeParse(rule).success).toBe(true);
    expect(list.slice(0, 4).map(({ layer, answer }) => [layer, answer])).toEqual([
      ['organization', 'ask'],
      ['organization', 'deny'],
      ['personal', 'deny'],
      ['built-in', 'allow'],
    ]);
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
  });

  test('speaks in sentences, with names that cannot lie', () => {
    expect(list.slice(0, 3).map(({ sentence }) => text(sentence))).toEqual(['Acme asks before sending', 'Company rule “rule 2”', '“send⟦U+202E⟧txt” on Work mail is never allowed']);
    expect(list[2]?.id).toBe(personalRuleId({ connection: mail, tool: 'send\u202etxt' }));
  });

  test('a policy that cannot be read is told with its contact', () => {
    expect(policyOf({ text: 'forbid (' }).problems().map(text)).toEqual(['Company policy cannot be read (line 1), so everything is refused. Contact it@acme.example.']);
  });
});

describe('the shipped profiles', () => {
  const text = inEnglish;
  test.each(rulesProfile.options)('%s: every policy has a title that is its sentence, and every question a reason', (profile) => {
    const layer = readLayer('built-in', readFileSync(join(assetsDir, 'policies', `${profile}.cedar`), 'utf8'));
    if (!layer.ok) throw new Error(layer.why);
    for (const policy of layer.policies) {
      expect(text({ id: `rules.builtIn.${policy.id}`, values: {} })).toBe(policy.title);
      expect(policy.reason ?? '').toMatch(policy.answer === 'allow' ? /^$/ : /^[A-Z].*\.$/);
    }
  });

  test('reading goes ahead in each', () => {
    for (const profile of rulesProfile.options) expect(answers(profile, {}, 'read').answer).toBe('allow');
  });

  test('Relaxed lets email within the company and drafts go, and asks when it is not clear to whom', () => {
    expect(answers('relaxed', { recipientCount: 2, outsideCount: 0 }, 'send').answer).toBe('allow');
    expect(answers('relaxed', { recipientCount: 2, outsideCount: 1 }, 'send').reason).toBe('You are asked before anything leaves your company.');
    expect(answers('relaxed', { recipientCount: 0, outsideCount: 0 }, 'send').answer).toBe('ask');
    expect(answers('relaxed', {}, 'send').answer).toBe('ask');
    expect(answers('relaxed', { isReversible: true }, 'change').answer).toBe('allow');
    expect(answers('relaxed', {}, 'change').answer).toBe('ask');
  });

  test('Balanced asks before anything is sent or changed', () => {
    expect(answers('balanced', { recipientCount: 2, outsideCount: 0 }, 'send').answer).toBe('ask');
    expect(answers('balanced', { isReversible: true }, 'change').answer).toBe('ask');
    expect(answers('balanced', {}, 'unknown').answer).toBe('ask');
  });

  test('Strict refuses unknown tools and more than 10 recipients outside', () => {
    expect(answers('strict', {}, 'unknown').answer).toBe('deny');
    expect(answers('strict', { outsideCount: 10 }, 'send').answer).toBe('ask');
    expect(answers('strict', { outsideCount: 11 }, 'send').answer).toBe('deny');
    expect(answers('strict', {}, 'run').answer).toBe('ask');
  });

  test('for each effect exactly one policy speaks, so that a card gives one reason', () => {
    for (const profile of rulesProfile.options) {
      for (const kind of ['send', 'change', 'run', 'read'] as const) {
        for (const facts of [{}, { outsideCount: 0, recipientCount: 1 }, { outsideCount: 1, recipientCount: 1 }, { isReversible: true }]) {
          expect(answers(profile, facts, kind).policies).toHaveLength(1);
        }
      }
    }
  });
});
