import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { agentId, connectionId } from '../../preload/contract.ts';
import { policyOf, question } from './questions.ts';

const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```cedar\n([\s\S]*?)```/g)].map(([, text = '']) => text).join('\n');
const policy = policyOf({ text: examples });
const noon = new Date(2026, 5, 3, 12).getTime();
const outside = { effect: 'send', isReversible: false, outsideCount: 1, recipientCount: 1 } as const;

describe('the examples in the documentation', () => {
  test('can be read', () => {
    expect(policy.problems()).toEqual([]);
    expect(policy.list().filter(({ layer }) => layer === 'organization')).toHaveLength(11);
  });

  test.each([
    ['email to the outside is asked about', question('send', { facts: outside }), 'ask', 'mail-outside'],
    ['files to the outside are refused', question('send', { facts: { ...outside, attachments: [{ name: 'a.pdf', bytes: 1 }] } }), 'deny', 'no-files-outside'],
    ['the named tool deletes', question('delete', { name: 'delete_draft', at: noon }), 'allow', 'clean-drafts'],
    ['finance is closed in the evening', question('read', { connection: connectionId.parse('finance'), agent: agentId.parse('a'), at: new Date(2026, 5, 3, 18).getTime() }), 'deny', 'office-hours'],
    ['finance is open at noon', question('read', { connection: connectionId.parse('finance'), agent: agentId.parse('a'), at: noon }), 'allow', 'reads'],
    ['finance is closed to one Claw', question('read', { connection: connectionId.parse('finance'), at: noon }), 'deny', 'not-marketing'],
    ['a large transfer is refused', question('pay', { connection: connectionId.parse('bank'), name: 'transfer', arguments: { amount: 1001 } }), 'deny', 'large-transfers'],
    ['a transfer of a fraction is refused', question('pay', { connection: connectionId.parse('bank'), name: 'transfer', arguments: { amount: 1.5 } }), 'deny', 'large-transfers'],
    ['code in the folder itself is refused', question('run', { kind: 'runCommand', connection: connectionId.parse('payroll') }), 'deny', 'code-on-copies'],
    ['code on a copy is not', question('run', { kind: 'runCommand', connection: connectionId.parse('payroll'), facts: { effect: 'run', isReversible: true, isOnCopy: true } }), 'allow', 'workOnCopies'],
    ['the Git password is not used', question('connect', { kind: 'useCredential', connection: connectionId.parse('reports'), name: 'GIT_TOKEN' }), 'deny', 'no-git-push'],
    ['the HubSpot key is not used elsewhere', question('connect', { kind: 'useCredential', connection: connectionId.parse('reports'), name: 'HUBSPOT_TOKEN', facts: { effect: 'connect', isReversible: false, host: 'evil.example' } }), 'deny', 'hub-only'],
    ['the HubSpot key is used at its API', question('connect', { kind: 'useCredential', connection: connectionId.parse('reports'), name: 'HUBSPOT_TOKEN', facts: { effect: 'connect', isReversible: false, host: 'api.hubapi.com' } }), 'allow', 'lentKeys'],
    ['a small transfer is asked about', question('pay', { connection: connectionId.parse('bank'), name: 'transfer', arguments: { amount: 5 } }), 'ask', 'payments'],
  ] as const)('%s', (_what, asked, answer, by) => {
    expect(policy.decide(asked)).toMatchObject({ answer, policies: [by] });
  });

  test('the forbid without conditions hides the tools', () => {
    expect(policy.isHidden({ agent: agentId.parse('marketing'), connection: connectionId.parse('finance'), name: 't', effect: 'read' })).toBe(true);
  });
});
