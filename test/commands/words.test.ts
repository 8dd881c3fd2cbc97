import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeArguments, describeCommandLine } from '../../main/commands/describe-command.ts';
import { quoteWords } from '../../main/commands/words.ts';

/** What bash makes of words: each as a program would be given it. */
function bashWords(line: string, environment: Record<string, string> = {}): readonly string[] | null {
  try {
    const out = execFileSync('bash', ['--norc', '--noprofile', '-c', `printf '%s\\0' ${line}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd: '/', env: { PATH: '/usr/bin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8', ...environment } });
    return out.split('\0').slice(0, -1);
  } catch {
    return null;
  }
}

/** Ours: null where a word is not known before it runs, or the line is not one program. */
function ourWords(line: string): readonly string[] | null {
  const { programs, unknowns } = describeCommandLine(`printf '%s\\0' ${line}`);
  if (programs.length !== 1 || unknowns.some((one) => one !== 'argument')) return null;
  const values = programs[0]!.argv.slice(2).map(({ value }) => value);
  return values.some((value) => value === null) ? null : values.filter((value) => value !== null);
}

const literal = [
  'a', "'a b'", '"a b"', 'a\\ b', "a'b'c", 'a"b"c', "''", '""', "'$x'", '\\$x', '"\\$x"', "'`id`'", '"\\`id\\`"', "$'a\\tb'", "$'\\x41\\u00e9\\101'", "$'it\\'s'", '"it\'s"', "'say \"hi\"'", 'a\\\nb', '"a\\\nb"', '"a\\b"', '"a\\\\b"', '\\\\', '-x', '--long=v', 'a=b', 'é', "'日本'", '{', '}', '{}', 'a{b}c', '{a}', '[', 'a]', '+(', '#a'.slice(1), 'a#b', '\\#a', "'#a'", '"!"', '!', '^', '%', '@', ':', ',', '~a'.slice(1), 'a~', '\\~', '"~"', '.', '..', '/', '-', '--', "'\n'", "$'\\n'", "$'\\cA'", "$'\\e'", '"\\n"', '\\n', 'a\\', "\\'", '\\"', 'x=\\~', '{a', 'a,b}', '"{a,b}"', "'*'", '\\*', '"*"', '\\?', '"[a]"', '1', '0x1', '\\1', '\\ ', '"$"', '$', 'a$', '"a$ b"', "$''", '"a"\'b\'c', '=', 'if', 'then', 'in', 'do', 'time',
]; // prettier-ignore
const expanding = ['$x', '"$x"', '${x}', '$(echo a)', '`echo a`', '$((1+1))', '~', '~root', 'a=~', 'x:~', '*', '/b*', '/bi?', '/[b]in', '{a,b}', '{1..3}', 'a{b,c}d', '"${x:-y}"', '$"a"', '!(a)', '<(echo)', "$'a'$x", '"a"$x', '{a,b}"c"', '~/a', "'a'*", '${x@P}', '$1', '"$@"', '$$', '$?'];

describe('the words of a command', () => {
  test.each(literal)('%j are what bash makes of them', (word) => {
    const ours = ourWords(word);
    expect(ours ?? bashWords(word)).toEqual(bashWords(word));
  });

  test('of plain quoting are known, not only right', () => {
    expect(['a', "'a b'", '"a b"', 'a\\ b', "a'b'c", "'$x'", '\\$x', "$'a\\tb'", "''", '{}', '"{a,b}"', "'*'", '--long=v', 'if'].map(ourWords)).not.toContain(null);
  });

  test.each(expanding)('%j are not known before it runs', (word) => expect(ourWords(word)).toBeNull());

  test('whatever is known is what bash makes of it', () => {
    const piece = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...literal) },
      { weight: 1, arbitrary: fc.constantFrom(...expanding) },
      { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...'ab=~{},[]*?!\\"\'$`()<>|&;#-.:/ \t\n0+@^%é'.split('')), maxLength: 8 }) },
    );
    const words = fc.array(fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('')), { minLength: 1, maxLength: 4 }).map((all) => all.join(' '));
    let known = 0;
    fc.assert(
      fc.property(words, (line) => {
        const ours = ourWords(line);
        // What bash would run of a wild line must stay away from the machine that tests it.
        if (ours === null || describeCommandLine(`printf '%s\\0' ${line}`).simple === null) return;
        known += 1;
        // A variable that is set shows an expansion that we took for a letter.
        expect(bashWords(line, { x: 'X Y', a: 'A' })).toEqual(printed(ours));
      }),
      { numRuns: 1500 },
    );
    expect(known).toBeGreaterThan(100);
  });

  test('are the same after quoting', () => {
    const word = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0') && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const line = quoteWords(words);
        expect(bashWords(line)).toEqual(words);
        const hidden = describeCommandLine(line).unknowns.includes('hidden_characters');
        if (!hidden && words[0] !== '') expect(describeCommandLine(line).programs[0]?.argv.map(({ value }) => value)).toEqual(describeArguments(words).programs[0]?.argv.map(({ value }) => value));
      }),
      { numRuns: 150 },
    );
  });
});

/** `printf` without arguments still writes one. */
function printed(words: readonly string[]): readonly string[] {
  return words.length === 0 ? [''] : words;
}
