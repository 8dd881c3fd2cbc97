import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeArguments, describeCommandLine, longestLine } from '../../main/commands/describe-command.ts';
import { commandFacts, commandMarks, commandRows } from '../../main/commands/command-card.ts';
import { commandGrantScope } from '../../main/commands/grant-scope.ts';
import { everyday, evil } from './corpus.ts';

const bombs: readonly (readonly [string, string])[] = [
  ['parentheses', '('.repeat(1_000_000)],
  ['substitutions', `echo ${'$('.repeat(60_000)}`],
  ['quoted substitutions', `echo ${'"$('.repeat(40_000)}`],
  ['backquotes', '`'.repeat(130_000)],
  ['braces', '{ '.repeat(65_000)],
  ['parameters', `echo ${'${a:-'.repeat(25_000)}`],
  ['arithmetic', `echo ${'$(('.repeat(40_000)}`],
  ['here documents', `cat ${'<<a '.repeat(30_000)}`],
  ['brackets', `echo ${'['.repeat(130_000)}`],
  ['patterns', `echo ${'!(a|'.repeat(30_000)}`],
  ['brace expansions', `echo ${'{a,'.repeat(40_000)}`],
  ['pipes', 'a|'.repeat(65_000)],
  ['commands', 'rm a;'.repeat(26_000)],
  ['words', `rm ${'a '.repeat(65_000)}`],
  ['closed substitutions', `echo ${'$('.repeat(200)}ls${')'.repeat(200)}`],
  ['texts in texts', Array.from({ length: 40 }).reduce<string>((line) => `sh -c ${JSON.stringify(line).replaceAll('$', '\\$')}`.slice(0, 200_000), 'rm x')],
  ['wrappers', `${'sudo '.repeat(20_000)}rm x`],
  ['wrappers with texts', `${'watch '.repeat(5_000)}rm x`],
  ['evals', `${'eval '.repeat(20_000)}rm x`],
  ['xargs', `${'xargs '.repeat(20_000)}rm`],
  ['finds', `find . ${'-exec find . '.repeat(5_000)} \\;`],
  ['assignments', 'a=1 '.repeat(30_000)],
  ['addresses', `echo ${'http://a.example/ '.repeat(7_000)}`],
  ['one address', `curl http://${'a'.repeat(100_000)}`],
  ['blanks', ' '.repeat(130_000)],
  ['backslashes', '\\'.repeat(130_000)],
  ['functions', 'f() { '.repeat(20_000)],
  ['tests', `[[ ${'( '.repeat(60_000)}`],
  ['sed', `sed 's/${'\\('.repeat(20_000)}/' f`],
  ['awk', `awk '${'{'.repeat(100_000)}' f`],
];

describe('a bomb', () => {
  test.each(bombs)('of %s is looked at in the end, and never counts as known', (_what, line) => {
    const description = describeCommandLine(line, { folder: '/work' });
    expect(commandGrantScope(description)).toBeNull();
    expect(commandRows(description).length).toBeGreaterThan(0);
    expect(commandMarks(description)).toBeDefined();
    const args = describeArguments(line.split(' ').slice(0, 20_000), { folder: '/work' });
    expect(args.programs.length).toBeLessThanOrEqual(500);
  });

  test('that is longer than anybody reads is not looked at', () => {
    const line = `ls ${'a'.repeat(1_000_000)}; rm -rf /`;
    expect(describeCommandLine(line)).toMatchObject({ isFullyKnown: false, unknowns: ['too_large'], programs: [], tokens: [{ kind: 'plain', start: 0, end: line.length }] });
    expect(describeCommandLine(`ls ${'a'.repeat(longestLine - 3)}`).isFullyKnown).toBe(true);
  });
});

const fragments = ['rm', 'ls', 'sudo', '-rf', '$(', ')', '`', '"', "'", '|', '&&', ';', '>', '<<EOF\n', 'EOF', '\n', '{', '}', 'if', 'then', 'fi', '[[', ']]', '((', '))', '$x', '${', '\\', ' ', 'sh -c', 'eval', 'a=b', '<(', '#', '\u202e', 'é', '\0', '\ud800', 'http://a.example', 'find', '-exec', '*', '~', '$[', '!', 'case', 'esac', 'in', 'do', 'done', 'for', 'function f', '()', 'git', '-c', 'xargs', '__proto__', 'constructor', 'toString'];
const line = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.array(fc.constantFrom(...fragments), { maxLength: 25 }).map((all) => all.join(' ')), fc.array(fc.constantFrom(...fragments), { maxLength: 25 }).map((all) => all.join('')), fc.constantFrom(...[...everyday, ...evil].map(([text]) => text)).chain((text) => fc.tuple(fc.nat(text.length), fc.constantFrom(...fragments)).map(([at, piece]) => text.slice(0, at) + piece + text.slice(at))));

describe('any text', () => {
  test('is described without an error, and its tokens cover it without gaps', () => {
    fc.assert(
      fc.property(line, fc.constantFrom('bash' as const, 'unknown' as const), (text, shell) => {
        const found = describeCommandLine(text, { folder: '/work', shell });
        let at = 0;
        for (const { start, end } of found.tokens) {
          expect(start).toBe(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBe(text.length);
        const rows = commandRows(found);
        const shown = rows.flatMap((row) => (row.kind === 'command' ? row.segments.map((segment) => segment.text) : [])).join('');
        expect(shown.isWellFormed()).toBe(true);
        expect(commandFacts(found).isFullyKnown).toBe(found.isFullyKnown);
        if (found.simple !== null) expect(found.isFullyKnown).toBe(true);
        if (commandGrantScope(found)) expect(found.simple).not.toBeNull();
      }),
      { numRuns: 3000 },
    );
  });

  test('is never better known to a shell that nobody knows than to bash', () => {
    fc.assert(
      fc.property(line, (text) => {
        const [known, bash] = [describeCommandLine(text, { shell: 'unknown' }).isFullyKnown, describeCommandLine(text).isFullyKnown];
        expect(known && !bash).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });

  test('that a known command is followed by is known or counts as unknown, and never gets a standing rule', () => {
    fc.assert(
      fc.property(line.filter((text) => text.trim() !== '' && !/^\s*#/.test(text)), fc.constantFrom(';', '&&', '||', '|', '&', '\n'), (text, operator) => {
        const found = describeCommandLine(`git status ${operator} ${text}`, { folder: '/work' });
        const isNothing = found.programs.length === 1 && found.unknowns.length === 0 && found.simple === null;
        expect(commandGrantScope(found) === null || isNothing).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});
