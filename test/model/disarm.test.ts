import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disarm, disarmLine, isArmed } from '../../main/model/disarm.ts';

const hostile = constantFrom('\u202E', '\u200B', '\u200D', '\u2066', '\uFEFF', '\u00AD', '\u{E0041}', '\u{E0100}', '\u0000', '\u001B', '\u2028', '\uD800', '\u3164', '\u2800', '\uFE0F', '❤', '\n', '\t', '\r', '⟦', 'a');
const anyText = oneof(string({ unit: 'binary' }), string({ unit: hostile }));
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const emojiStyle = /\p{Extended_Pictographic}\uFE0F/gu;

describe('disarm', () => {
  it.each([
    ['invoice\u202Efdp.exe', 'invoice⟦U+202E⟧fdp.exe'],
    ['pay\u200Bpal', 'pay⟦U+200B⟧pal'],
    ['hi\u{E0049}\u{E0047}', 'hi⟦U+E0049⟧⟦U+E0047⟧'],
    ['a\rb\u0000', 'a⟦U+000D⟧b⟦U+0000⟧'],
    ['Ünïcode, 日本語, العربية, עברית ❤️ stay', 'Ünïcode, 日本語, العربية, עברית ❤️ stay'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
  ])('shows %j as %j', (text, shown) => {
    expect(disarm(text)).toBe(shown);
  });

  it('never lets an invisible character through, but line feeds, tabs and the emoji style of a pictograph', () => {
    assert(
      property(anyText, (text) => {
        expect(disarm(text).replaceAll(/[\n\t]/g, '').replaceAll(emojiStyle, '')).not.toMatch(invisible);
        expect(disarmLine(text).replaceAll(emojiStyle, '')).not.toMatch(invisible);
      }),
    );
  });

  it('changes nothing the second time, and nothing that is plain', () => {
    assert(
      property(anyText, (text) => {
        expect(disarm(disarm(text))).toBe(disarm(text));
        expect(disarmLine(disarmLine(text))).toBe(disarmLine(text));
        expect(isArmed(disarm(text))).toBe(false);
      }),
    );
    assert(
      property(string({ unit: 'grapheme-ascii' }), (text) => {
        expect(disarm(text)).toBe(text);
      }),
    );
  });

  it('shows line feeds and tabs where text stands on one line', () => {
    expect(disarmLine('Subject\nBcc: x\ty')).toBe('Subject⟦U+000A⟧Bcc: x⟦U+0009⟧y');
  });
});
