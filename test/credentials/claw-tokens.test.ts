import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScrubber, secretRemoved } from '../../main/credentials/scrubber.ts';
import { createTokens } from '../../main/tokens/tokens.ts';
import { agentId } from '../../preload/contract.ts';

const { scrub, scrubJson } = createScrubber(() => []);
const given = ['cst_', 'csr_', 'csc_'].map((prefix) => `${prefix}${randomBytes(32).toString('base64url')}`);

describe('what this app gave to a Claw', () => {
  test('is removed wherever it stands, in every encoding, with nothing kept in plain to compare', () => {
    const { token } = createTokens({ clock: { now: () => 0 } }).issue(agentId.parse('marketing'));
    for (const secret of [token, ...given]) {
      expect(scrub(`Authorization: Bearer ${secret}!`)).toBe(`Authorization: Bearer ${secretRemoved}!`);
      expect(scrub(Buffer.from(secret).toString('hex'))).toBe(secretRemoved);
      expect(scrubJson({ [secret]: { deep: [`?code=${encodeURIComponent(secret)}&x`] } })).toEqual({ [secretRemoved]: { deep: [`?code=${secretRemoved}&x`] } });
    }
  });

  test('is removed from within base64, whatever stands before and after', () => {
    fc.assert(
      fc.property(fc.constantFrom(...given), fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }), fc.constantFrom('base64' as const, 'base64url' as const), (secret, before, after, encoding) => {
        const text = Buffer.concat([before, Buffer.from(secret), after]).toString(encoding);
        const left = scrub(text);
        expect(left).toContain(secretRemoved);
        expect(Buffer.from(left.replace(secretRemoved, ''), encoding).toString('latin1')).not.toContain(secret.slice(4, 20));
      }),
    );
  });

  test('is not seen where it is not: other base64 stays byte for byte', () => {
    const begins = ['cst_', 'csr_', 'csc_'];
    fc.assert(
      fc.property(fc.constantFrom(...begins), fc.nat(2), fc.uint8Array({ minLength: 60, maxLength: 90 }), (begin, shift, rest) => {
        fc.pre(rest.subarray(0, 42).some((byte) => !/[\w-]/.test(String.fromCharCode(byte))));
        const text = Buffer.concat([Buffer.alloc(shift, 7), Buffer.from(begin), rest]).toString('base64');
        expect(scrub(text)).toBe(text);
      }),
    );
    expect(scrub('cst_short and csx_'.padEnd(80, 'x'))).toBe('cst_short and csx_'.padEnd(80, 'x'));
  });
});
