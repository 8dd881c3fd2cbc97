import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actionId, agentId, connectionId, digest, grantId, type Effect } from '../../preload/contract.ts';
import { possibleOffers } from '../../main/approvals/grant-offers.ts';
import { suggestRules, type Suggestion } from '../../main/approvals/suggest-rules.ts';
import type { Facts } from '../../main/model/action.ts';
import type { AnsweredQuestion } from '../../main/model/answered-question.ts';
import type { Grant } from '../../main/model/grant.ts';
import { say } from '../../main/model/say.ts';
import { policyOf } from '../policy/questions.ts';

const now = Date.UTC(2026, 10, 25, 12);
const hour = 3_600_000;
const marketing = agentId.parse('marketing');
const mail = connectionId.parse('work-mail');
const hashes = ['a', 'b', 'c'].map((letter) => digest.parse(letter.repeat(64)));
const sent = (to: readonly string[], over: Partial<Facts> = {}): Facts => ({ effect: 'send', isReversible: false, recipientAddresses: to, attachments: [], ...over });

function answered(over: Partial<AnsweredQuestion> = {}, facts: Facts = sent(['ana@northwind.example'])): AnsweredQuestion {
  return {
    action: actionId.parse(randomUUID()),
    agent: marketing,
    connection: mail,
    actionKind: 'invokeTool',
    tool: 'send_email',
    digest: hashes[0]!,
    arguments: {},
    facts: [facts],
    sentence: say('s'),
    answeredAt: now - hour,
    answer: 'plain',
    offered: ['same', 'recipients', 'resources', 'uri', 'reading'],
    ...over,
  };
}

const times = (count: number, make: (index: number) => AnsweredQuestion): AnsweredQuestion[] => Array.from({ length: count }, (_none, index) => make(index));
const suggest = (questions: readonly AnsweredQuestion[], isWhole = true): readonly Suggestion[] => suggestRules({ questions, isWhole }, now);
/** Different things to the same people. */
const letters = (count: number) => times(count, (index) => answered({ digest: hashes[index % 3]!, answeredAt: now - index * hour }));

describe('a rule is suggested', () => {
  test('for five approvals of the same under one scope, with what it would allow, and no sooner', () => {
    expect(suggest(letters(4))).toEqual([]);
    const [only, ...others] = suggest(letters(5));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ grantee: { agent: marketing, connection: mail, kind: 'invokeTool', name: 'send_email' }, offer: { scope: { kind: 'recipients', addresses: ['ana@northwind.example'] }, lasts: 'fortnight' } });
    expect(only?.answers).toHaveLength(5);
  });

  test('as narrow as those answers allow: the very same thing before the same people', () => {
    const [first, second] = suggest(times(5, () => answered()));
    expect(first?.offer.scope).toEqual({ kind: 'same', digest: hashes[0] });
    expect(second?.offer.scope.kind).toBe('recipients');
  });

  test('under the same key whatever order the people are named in', () => {
    const [one] = suggest(times(5, (index) => answered({ digest: hashes[index % 3]! }, sent(index % 2 === 0 ? ['ana@a.example', 'bo@a.example'] : ['bo@a.example', 'ana@a.example']))));
    expect(one?.answers).toHaveLength(5);
  });

  test.for<[string, Partial<AnsweredQuestion>, Facts?]>([
    ['another Claw', { agent: agentId.parse('travel') }],
    ['another connection', { connection: connectionId.parse('home-mail') }],
    ['another tool', { tool: 'reply' }],
    ['another person', {}, sent(['bo@acme.example'])],
    ['one person more', {}, sent(['ana@northwind.example', 'bo@acme.example'])],
    ['something attached', {}, sent(['ana@northwind.example'], { attachments: [{ name: 'a.pdf' }] })],
    ['a secret in it', {}, sent(['ana@northwind.example'], { secrets: ['github'] })],
    ['a card where much was at stake', { offered: [] }],
    ['an approval that was signed, or changed first', { answer: 'otherwise' }],
    ['an approval of a week ago', { answeredAt: now - 7 * 24 * hour - 1 }],
    ['an answer from a time to come', { answeredAt: now + hour }],
  ])('does not count %s', ([, over, facts]) => {
    expect(suggest([...letters(4), answered({ digest: hashes[1]!, ...over }, facts)])).toEqual([]);
  });

  test.for<Effect>(['pay', 'delete', 'run', 'connect', 'unknown'])('never for the effect “%s”', (effect) => {
    expect(suggest(times(9, () => answered({}, sent(['ana@northwind.example'], { effect }))))).toEqual([]);
  });

  test('never for a whole tool, and never where the record is too long to be looked through', () => {
    expect(suggest(times(9, (index) => answered({ tool: 'search', digest: hashes[index % 3]! }, { effect: 'read', isReversible: true })))).toEqual([]);
    expect(suggest(letters(9), false)).toEqual([]);
  });

  test('not where anything that it names was refused in the last seven days, and again after that', () => {
    const refusal = answered({ answer: 'refused', digest: hashes[2]! }, sent(['ana@northwind.example', 'eve@evil.example']));
    expect(suggest([...letters(9), refusal])).toEqual([]);
    expect(suggest([...letters(9), { ...refusal, answeredAt: now - 7 * 24 * hour - 1 }])).toHaveLength(1);
    expect(suggest([...letters(9), { ...refusal, facts: [sent(['bo@acme.example'])] }])).toHaveLength(1);
    expect(suggest([...letters(9), { ...refusal, facts: [sent(['bo@acme.example']), sent(['ana@northwind.example'])] }])).toEqual([]);
  });
});

const address = fc.constantFrom('ana@a.example', 'bo@a.example', 'eve@evil.example');
const names = fc.option(fc.uniqueArray(fc.constantFrom('x', 'y'), { minLength: 1 }), { nil: undefined });
const facts: fc.Arbitrary<Facts> = fc
  .record({
    effect: fc.constantFrom<Effect>('send', 'send', 'read', 'change', 'pay', 'delete', 'run', 'unknown', 'connect'),
    isReversible: fc.boolean(),
    recipientAddresses: fc.option(fc.uniqueArray(address, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    attachments: fc.constantFrom(undefined, [], [], [{ name: 'a' }]),
    resources: names,
    paths: names,
    uri: fc.option(fc.constantFrom('file:///a', 'file:///b'), { nil: undefined }),
    secrets: fc.constantFrom(undefined, undefined, undefined, ['github' as const]),
  })
  // A fact that is not known is not there.
  .map((all) => JSON.parse(JSON.stringify(all)) as Facts);
const question = fc.record({
  facts,
  again: fc.integer({ min: 1, max: 7 }),
  digest: fc.constantFrom(...hashes),
  agent: fc.constantFrom(marketing, agentId.parse('travel')),
  tool: fc.constantFrom('send_email', 'reply'),
  actionKind: fc.constantFrom('invokeTool' as const, 'invokeTool' as const, 'readResource' as const),
  answer: fc.constantFrom('plain' as const, 'plain' as const, 'plain' as const, 'refused' as const),
  isHigh: fc.constantFrom(false, false, false, true),
});

test('no suggestion, made a rule, lets through what was refused in the last seven days, a graver effect, or anything that the approvals did not name', { timeout: 120_000 }, () => {
  let suggested = 0;
  const property = fc.property(fc.array(question, { minLength: 1, maxLength: 8 }), (asked) => {
    const history = asked.flatMap(({ again, isHigh, facts: seen, ...over }) =>
      times(again, (index) => answered({ ...over, offered: isHigh ? [] : possibleOffers({ kind: over.actionKind, name: over.tool, digest: over.digest }, seen, 'normal').map(({ id }) => id), answeredAt: now - index * hour }, seen)),
    );
    const refused = history.filter(({ answer }) => answer === 'refused');
    for (const { grantee, offer, answers } of suggest(history)) {
      suggested += 1;
      const { agent, connection, kind: actionKind, name } = grantee;
      const grant: Grant = { id: grantId.parse(randomUUID()), agent, connection, actionKind, name, scope: offer.scope, sentence: offer.sentence, from: now, until: now + hour };
      const policy = policyOf({ profile: 'strict', grants: [grant] });
      const isLetThrough = (one: AnsweredQuestion): boolean => {
        const [what] = one.facts;
        return policy.decide({ kind: one.actionKind, agent: one.agent, connection: one.connection, name: one.tool, effect: what.effect, arguments: {}, facts: what, at: now + 1, digest: one.digest, risk: 'normal' }).grant === grant.id;
      };
      expect(answers.length).toBeGreaterThanOrEqual(5);
      expect(answers.every((one) => isLetThrough(one))).toBe(true);
      expect(refused.filter((one) => isLetThrough(one))).toEqual([]);
      for (const one of history.filter((one) => isLetThrough(one))) {
        const [what] = one.facts;
        expect(['read', 'send', 'change']).toContain(what.effect);
        const named = (list: (facts: Facts) => readonly string[] | undefined): Set<string> => new Set(answers.flatMap(({ facts: [seen] }) => list(seen) ?? []));
        const isNamed = (list: (facts: Facts) => readonly string[] | undefined): boolean => (list(what) ?? []).every((each) => named(list).has(each));
        expect(offer.scope.kind === 'same' || offer.scope.kind === 'uri' || (isNamed(({ recipientAddresses }) => recipientAddresses) && isNamed(({ resources }) => resources) && isNamed(({ paths }) => paths))).toBe(true);
      }
    }
  });
  fc.assert(property, { numRuns: 150 });
  expect(suggested).toBeGreaterThan(10);
});
