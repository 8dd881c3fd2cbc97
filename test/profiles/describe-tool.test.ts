import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { card as cardSchema } from '../../preload/contract.ts';
import { parseAddress } from '../../main/model/address.ts';
import { disarm, disarmLine } from '../../main/model/disarm.ts';
import type { JsonObject, JsonValue } from '../../main/model/json.ts';
import { toolProfile, type ProfileField, type ToolProfile } from '../../main/model/tool-profile.ts';
import { moneyOf } from '../../main/profiles/money.ts';
import { everybodyBut } from '../model/acquaintances.ts';
import { stepsOf } from '../../main/model/json-pointer.ts';
import { compiled, describeShipped, describeWith, paymentProfile, shipped, shownIn, text } from './setting.ts';

const pay = compiled('ledger_pay', paymentProfile);
const bill = { supplier: 'Northwind GmbH', amount: 125_050, currency: 'EUR', memo: 'Invoice 7', due: '2026-12-01' };

describe('a payment', () => {
  test('is a card with payee, amount and a fact to tick', async () => {
    const { facts, card, sentence } = await describeWith(pay, bill);
    expect(facts).toMatchObject({ effect: 'pay', isReversible: false, payee: 'Northwind GmbH', amountMinor: 125_050, currency: 'EUR', startsAt: Date.UTC(2026, 11, 1) / 1000 });
    expect(text(card.headline)).toBe('Pay Northwind GmbH?');
    expect(text(card.summary)).toBe('Finance Claw wants to pay 1,250.50 EUR to “Northwind GmbH”');
    expect(text(sentence.did)).toBe('paid 1,250.50 EUR to “Northwind GmbH”');
    expect(card.risk).toBe('high');
    expect(card.confirm && text(card.confirm)).toBe('1,250.50 EUR to “Northwind GmbH” is right');
    expect(card.unusual.map((mark) => mark.text.id)).toContain('mark.cannotBeUndone');
    expect(card.rows.map(({ kind }) => kind)).toEqual(['text', 'money', 'instant', 'message', 'text']);
    expect(card.rows[1]).toMatchObject({ amount: '1250.50', currency: 'EUR' });
  });

  test('tells a payee that nothing was paid to before', async () => {
    const stranger = await describeWith(pay, bill, { contacts: () => Promise.resolve(everybodyBut([bill.supplier])) });
    expect(stranger.facts).toMatchObject({ payee: bill.supplier, isFirstTimePayee: true });
    expect(stranger.card.unusual.map((mark) => text(mark.text))).toContain(`First payment to “${bill.supplier}” through Countersign`);
    expect((await describeWith(pay, bill)).facts.isFirstTimePayee).toBe(false);
  });

  test('tells which fields may be edited, and how', () => {
    expect(pay.editable).toMatchObject([
      { at: '/amount', kind: 'amount' },
      { at: '/memo', kind: 'text' },
    ]);
  });

  test.each([
    ['an amount that is no number', { ...bill, amount: '12,50' }],
    ['a currency that there is not', { ...bill, currency: 'EUX' }],
    ['a fraction of a cent', { ...bill, amount: 10.5 }],
    ['no payee', { amount: 1, currency: 'EUR' }],
    ['an empty payee', { ...bill, supplier: '' }],
    ['two payees', { ...bill, supplier: ['a', 'b'] }],
    ['an argument that the profile does not know', { ...bill, bcc: 'evil@x.example' }],
    ['an empty list that the profile does not know', { ...bill, more: [] }],
    ['an object where a text is meant', { ...bill, memo: { text: 'hi' } }],
    ['a star that is no list', { ...bill, '*': 'x' }],
  ])('with %s is described as nothing more than its exact arguments', async (_what, args) => {
    const { facts, card } = await describeWith(pay, args);
    expect(facts).toEqual({ effect: 'unknown', isReversible: false });
    expect(card.rows.map(({ kind }) => kind)).toContain('arguments');
    expect(card.unusual.map((mark) => mark.text.id)).toContain('card.mark.unclearArguments');
    expect(card.risk).toBe('high');
  });

  test('with characters that show nothing is shown with them, in sentences too', async () => {
    const { card } = await describeWith(pay, { ...bill, supplier: 'Acme\u202Ebtl\u200B' });
    expect(text(card.summary)).toContain('Acme⟦U+202E⟧btl⟦U+200B⟧');
    expect(card.unusual.map((mark) => mark.text.id)).toContain('mark.hiddenCharacters');
  });

  test('with a payee as long as a book keeps its sentence short and its row whole', async () => {
    const supplier = `${'\u202E'.repeat(100)}${'Acme '.repeat(2000)}end`;
    const { card } = await describeWith(pay, { ...bill, supplier });
    expect(text(card.headline).length).toBeLessThan(160);
    expect(text(card.headline)).not.toMatch(/⟦U?\+?[0-9A-F]*…/);
    expect(shownIn(card.rows)).toContain(disarmLine(supplier));
  });
});

test('an address on the web: the first time there, and one that imitates a host that is known', async () => {
  const fetches = toolProfile.parse({
    tools: ['fetch'], shapes: [{ url: 'string' }], effect: 'read', fields: [{ name: 'page', as: 'url', at: '/url', label: 'link', isRequired: true }],
    words: { ability: { en: 'a' }, headline: { en: 'h' }, summary: { en: 's' }, did: { en: 'd' }, wanted: { en: 'w' } },
  }); // prettier-ignore
  const { facts, card } = await describeWith(compiled('fetch', fetches), { url: 'https://docs.northw1nd.example/' }, { contacts: () => Promise.resolve(everybodyBut(['docs.northw1nd.example'], ['northwind.example'])) });
  expect(facts).toMatchObject({ hosts: ['docs.northw1nd.example'], firstTimeHosts: ['docs.northw1nd.example'], doubtfulDomains: ['docs.northw1nd.example'] });
  expect(card.rows[0]).toMatchObject({ kind: 'list', items: [{ marks: [{ text: { id: 'mark.lookalikeKnown', values: { domain: 'northwind.example' } } }] }] });
});

describe('money', () => {
  test.each([
    [125_050, 'EUR', 2, '1250.50', 125_050],
    [500, 'jpy', 0, '500', 500],
    ['12.5', 'EUR', null, '12.50', 1250],
    ['1000', 'JPY', null, '1000', 1000],
    [0.1, 'EUR', null, '0.10', 10],
    [1234, 'KWD', 3, '1.234', 1234],
    [500, 'ISK', 2, '5', 5],
    [-300, 'USD', 2, '-3.00', -300],
    [999_999_999_999_999, 'USD', 2, '9999999999999.99', 999_999_999_999_999],
  ])('%s %s with %s digits is %s', (amount, currency, digits, shown, minor) => {
    expect(moneyOf(amount, currency, digits)).toMatchObject({ amount: shown, minor });
  });

  test.each([
    ['1e3', 'EUR', null],
    [1e21, 'EUR', 2],
    ['1,000', 'EUR', null],
    [' 5', 'EUR', null],
    ['0.001', 'EUR', null],
    [550, 'ISK', 2],
    [Number.NaN, 'EUR', 2],
    [5, 'EURO', 2],
    ['٥', 'EUR', null],
  ])('%s %s is none', (amount, currency, digits) => expect(moneyOf(amount, currency, digits)).toBeUndefined());

  test('in whole units and in smallest units is the same money', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.constantFrom('EUR', 'JPY', 'KWD', 'USD'), (minor, currency) => {
        const one = moneyOf(minor, currency, { EUR: 2, USD: 2, JPY: 0, KWD: 3 }[currency] ?? 2);
        expect(moneyOf(one?.amount, currency, null)).toEqual(one);
      }),
    );
  });
});

function put(into: Record<string, JsonValue>, field: ProfileField, values: readonly JsonValue[]): void {
  let holders: Record<string, JsonValue>[] = [into];
  const steps = stepsOf(field.at);
  steps.forEach((step, index) => {
    const isLast = index === steps.length - 1;
    if (step === '*') return;
    const isList = steps[index + 1] === '*';
    const next: Record<string, JsonValue>[] = [];
    holders.forEach((holder, place) => {
      if (isLast) holder[step] = values[place] ?? values[0] ?? null;
      else if (isList && index + 2 === steps.length) holder[step] = [...values];
      else if (isList) {
        const list = (holder[step] ??= values.map(() => ({}))) as unknown as Record<string, JsonValue>[];
        next.push(...list);
      } else next.push((holder[step] ??= {}) as Record<string, JsonValue>);
    });
    holders = next;
  });
}

function leaves(value: JsonValue): (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((item: JsonValue) => leaves(item));
}

function isShown(value: string | number, shown: string): boolean {
  const written = String(value);
  if ([disarm(written), disarmLine(written), disarm(JSON.stringify(value)), disarm(JSON.stringify(value).slice(1, -1))].some((form) => shown.includes(form))) return true;
  const address = parseAddress(written);
  if (address.ok && shown.includes(address.value.address) && shown.includes(disarmLine(address.value.name ?? ''))) return true;
  return ['EUR', 'USD', 'JPY', 'ISK'].some((currency) => [null, 0, 2].some((digits) => {
    const money = moneyOf(value, currency, digits);
    return money !== undefined && shown.includes(`${money.amount} `);
  }));
}

describe('any arguments', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.toWellFormed()),
    fc.constantFrom('ana@northwind.example', 'Bo <bo@acme.example>', 'https://example.test/x', '2026-11-25T10:00:00Z', 'EUR', '12.50', '../up', 'a.pdf.exe', '\u202Egnp.exe'),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const { anything } = fc.letrec<{ anything: JsonValue }>((tie) => ({
    anything: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, fc.array(tie('anything'), { maxLength: 3 }), fc.dictionary(fc.string({ maxLength: 8 }), tie('anything'), { maxKeys: 3 })),
  }));

  /** Arguments that stand where a profile looks for them, and sometimes elsewhere. */
  function argumentsOf({ fields }: ToolProfile): fc.Arbitrary<JsonObject> {
    const perField = fields.map((field) => fc.option(fc.array(fc.oneof({ weight: 9, arbitrary: leaf }, { weight: 1, arbitrary: anything }), { minLength: 1, maxLength: 3 }).map((values) => [field, values] as const)));
    return fc.tuple(fc.tuple(...perField), fc.option(fc.dictionary(fc.string({ maxLength: 6 }), anything, { maxKeys: 2 }), { freq: 3 })).map(([filled, extra]) => {
      const args: Record<string, JsonValue> = {};
      for (const one of filled) if (one !== null) put(args, ...one);
      return Object.assign(args, extra);
    });
  }

  const all: readonly ToolProfile[] = [...shipped, paymentProfile];
  const cases = all.flatMap((profile) => profile.tools.map((tool) => [tool, profile] as const));

  test.each(cases)('of %s never throw, and nothing of them is left out of the card', async (tool, profile) => {
    await fc.assert(
      fc.asyncProperty(argumentsOf(profile), async (args) => {
        const { card, facts } = await describeWith(compiled(tool, profile), args);
        const shown = shownIn(card.rows);
        expect(leaves(args).filter((value) => value !== '' && !isShown(value, shown))).toEqual([]);
        expect([profile.effect, 'unknown']).toContain(facts.effect);
        expect(cardSchema.omit({ why: true, holdSeconds: true }).safeParse(card).success).toBe(true);
        expect(JSON.stringify(card)).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B-\u200F]/);
        if (facts.effect === 'unknown' || facts.effect === 'pay' || facts.effect === 'delete' || facts.effect === 'run') expect(card).toMatchObject({ risk: 'high', confirm: { id: expect.any(String) } });
      }),
      { numRuns: 40 },
    );
  });
});

test('a file written over is told by its path, with its content whole', async () => {
  const { card, facts } = await describeShipped('write_file', { path: '/home/ana/../prices.txt', content: 'one\ntwo' });
  expect(facts).toMatchObject({ effect: 'change', isReversible: false, paths: ['/home/ana/../prices.txt'] });
  expect(text(card.summary)).toBe('Finance Claw wants to write “/home/ana/../prices.txt”, replacing what is in it on Ledger');
  expect(card.unusual.map((mark) => mark.text.id)).toContain('mark.pathGoesUp');
  expect(card.rows.find(({ kind }) => kind === 'message')).toMatchObject({ text: 'one\ntwo' });
});

test('what is replaced stands beside what replaces it', async () => {
  const { card } = await describeShipped('edit_file', { path: '/a', edits: [{ oldText: 'a1', newText: 'b1' }, { oldText: 'a2', newText: 'b2' }] });
  expect(card.rows.flatMap((row) => (row.kind === 'message' ? [row.text] : []))).toEqual(['a1', 'b1', 'a2', 'b2']);
  expect(text(card.summary)).toContain('change 2 places in “/a”');
});
