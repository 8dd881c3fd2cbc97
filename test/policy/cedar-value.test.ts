import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PolicySet } from '../../main/policy/cedar-engine.ts';
import { escapeKey, maximumDepth, maximumText, maximumValues, toCedarRecord } from '../../main/policy/cedar-value.ts';
import { counterexample } from './counterexample.ts';

function valueOf(input: object): unknown {
  const converted = toCedarRecord(input);
  return converted.ok ? converted.value : converted.why;
}

function permitWhen(condition: string): (args: object) => boolean | 'unreadable' {
  const set = new PolicySet();
  set.load(new Map([['p', `permit (principal, action, resource) when { ${condition} };`]]));
  return (args) => {
    const converted = toCedarRecord(args);
    if (!converted.ok) return 'unreadable';
    const evaluation = set.evaluate({
      principal: { type: 'Agent', id: 'a' },
      action: { type: 'Action', id: 'invokeTool' },
      resource: { type: 'Tool', id: 'c/t' },
      context: { args: converted.value },
      entities: [],
    });
    return evaluation.ok ? evaluation.satisfied.length === 1 : 'unreadable';
  };
}

/** Keys that Cedar treats specially, keys that JavaScript treats specially, and any others. */
const key = fc.oneof(
  fc.constantFrom('__entity', '__extn', '__expr', '___entity', '____extn', '__proto__', 'constructor', 'toJSON', 'type', 'id', 'fn', 'arg', ''),
  fc.string({ unit: 'binary' }),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(0.1, 1.5, -0, 1e21, 1e-7, 2 ** 53, 922_337_203_685_477.5, '\ud800'),
    fc.array(tie('value'), { maxLength: 5 }),
    tie('record'),
  ),
  record: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
}));

/** Every marker in the output must be one of ours: a decimal of a fraction. */
function isClean(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isClean);
  if (typeof value !== 'object' || value === null) return true;
  if (Object.hasOwn(value, '__entity') || Object.hasOwn(value, '__expr')) return false;
  if (Object.hasOwn(value, '__extn')) return /^\{"__extn":\{"fn":"decimal","arg":"-?\d+\.\d{1,4}"\}\}$/.test(JSON.stringify(value));
  return Object.values(value).every(isClean);
}

function decimal(arg: string): object {
  return { __extn: { fn: 'decimal', arg } };
}

function nested(levels: number): object {
  let value: object = {};
  for (let level = 1; level < levels; level += 1) value = { a: value };
  return value;
}

describe('what an agent sends becomes data in Cedar, whatever it is', () => {
  test('any JSON is converted without throwing, and Cedar takes what comes out', () => {
    const isTaken = permitWhen('true');
    const property = fc.property(json.record, (record) => {
      const converted = toCedarRecord(record);
      // Only keys that fall together may be refused at this size.
      return converted.ok ? isTaken(record) === true : converted.why === 'ambiguous keys';
    });
    expect(counterexample(property, 500)).toBeUndefined();
  });

  test('values that no JSON holds are refused, not thrown', () => {
    const anything = fc.object({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true, maxDepth: 3 });
    expect(counterexample(fc.property(anything, (value) => typeof toCedarRecord(value).ok === 'boolean'))).toBeUndefined();
    expect(valueOf({ run: () => 1 })).toBe('not JSON');
    expect(valueOf({ big: 1n })).toBe('not JSON');
    const broken = {
      get value(): never {
        throw new Error('no');
      },
    };
    expect(valueOf(broken)).toBe('not JSON');
  });

  test('no argument reaches Cedar as an entity or an extension value that the agent wrote', () => {
    const property = fc.property(json.record, (record) => {
      const converted = toCedarRecord(record);
      return !converted.ok || isClean(converted.value);
    });
    expect(counterexample(property, 500)).toBeUndefined();
  });

  test('an agent that writes itself an entity is not taken for it', () => {
    const isBoss = permitWhen('context.args has approver && context.args.approver == Person::"boss"');
    expect(isBoss({ approver: { __entity: { type: 'Person', id: 'boss' } } })).toBe(false);
    const isSmall = permitWhen('context.args.amount.lessThan(decimal("5.0"))');
    expect(isSmall({ amount: { __extn: { fn: 'decimal', arg: '1.0' } } })).toBe(false);
    expect(isSmall({ amount: 4.25 })).toBe(true);
  });

  test('escaped keys stay apart from keys that look like escaped ones', () => {
    expect(valueOf({ __entity: 1, ___entity: 2 })).toEqual({ ___entity: 1, ____entity: 2 });
    expect(counterexample(fc.property(key, key, (a, b) => a === b || escapeKey(a) !== escapeKey(b)))).toBeUndefined();
  });

  test('null is dropped, in lists too', () => {
    expect(valueOf({ a: null, b: [1, null], c: undefined })).toEqual({ b: [1] });
  });

  test('fractions become decimals where four digits hold them, text where not', () => {
    expect(valueOf({ a: 1.5, b: -0.0001, c: 0.12345, d: 1e-7, e: 922_337_203_685_478.5 })).toEqual({
      a: decimal('1.5'),
      b: decimal('-0.0001'),
      c: '0.12345',
      d: '1e-7',
      e: '922337203685478.5',
    });
  });

  test('whole numbers that JavaScript cannot hold exactly become text', () => {
    expect(valueOf({ safe: 2 ** 53 - 1, beyond: 2 ** 53, huge: 1e21, zero: -0 })).toEqual({
      safe: 9_007_199_254_740_991,
      beyond: '9007199254740992',
      huge: '1e+21',
      zero: 0,
    });
  });

  test('unpaired surrogates are replaced; keys that then fall together are refused', () => {
    expect(valueOf({ a: '\ud800x' })).toEqual({ a: '\ufffdx' });
    expect(valueOf({ '\ud800': 1, '\udfff': 2 })).toBe('ambiguous keys');
  });

  test('a key named __proto__ is data', () => {
    const args = JSON.parse('{"__proto__": {"isAdmin": true}, "a": 1}') as object;
    expect(permitWhen('context.args has isAdmin')(args)).toBe(false);
    expect(permitWhen('context.args["__proto__"].isAdmin')(args)).toBe(true);
  });

  test('arguments beyond the limits are refused', () => {
    expect(toCedarRecord(nested(maximumDepth)).ok).toBe(true);
    expect(valueOf(nested(maximumDepth + 1))).toBe('too deep');
    expect(valueOf(nested(100_000))).toBe('too deep');
    expect(valueOf({ text: 'x'.repeat(maximumText) })).toBe('too large');
    expect(valueOf({ list: Array.from({ length: maximumValues }, () => 1) })).toBe('too large');
  });
});
