import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { connectionId } from '../../preload/contract.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { organizationProfile, toolProfile, type ToolProfile } from '../../main/model/tool-profile.ts';
import { problemOfPhrase } from '../../main/model/phrase.ts';
import type { UpstreamTool } from '../../main/model/upstream.ts';
import { Profiles } from '../../main/profiles/profiles.ts';
import { fingerprintOf, hasShape } from '../../main/profiles/tool-shape.ts';
import { sayPhrase } from '../../main/text/phrases.ts';
import { describeWith, payment, paymentProfile, shipped } from './setting.ts';

const ledger = connectionId.parse('ledger');
const schema: JsonObject = { type: 'object', properties: { supplier: { type: 'string' }, amount: { type: 'integer' }, currency: { type: 'string' } }, required: ['supplier', 'amount', 'currency'] };
const tool = (changes: Partial<UpstreamTool> = {}): UpstreamTool => ({ name: 'ledger_pay', inputSchema: schema, ...changes });
const profiles = (given: readonly ToolProfile[] = [paymentProfile]): Profiles => new Profiles({ shipped: given, sayPhrase });

describe('a tool', () => {
  test('is known by its name and its shape', () => {
    expect(profiles().of(ledger, tool())?.effect).toBe('pay');
    expect(profiles().of(ledger, tool({ name: 'ledger_pay2' }))).toBeUndefined();
    expect(profiles().of(ledger, tool({ name: 'constructor' }))).toBeUndefined();
  });

  test.each([
    ['lacks a property', { type: 'object', properties: { supplier: { type: 'string' }, amount: { type: 'number' } }, required: ['supplier'] }],
    ['has another type', { ...schema, properties: { supplier: { type: 'object' }, amount: { type: 'number' }, currency: { type: 'string' } } }],
    ['requires what nobody knows', { ...schema, properties: { supplier: { type: 'string' }, amount: { type: 'number' }, currency: { type: 'string' }, force: { type: 'boolean' } }, required: ['force'] }],
    ['takes anything', { type: 'object' }],
  ])('of that name that %s stays unknown', (_what, inputSchema) => expect(profiles().of(ledger, tool({ inputSchema }))).toBeUndefined());

  test('may have more that is optional; using it is described with care', async () => {
    const properties = { supplier: { type: 'string' }, amount: { type: 'number' }, currency: { type: 'string' }, force: { type: 'boolean' } };
    const profile = profiles().of(ledger, tool({ inputSchema: { ...schema, properties } }));
    expect((await describeWith(profile!, { supplier: 'a', amount: 1, currency: 'EUR' })).facts.effect).toBe('pay');
    expect((await describeWith(profile!, { supplier: 'a', amount: 1, currency: 'EUR', force: true })).facts.effect).toBe('unknown');
  });

  test('is described for its connections alone, where a profile names some', () => {
    const own = profiles([{ ...paymentProfile, connections: ['ledger'] }]);
    expect(own.of(ledger, tool())?.effect).toBe('pay');
    expect(own.of(connectionId.parse('other'), tool())).toBeUndefined();
  });

  test('is described by the organization first', () => {
    const both = profiles();
    const same = tool();
    expect(both.of(ledger, same)?.effect).toBe('pay');
    both.setOrganization([toolProfile.parse({ ...payment, effect: 'send' })]);
    expect(both.of(ledger, same)?.effect).toBe('send');
    both.setOrganization([]);
    expect(both.of(ledger, same)?.effect).toBe('pay');
  });
});

describe('what a server says of its tools', () => {
  const reading = toolProfile.parse({ ...payment, effect: 'read' });

  test.each([{ destructiveHint: true }, { destructiveHint: true, readOnlyHint: true }, { readOnlyHint: false }])('%j makes reading unknown', async (annotations) => {
    const profile = profiles([reading]).of(ledger, tool({ annotations }));
    expect(profile?.effect).toBe('unknown');
    const { card } = await describeWith(profile!, { supplier: 'a' });
    expect(card.unusual[0]).toMatchObject({ text: { id: 'card.mark.saysOtherwise' }, tone: 'stop' });
  });

  test('never lowers what is known, nor what is not', () => {
    const harmless = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
    expect(profiles().of(ledger, tool({ annotations: harmless }))?.effect).toBe('pay');
    expect(profiles().of(ledger, tool({ name: 'unknown', annotations: harmless }))).toBeUndefined();
  });

  test('is told of a tool nobody knows, when it is a warning', async () => {
    const { card, facts } = await describeWith(profiles().of(ledger, tool({ name: 'wipe', annotations: { destructiveHint: true } }))!, {});
    expect(facts.effect).toBe('unknown');
    expect(card.unusual.map((mark) => mark.text.id)).toEqual(['card.mark.saysDestructive', 'card.mark.unknownEffect']);
  });
});

describe('the fingerprint of a schema', () => {
  const base = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'array', items: { type: 'object', properties: { c: { type: 'integer' } } } } }, required: ['b', 'a'] };

  test('does not see words, order or limits', () => {
    const other = { required: ['a', 'b'], $schema: 'x', additionalProperties: false, properties: { b: { items: { properties: { c: { type: 'number', minimum: 1 } }, type: ['object', 'null'] }, type: 'array', default: [] }, a: { description: 'A', type: 'string', enum: ['x'] } }, type: 'object' };
    expect(fingerprintOf(other)).toBe(fingerprintOf(base));
  });

  test.each([
    ['another name', { ...base, properties: { a2: base.properties.a, b: base.properties.b } }],
    ['one more property', { ...base, properties: { ...base.properties, d: {} } }],
    ['another type', { ...base, properties: { ...base.properties, a: { type: 'number' } } }],
    ['another type further in', { ...base, properties: { ...base.properties, b: { type: 'array', items: { type: 'object', properties: { c: { type: 'string' } } } } } }],
    ['something less required', { ...base, required: ['a'] }],
  ])('sees %s', (_what, other) => expect(fingerprintOf(other)).not.toBe(fingerprintOf(base)));

  test('is not made of what nests without end', () => {
    let deep: JsonObject = { type: 'string' };
    for (let level = 0; level < 50; level += 1) deep = { type: 'object', properties: { a: deep } };
    expect(fingerprintOf(deep)).toBeUndefined();
  });

  test('a shape reads optional types as frameworks write them', () => {
    const properties = { a: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }] }, b: { type: ['string', 'null'] } };
    expect(hasShape({ properties }, { a: 'string[]', b: 'string?' })).toBe(true);
    expect(hasShape({ properties }, { a: 'number[]', b: 'string?' })).toBe(false);
    expect(hasShape({ properties }, { a: 'string[]', b: 'string', toString: 'string' })).toBe(false);
  });
});

describe('what comes with the app', () => {
  const messages = JSON.parse(readFileSync(new URL('../../renderer/locales/en.json', import.meta.url), 'utf8')) as Record<string, string>;

  test.each(shipped.map((profile) => [profile.tools.join(', '), profile] as const))('%s has its words, and they use what is there', (_tools, { words, fields, effect, highRisk }) => {
    if (typeof words !== 'string') throw new Error('Shipped profiles are translated.');
    const names = ['agent', 'connection', 'count', 'people', 'outside', 'firstTime', 'currency', 'digits', ...fields.flatMap(({ name }) => [name, `${name}Count`])];
    const needed = ['ability', 'headline', 'summary', 'did', 'wanted', ...(effect === 'pay' || effect === 'delete' || effect === 'run' || highRisk.length > 0 ? ['confirm'] : [])];
    for (const word of needed) {
      const message = messages[`profile.${words}.${word}`];
      expect([word, message]).toEqual([word, expect.any(String)]);
      expect([word, problemOfPhrase(message ?? '', word === 'ability' ? [] : names)]).toEqual([word, null]);
    }
    for (const { label } of fields) expect(typeof label === 'string' && messages[`profile.label.${label}`]).toEqual(expect.any(String));
  });

  test('describes each shape of a tool once', () => {
    const seen = shipped.flatMap(({ tools, fingerprints, shapes }) => tools.flatMap((name) => [...fingerprints, ...shapes.map((shape) => JSON.stringify(shape))].map((form) => `${name} ${form}`)));
    expect(seen.filter((one, index) => seen.indexOf(one) !== index)).toEqual([]);
  });

  test('has no message that nothing uses', () => {
    const used = new Set(shipped.map(({ words }) => words));
    const prefixes = Object.keys(messages).flatMap((id) => /^profile\.((?!label\.).+)\.[a-z]+$/i.exec(id)?.[1] ?? []);
    expect([...new Set(prefixes)].filter((prefix) => !used.has(prefix))).toEqual([]);
  });
});

describe('a profile that is wrong', () => {
  test.each([
    [{ ...payment, shapes: [] }, 'shapes', 'is needed, or "fingerprints"'],
    [{ ...payment, effect: 'unknown' }, 'effect', 'Invalid option'],
    [{ ...payment, grants: ['same_action'] }, 'grants', 'must be empty where the effect is "pay"'],
    [{ ...payment, items: 'nobody' }, 'items', 'names no field'],
    [{ ...payment, words: { ...payment.words, confirm: undefined } }, 'words.confirm', 'is needed where something is a high risk'],
    [{ ...payment, words: { ...payment.words, did: { en: 'paid {who}' } } }, 'words.did.en', 'uses {who}, which is no field'],
    [{ ...payment, words: { ...payment.words, did: { en: 'paid {supplier' } } }, 'words.did.en', 'is not a valid ICU message'],
    [{ ...payment, words: { ...payment.words, ability: { en: 'Pay {supplier}' } } }, 'words.ability.en', 'uses {supplier}, which is no field'],
    [{ ...payment, words: { ...payment.words, did: { de: 'bezahlte' } } }, 'words.did', 'should have a text for "en"'],
    [{ ...payment, words: 'stripe.pay' }, 'words', 'should hold a text for each language'],
    [{ ...payment, fields: [{ ...payment.fields[0], at: 'supplier' }] }, 'fields.0.at', 'should be the way to an argument'],
    [{ ...payment, fields: [{ ...payment.fields[0], name: 'agent' }] }, 'fields.0.name', 'is a name that Countersign uses itself'],
    [{ ...payment, fields: [payment.fields[0], payment.fields[0], ...payment.fields.slice(1)] }, 'fields.1.name', 'is used twice'],
    [{ ...payment, fields: [{ ...payment.fields[0], isEditable: true }, ...payment.fields.slice(1)] }, 'fields.0.isEditable', 'is not possible'],
  ])('is told where', (profile, path, message) => {
    const parsed = organizationProfile.safeParse(profile);
    const issues = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    expect(issues).toContainEqual(expect.stringMatching(new RegExp(`^${path}: .*${message}`)));
  });
});
