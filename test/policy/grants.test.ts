import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentId, connectionId, digest, grantId, type Effect } from '../../preload/contract.ts';
import { parsePolicies } from '../../main/policy/cedar-engine.ts';
import type { PolicyQuestion } from '../../main/policy/cedar-request.ts';
import { grantText } from '../../main/policy/grant-text.ts';
import type { Facts } from '../../main/model/action.ts';
import { onceFacts, type Grant, type GrantScope } from '../../main/model/grant.ts';
import { say } from '../../main/model/say.ts';
import { counterexample } from './counterexample.ts';
import { mail, marketing, policyOf, question } from './questions.ts';

const noon = Date.UTC(2026, 5, 3, 12);
const hour = 3_600_000;
const other = digest.parse('b'.repeat(64));
const own = digest.parse('a'.repeat(64));

function grant(scope: GrantScope, changes: Partial<Grant> = {}): Grant {
  return { id: grantId.parse(randomUUID()), agent: marketing, connection: mail, actionKind: 'invokeTool', name: 'send_email', scope, sentence: say('grant.same'), from: noon, until: noon + hour, ...changes };
}

const sent = (facts: Partial<Facts> = {}): Facts => ({ effect: 'send', isReversible: false, recipientAddresses: ['ana@northwind.example'], attachments: [], ...facts });

function asked(changes: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return question('send', { name: 'send_email', facts: sent(), digest: own, risk: 'normal', at: noon + 1, ...changes });
}

const people: GrantScope = { kind: 'recipients', addresses: ['ana@northwind.example', 'bo@acme.example'] };

function rule(choice: string) {
  return [{ connection: mail, tool: 'send_email', rule: choice, createdAt: 1 }];
}

function second(instant: number): number {
  return Math.floor(instant / 1000);
}

describe('a standing answer', () => {
  test('allows what it was made for, and says which one it was', () => {
    const given = grant(people);
    expect(policyOf({ grants: [given] }).decide(asked())).toMatchObject({ answer: 'allow', layer: 'personal', title: 'Your standing answer', grant: given.id, errors: [] });
  });

  test.for<[string, Partial<PolicyQuestion>]>([
    ['another Claw', { agent: agentId.parse('travel') }],
    ['another connection', { connection: connectionId.parse('home-mail') }],
    ['another tool', { name: 'reply' }],
    ['another way to act', { kind: 'readResource' }],
    ['a recipient more', { facts: sent({ recipientAddresses: ['ana@northwind.example', 'eve@evil.example'] }) }],
    ['no recipients at all', { facts: sent({ recipientAddresses: [] }) }],
    ['recipients that are not known', { facts: { effect: 'send', isReversible: false, attachments: [] } }],
    ['an attachment', { facts: sent({ attachments: [{ name: 'a.pdf', bytes: 1 }] }) }],
    ['attachments that are not known', { facts: { effect: 'send', isReversible: false, recipientAddresses: ['ana@northwind.example'] } }],
    ['a secret in it', { facts: sent({ secrets: ['github'] }) }],
    ['much at stake', { risk: 'high' }],
    ['a stake that is not known', { risk: null }],
    ['before its time', { at: noon - 1000 }],
    ['after its time', { at: noon + hour }],
  ])('asks about %s', ([, changes]) => {
    const decision = policyOf({ grants: [grant(people)] }).decide(asked(changes));
    expect(decision.answer).toBe('ask');
    expect(decision.grant).toBeUndefined();
    expect(decision.errors).toEqual([]);
  });

  test('for the same thing asks about any other', () => {
    const policy = policyOf({ grants: [grant({ kind: 'same', digest: own })] });
    expect(policy.decide(asked()).answer).toBe('allow');
    expect(policy.decide(asked({ digest: other })).answer).toBe('ask');
  });

  test('for one time asks when what was looked up about it has changed, and says that it was for once', () => {
    const policy = policyOf({ grants: [grant({ kind: 'once', digest: own, effect: 'send', facts: { recipientAddresses: ['ana@northwind.example'] } })] });
    expect(policy.decide(asked())).toMatchObject({ answer: 'allow', title: 'You allowed this once', errors: [] });
    expect(policy.decide(asked({ facts: sent({ recipientAddresses: ['ana@northwind.example', 'eve@evil.example'] }) })).answer).toBe('ask');
    expect(policy.decide(asked({ facts: sent({ subject: 'New' }) })).answer).toBe('ask');
  });

  test.for<[Effect, GrantScope]>([
    ['pay', { kind: 'same', digest: own }],
    ['delete', { kind: 'same', digest: own }],
    ['run', { kind: 'same', digest: own }],
    ['unknown', { kind: 'same', digest: own }],
    ['delete', { kind: 'reading' }],
    ['pay', people],
  ])('never allows the effect “%s”, not even one that somebody slipped into the ledger', ([effect, scope]) => {
    const facts = { ...sent(), effect };
    expect(policyOf({ grants: [grant(scope)] }).decide(asked({ effect, facts })).answer).toBe('ask');
  });

  test('widens nothing that the organization forbids or wants to be asked about', () => {
    const forbids = policyOf({ text: 'forbid (principal, action, resource == Tool::"work-mail/send_email");', grants: [grant(people)] });
    expect(forbids.decide(asked())).toMatchObject({ answer: 'deny', layer: 'organization' });
    const asks = policyOf({ text: '@requireApproval("x") permit (principal, action, resource);', grants: [grant(people)] });
    expect(asks.decide(asked())).toMatchObject({ answer: 'ask', layer: 'organization' });
  });

  test('comes before a choice to be asked, and after a choice of never', () => {
    expect(policyOf({ personal: rule('ask'), grants: [grant(people)] }).decide(asked()).answer).toBe('allow');
    expect(policyOf({ personal: rule('never'), grants: [grant(people)] }).decide(asked()).answer).toBe('deny');
  });

  test('is no rule for a tool as a whole', () => {
    expect(policyOf({ grants: [grant({ kind: 'reading' }, { name: 'send_email' })] }).toolRule({ agent: marketing, connection: mail, name: 'send_email', effect: 'send' }).rule).toBe('ask');
  });

  test('an organization’s policy with such an id is none', () => {
    const text = `@id("grant:${randomUUID()}") permit (principal, action, resource);`;
    expect(policyOf({ text }).decide(asked()).grant).toBeUndefined();
  });
});

const address = fc.constantFrom('ana@northwind.example', 'bo@acme.example', 'eve@evil.example', 'ANA@northwind.example', 'x" || true || "', '');
const addresses = fc.uniqueArray(address, { maxLength: 4 });
const uri = fc.constantFrom('file:///a', 'file:///b', 'file:///a"]', '');
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'x"]'), { maxLength: 2 });
const subjects = fc.constantFrom('Prices', '" || true || "', '');
const counts = fc.constantFrom(-1, 0, 2);
const effect = fc.constantFrom<Effect>('read', 'send', 'pay', 'change', 'delete', 'run', 'connect', 'unknown');
const hash = fc.constantFrom(own, other);
const scope = fc.oneof<fc.Arbitrary<GrantScope>[]>(
  hash.map((digest) => ({ kind: 'same', digest })),
  fc.uniqueArray(address, { minLength: 1, maxLength: 3 }).map((list) => ({ kind: 'recipients', addresses: list })),
  fc.constant({ kind: 'reading' }),
  uri.map((uri) => ({ kind: 'uri', uri })),
  fc.record({
    kind: fc.constant('once'),
    digest: hash,
    effect: fc.constantFrom('read', 'send', 'change'),
    facts: fc.record({ recipientAddresses: addresses, resources: names, paths: names, uri, subject: subjects, itemCount: counts }, { requiredKeys: [] }),
  }),
  fc.record({ kind: fc.constant('resources'), effect: fc.constantFrom('read', 'send', 'change'), resources: names, paths: names }),
);
const facts: fc.Arbitrary<Facts> = fc.record(
  {
    effect,
    isReversible: fc.boolean(),
    recipientAddresses: addresses,
    attachments: fc.array(fc.record({ name: fc.constantFrom('a', 'b'), bytes: fc.nat(9) }), { maxLength: 2 }),
    uri,
    resources: names,
    paths: names,
    subject: subjects,
    itemCount: counts,
    secrets: fc.constant(['github' as const]),
  },
  { requiredKeys: ['effect', 'isReversible'] },
);
const asking = fc.record({
  agent: fc.constantFrom(marketing, agentId.parse('travel')),
  connection: fc.constantFrom(mail, connectionId.parse('home-mail')),
  name: fc.constantFrom('send_email', 'reply', 'file:///a'),
  kind: fc.constantFrom('invokeTool' as const, 'readResource' as const),
  facts,
  digest: fc.option(hash, { nil: undefined }),
  risk: fc.constantFrom('normal' as const, 'high' as const, null),
  at: fc.integer({ min: noon - 2 * hour, max: noon + 3 * hour }),
});

function isSome(named: readonly string[] | undefined, allowed: readonly string[]): boolean {
  return allowed.length === 0 ? named === undefined : named !== undefined && named.length > 0 && named.every((each) => allowed.includes(each));
}

function isSameFact(one: unknown, other: unknown): boolean {
  return asSetText(one) === asSetText(other);
}

/** A list is a set: no order, no repeats. */
function asSetText(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...new Set(value.map(String))].toSorted((a, b) => (a < b ? -1 : 1)) : (value ?? null));
}

/** What a grant covers, said a second time and without Cedar. */
function isInside(given: Grant, what: Omit<PolicyQuestion, 'effect' | 'arguments'>): boolean {
  const { scope } = given;
  const { facts } = what;
  const isThere = what.agent === given.agent && what.connection === given.connection && what.name === given.name && what.kind === given.actionKind;
  const isNow = second(what.at) >= second(given.from) && second(what.at) < second(given.until);
  if (!isThere || !isNow || what.risk !== 'normal' || facts.secrets !== undefined) return false;
  switch (scope.kind) {
    case 'same':
      return (facts.effect === 'read' || facts.effect === 'send' || facts.effect === 'change') && what.digest === scope.digest;
    case 'once':
      return facts.effect === scope.effect && what.digest === scope.digest && onceFacts.every((name) => isSameFact(facts[name], scope.facts[name]));
    case 'recipients':
      return facts.effect === 'send' && (facts.recipientAddresses?.length ?? 0) > 0 && facts.attachments?.length === 0 && (facts.recipientAddresses ?? []).every((each) => scope.addresses.includes(each));
    case 'resources':
      return (
        facts.effect === scope.effect &&
        isSome(facts.resources, scope.resources) &&
        isSome(facts.paths, scope.paths) &&
        facts.recipientAddresses === undefined &&
        (facts.attachments?.length ?? 0) === 0
      );
    case 'reading':
      return facts.effect === 'read';
    case 'uri':
      return facts.effect === 'read' && facts.uri === scope.uri;
    case 'place':
      return facts.effect === 'connect' && facts.host === scope.host && facts.port === scope.port;
  }
}

describe('any standing answer', () => {
  test('allows nothing whose facts fall outside, and all that falls inside', { timeout: 120_000 }, () => {
    const kinds = fc.record({ name: fc.constantFrom('send_email', 'file:///a'), actionKind: fc.constantFrom('invokeTool' as const, 'readResource' as const) });
    const property = fc.property(scope, kinds, fc.array(asking, { minLength: 1, maxLength: 12 }), (scope, kind, questions) => {
      const given = grant(scope, kind);
      // Strict allows the least by itself.
      const [withIt, without] = [policyOf({ profile: 'strict', grants: [given] }), policyOf({ profile: 'strict' })];
      return questions.every(({ digest, ...rest }) => {
        const what = { effect: rest.facts.effect, arguments: {}, ...rest, ...(digest === undefined ? {} : { digest }) };
        const decision = withIt.decide(what);
        const before = without.decide(what);
        const isGranted = decision.grant === given.id;
        return isGranted === (isInside(given, what) && before.answer !== 'deny') && (isGranted ? decision.answer === 'allow' : decision.answer === before.answer);
      });
    });
    expect(counterexample(property)).toBeUndefined();
  });

  test('is one policy for that Claw and that tool, whatever its texts hold', () => {
    const nasty = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"); permit (principal, action, resource); //', '\\', '\ud800', '"]'));
    const property = fc.property(nasty, fc.array(nasty, { minLength: 1 }), (name, list) => {
      const parsed = parsePolicies(grantText(grant({ kind: 'recipients', addresses: list }, { name })));
      if (!parsed.ok || parsed.policies.length !== 1) return false;
      const { resource, principal, effect } = parsed.policies[0]?.json ?? {};
      return effect === 'permit' && JSON.stringify(resource) === JSON.stringify({ op: '==', entity: { type: 'Tool', id: `work-mail/${name}`.toWellFormed() } }) && JSON.stringify(principal) === JSON.stringify({ op: '==', entity: { type: 'Agent', id: 'marketing' } });
    });
    expect(counterexample(property)).toBeUndefined();
  });
});
