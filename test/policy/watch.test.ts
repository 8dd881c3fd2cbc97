import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionId, type Effect } from '../../preload/contract.ts';
import type { ActionKind, Decision, Facts } from '../../main/model/action.ts';
import type { PolicyQuestion } from '../../main/policy/cedar-request.ts';
import { underWatch, type Watch } from '../../main/policy/watch.ts';
import { mail, policyOf, question } from './questions.ts';

const here: Watch = { connections: [mail], coversOrganization: false };
const everywhere: Watch = { connections: ['*'], coversOrganization: false };
const readFacts: Facts = { effect: 'read', isReversible: true };
const ask = [{ connection: mail, tool: 'read_tool', rule: 'ask', createdAt: 1 }];
const reading = (changes: Partial<PolicyQuestion> = {}): PolicyQuestion => question('read', { facts: readFacts, risk: 'normal', ...changes });
const companyAsks = '@id("ask-reads") @title("Acme asks about reading") @requireApproval("Acme asks.") permit (principal, action, resource) when { context.facts.effect == "read" };';

describe('where reading is watched', () => {
  test.for([here, everywhere])('reading that would be asked about is allowed, and the decision says which rule would have asked', (watch) => {
    const decision = policyOf({ personal: ask, watch }).decide(reading());
    expect(decision).toMatchObject({ answer: 'allow', wouldAsk: true, layer: 'personal', title: 'You want to be asked', policies: ['personal:work-mail/read_tool'] });
  });

  test('reading that is allowed anyway is not told as watched', () => {
    expect(policyOf({ watch: everywhere }).decide(reading()).wouldAsk).toBeUndefined();
  });

  test('what is denied stays denied, by whomever', () => {
    expect(policyOf({ personal: [{ ...ask[0]!, rule: 'never' }], watch: everywhere }).decide(reading())).toMatchObject({ answer: 'deny' });
    expect(policyOf({ text: 'forbid (principal, action, resource);', watch: { connections: ['*'], coversOrganization: true } }).decide(reading())).toMatchObject({ answer: 'deny', layer: 'organization' });
    expect(policyOf({ text: 'not Cedar', watch: { connections: ['*'], coversOrganization: true } }).decide(reading())).toMatchObject({ answer: 'deny' });
  });

  test('the organization’s questions stay questions, unless it chose to watch itself', () => {
    expect(policyOf({ text: companyAsks, watch: everywhere }).decide(reading())).toMatchObject({ answer: 'ask', layer: 'organization' });
    expect(policyOf({ text: companyAsks, watch: { connections: ['*'], coversOrganization: true } }).decide(reading())).toMatchObject({ answer: 'allow', wouldAsk: true, title: 'Acme asks about reading' });
  });

  test.for<[string, Partial<PolicyQuestion>]>([
    ['another connection', { connection: connectionId.parse('home-mail') }],
    ['much at stake', { risk: 'high' }],
    ['a stake that is not known', { risk: null }],
    ['a secret in it', { facts: { ...readFacts, secrets: ['github'] } }],
    ['the number of an account in it', { facts: { ...readFacts, accountNumbers: ['iban'] } }],
    ['a file that is not what it says', { facts: { ...readFacts, disguisedFiles: ['a.pdf.exe'] } }],
    ['a place that imitates another', { facts: { ...readFacts, doubtfulDomains: ['acrne.example'] } }],
    ['an effect that is disputed', { facts: { ...readFacts, isDisputedEffect: true } }],
    ['a tool that can do more', { effect: 'change' }],
    ['a command', { kind: 'runCommand' }],
  ])('%s is asked about as before', ([, changes]) => {
    const rules = [...ask, { ...ask[0]!, connection: 'home-mail' }];
    const decision = policyOf({ personal: rules, watch: here }).decide(reading(changes));
    expect(decision.answer).toBe('ask');
    expect(decision.wouldAsk).toBeUndefined();
  });

  test.for<Effect>(['send', 'pay', 'change', 'delete', 'run', 'connect', 'unknown'])('the effect “%s” is decided as if nobody watched', (effect) => {
    const asked = question(effect, { risk: 'normal' });
    expect(policyOf({ watch: { connections: ['*'], coversOrganization: true } }).decide(asked)).toEqual(policyOf({}).decide(asked));
  });

  test('what has to be signed, and what a rule could not be evaluated for, is asked about', () => {
    const signed = '@id("sign") @requireReauth permit (principal, action, resource);';
    expect(policyOf({ text: signed, watch: { connections: ['*'], coversOrganization: true } }).decide(reading()).answer).toBe('ask');
    const broken = '@id("broken") permit (principal, action, resource) when { context.args.depth < 3 };';
    expect(policyOf({ text: broken, watch: { connections: ['*'], coversOrganization: true } }).decide(reading()).answer).toBe('ask');
  });
});

const effect = fc.constantFrom<Effect>('read', 'read', 'send', 'pay', 'change', 'delete', 'run', 'connect', 'unknown');
const layer = fc.constantFrom<Decision['layer']>('organization', 'personal', 'built-in');
const anyDecision: fc.Arbitrary<Decision> = fc
  .record({
    answer: fc.constantFrom('allow' as const, 'ask' as const, 'ask' as const, 'deny' as const),
    layer,
    policies: fc.constant(['p']),
    title: fc.string(),
    reason: fc.constant(null),
    errors: fc.constantFrom([], [], ['x']),
    signing: fc.constantFrom(undefined, undefined, { people: 1 as const, groups: [] }),
  })
  .map(({ signing, ...decision }) => (signing === undefined ? decision : { ...decision, signing }));
const anyQuestion = fc.record({
  kind: fc.constantFrom<ActionKind>('invokeTool', 'readResource', 'runCommand', 'connect', 'useCredential'),
  effect,
  connection: fc.constantFrom(mail, connectionId.parse('home-mail')),
  risk: fc.constantFrom('normal' as const, 'high' as const, null, undefined),
  facts: fc.record({ effect, isReversible: fc.boolean(), secrets: fc.constant(['own' as const]), isDisputedEffect: fc.constant(true as const) }, { requiredKeys: ['effect', 'isReversible'] }),
});
const watch = fc.record({ connections: fc.subarray(['*', 'work-mail', 'other']), coversOrganization: fc.boolean() });

test('watching changes no decision but a question about certain, plain reading there, and keeps its rule', () => {
  const property = fc.property(anyDecision, anyQuestion, watch, (decision, asked, where) => {
    const { risk, ...rest } = asked;
    const after = underWatch(decision, question('read', risk === undefined ? rest : { ...rest, risk }), where);
    if (after === decision) return;
    expect(after).toEqual({ ...decision, answer: 'allow', wouldAsk: true });
    expect(decision.answer).toBe('ask');
    expect([asked.effect, asked.facts.effect, risk]).toEqual(['read', 'read', 'normal']);
    expect(asked.facts.secrets ?? asked.facts.isDisputedEffect ?? decision.signing).toBeUndefined();
    expect(['invokeTool', 'readResource']).toContain(asked.kind);
    expect(where.connections.includes('*') || where.connections.includes(asked.connection)).toBe(true);
    expect(decision.layer !== 'organization' || where.coversOrganization).toBe(true);
  });
  fc.assert(property, { numRuns: 2000 });
});
