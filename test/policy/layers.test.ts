import { describe, expect, test } from 'vitest';
import { agentId, connectionId, effect } from '../../preload/contract.ts';
import type { PersonalRule } from '../../main/policy/personal-rules.ts';
import { mail, policyOf, question } from './questions.ts';

const own = (tool: string, rule: string): PersonalRule => ({ connection: mail, tool, rule, createdAt: 1 });

describe('how layers become one decision', () => {
  test('the organization’s forbid beats what the person allows', () => {
    const policy = policyOf({
      text: '@id("no-send") @title("Acme does not send email by Claw") @reason("Use the newsletter tool.") forbid (principal, action, resource) when { context.facts.effect == "send" };',
      personal: [own('send_tool', 'allow')],
    });
    expect(policy.decide(question('send'))).toEqual({
      answer: 'deny',
      layer: 'organization',
      policies: ['no-send'],
      title: 'Acme does not send email by Claw',
      reason: 'Use the newsletter tool.',
      errors: [],
    });
  });

  test('the organization’s forbid is named before the person’s own', () => {
    const policy = policyOf({ text: '@id("o") forbid (principal, action, resource);', personal: [own('send_tool', 'never')] });
    expect(policy.decide(question('send'))).toMatchObject({ layer: 'organization', policies: ['o'] });
  });

  test('the organization’s ask stays ask when the person allows', () => {
    const policy = policyOf({
      text: '@id("ask") @requireApproval("Acme asks before email leaves the company.") permit (principal, action, resource);',
      personal: [own('send_tool', 'allow')],
    });
    expect(policy.decide(question('send'))).toMatchObject({ answer: 'ask', layer: 'organization', reason: 'Acme asks before email leaves the company.' });
  });

  test('the person can turn the organization’s ask and allow into a refusal', () => {
    const asks = policyOf({ text: '@requireApproval("?") permit (principal, action, resource);', personal: [own('send_tool', 'never')] });
    const allows = policyOf({ text: 'permit (principal, action, resource);', personal: [own('send_tool', 'never')] });
    for (const policy of [asks, allows]) expect(policy.decide(question('send'))).toMatchObject({ answer: 'deny', layer: 'personal' });
  });

  test('the person can turn the organization’s allow into a question', () => {
    const policy = policyOf({ text: 'permit (principal, action, resource);', personal: [own('send_tool', 'ask')] });
    expect(policy.decide(question('send'))).toMatchObject({ answer: 'ask', layer: 'personal' });
  });

  test('the organization’s allow stands where the built-in layer would ask', () => {
    expect(policyOf({ text: '@id("go") permit (principal, action, resource);' }).decide(question('send'))).toMatchObject({
      answer: 'allow',
      layer: 'organization',
      policies: ['go'],
    });
  });

  test('where the organization is silent the person speaks, then the built-in layer', () => {
    const policy = policyOf({ text: 'permit (principal == Agent::"finance", action, resource);', personal: [own('send_tool', 'allow'), own('read_tool', 'never')] });
    expect(policy.decide(question('send'))).toMatchObject({ answer: 'allow', layer: 'personal' });
    expect(policy.decide(question('read'))).toMatchObject({ answer: 'deny', layer: 'personal' });
    expect(policy.decide(question('change'))).toMatchObject({ answer: 'ask', layer: 'built-in', policies: ['changes'] });
  });

  test('among permits of one layer a question wins over an allow, and each reason is told once', () => {
    const policy = policyOf({
      text: `@id("a") permit (principal, action, resource);
        @id("b") @title("Second") @requireApproval("Because of B.") permit (principal, action, resource);
        @id("c") @requireApproval("Because of B.") permit (principal, action, resource);`,
    });
    expect(policy.decide(question('read'))).toMatchObject({ answer: 'ask', policies: ['b', 'c'], title: 'Second', reason: 'Because of B.' });
  });

  test('a rule of the person counts for that tool of that connection alone', () => {
    const policy = policyOf({ personal: [own('send_tool', 'allow')] });
    expect(policy.decide(question('send', { connection: connectionId.parse('other-mail') })).answer).toBe('ask');
    expect(policy.decide(question('send', { name: 'send_tool_2' })).answer).toBe('ask');
    expect(policy.decide(question('send', { kind: 'readResource' })).answer).toBe('ask');
  });
});

describe('payments and deletions', () => {
  test.each(['pay', 'delete'] as const)('%s is asked about, whatever the person allowed', (kind) => {
    expect(policyOf({ personal: [own(`${kind}_tool`, 'allow')], profile: 'relaxed' }).decide(question(kind)).answer).toBe('ask');
  });

  test('are asked about when a broad permit of the organization covers them', () => {
    const policy = policyOf({ text: '@id("all") permit (principal, action, resource); @id("mail") permit (principal, action, resource in Connection::"work-mail");' });
    expect(policy.decide(question('pay'))).toMatchObject({ answer: 'ask', layer: 'built-in', policies: ['payments'] });
  });

  test('pass when a permit of the organization with an @id names the tool', () => {
    const scope = 'permit (principal, action, resource == Tool::"work-mail/pay_tool");';
    expect(policyOf({ text: `@id("invoices") ${scope}` }).decide(question('pay'))).toMatchObject({ answer: 'allow', policies: ['invoices'] });
    expect(policyOf({ text: scope }).decide(question('pay')).answer).toBe('ask');
    expect(policyOf({ text: `@id("invoices") ${scope}` }).decide(question('pay', { name: 'pay_more_tool' })).answer).toBe('ask');
  });

  test('the graver of the tool’s effect and the arguments’ effect counts', () => {
    const policy = policyOf({ personal: [own('t', 'allow')] });
    expect(policy.decide(question('read', { name: 't', facts: { effect: 'delete', isReversible: false } })).answer).toBe('ask');
    expect(policy.decide(question('delete', { name: 't', facts: { effect: 'read', isReversible: false } })).answer).toBe('ask');
  });
});

describe('what a company policy can look at', () => {
  const cases = [
    ['the agent', 'principal == Agent::"marketing"', ''],
    ['the action', 'action == Action::"invokeTool"', ''],
    ['the connection', 'resource in Connection::"work-mail"', ''],
    ['the tool’s name', '', 'resource.name like "send_*"'],
    ['the tool’s effect', '', 'resource.effect == "send"'],
    ['the arguments', '', 'context.args.to.contains("ana@northwind.example")'],
    ['the facts', '', 'context.facts.outsideCount > 0 && context.facts.recipients.contains({address: "ana@northwind.example", domain: "northwind.example", isOutside: true, isFirstTime: true})'],
    ['the time', '', 'context.time.hour == 9 && context.time.minute == 30 && context.time.weekday == "wednesday" && context.time.epochSeconds > 0'],
  ] as const;
  test.each(cases)('%s', (_what, scope, condition) => {
    const parts = ['principal', 'action', 'resource'].map((part) => (scope.startsWith(part) ? scope : part)).join(', ');
    const policy = policyOf({ text: `forbid (${parts})${condition === '' ? '' : ` when { ${condition} }`};` });
    const asked = question('send', {
      at: new Date(2026, 5, 3, 9, 30).getTime(),
      arguments: { to: ['ana@northwind.example'] },
      facts: {
        effect: 'send',
        isReversible: false,
        outsideCount: 1,
        recipients: [{ address: 'ana@northwind.example', domain: 'northwind.example', isOutside: true, isFirstTime: true }],
      },
    });
    expect(policy.decide(asked)).toMatchObject({ answer: 'deny', errors: [] });
    const facts = { effect: 'read', isReversible: true, outsideCount: 0, recipients: [] } as const;
    const other = question('read', {
      kind: 'getPrompt',
      agent: agentId.parse('finance'),
      connection: connectionId.parse('calendar'),
      arguments: { to: [] },
      facts,
      at: new Date(2026, 5, 4, 17).getTime(),
    });
    expect(policy.decide(other)).toMatchObject({ answer: 'allow', errors: [] });
  });
});

describe('a company policy that cannot be read', () => {
  const broken = policyOf({ text: 'permit (principal, action, resource);\nforbid (principal', personal: [own('send_tool', 'allow')] });

  test.each(effect.options)('refuses everything: %s', (kind) => {
    expect(broken.decide(question(kind))).toMatchObject({ answer: 'deny', layer: 'organization', title: 'Company policy cannot be read' });
    expect(broken.toolRule({ connection: mail, name: `${kind}_tool`, effect: kind })).toEqual({ rule: 'never', isLocked: true, isOwnChoice: false });
  });

  test('says so, with the line and the contact', () => {
    expect(broken.problems()).toEqual([{ id: 'rules.problem.organization', values: { line: 2, contact: 'it@acme.example' } }]);
    expect(broken.list()[0]).toMatchObject({ layer: 'organization', answer: 'deny', problem: { id: 'rules.problem.organization' } });
    expect(broken.decide(question('read')).reason).toContain('it@acme.example');
  });

  test('a template is refused as a whole: nothing could fill it', () => {
    expect(policyOf({ text: 'permit (principal == ?principal, action, resource);' }).decide(question('read')).answer).toBe('deny');
  });

  test('works again once it is mended', () => {
    const policy = policyOf({ text: 'forbid (' });
    policy.update({ organization: { text: 'forbid (principal, action, resource) when { context.facts.effect == "send" };', contact: null } });
    expect(policy.problems()).toEqual([]);
    expect(policy.decide(question('read')).answer).toBe('allow');
    expect(policy.decide(question('send')).answer).toBe('deny');
  });
});

describe('the person’s rules', () => {
  test('one that cannot be read is kept, reported and refuses', () => {
    const policy = policyOf({ personal: [own('read_tool', 'sometimes')] });
    expect(policy.decide(question('read'))).toMatchObject({ answer: 'deny', layer: 'personal' });
    const rule = policy.list().find(({ layer }) => layer === 'personal');
    expect(rule).toMatchObject({ answer: 'deny', problem: { id: 'rules.problem.personal' } });
  });

  test('take effect at once and leave the other layers as they are', () => {
    const policy = policyOf({ text: '@id("o") forbid (principal, action, resource) when { context.facts.effect == "run" };' });
    policy.update({ personal: [own('send_tool', 'allow')] });
    expect(policy.decide(question('send')).answer).toBe('allow');
    expect(policy.decide(question('run')).answer).toBe('deny');
    policy.update({ personal: [] });
    expect(policy.decide(question('send')).answer).toBe('ask');
  });

  test('two policies in one process do not mix', () => {
    const first = policyOf({ personal: [own('send_tool', 'allow')] });
    const second = policyOf({ personal: [own('send_tool', 'never')] });
    expect([first, second].map((policy) => policy.decide(question('send')).answer)).toEqual(['allow', 'deny']);
  });
});
