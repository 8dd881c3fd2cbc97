import { parse, type ParsedScript, type Statement } from 'unbash';
import type { CommandDescription, CommandToken, DescribeOptions } from './description.ts';
import { Findings } from './findings.ts';
import { tokensOf } from './highlight.ts';
import { noteWrittenPlaces, ScriptReader } from './read-script.ts';
import { runProgram } from './run-program.ts';
import { givenWord, quoteWords, resolveWord } from './words.ts';
import { decoders, fetchers } from './wrappers.ts';

/** UTF-16 code units of a line that is looked at; nobody reads a longer one. */
export const longestLine = 65_536;

/** As in `model/disarm.ts`, and every blank that is not the blank it seems to be: the shell takes those for letters. */
const lying = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}\u{FFFC}]|[^\P{Zs} ]/u;

/**
 * What a shell line or script would do, as far as its words say (POSIX sh and bash 5.3, by `unbash`). Pure, never throws; time grows with
 * the length of the line, and a line longer than `longestLine` is not looked at. Whatever cannot be read counts as unknown, which is
 * never less suspicious than anything known.
 */
export function describeCommandLine(line: string, { folder, shell = 'bash' }: DescribeOptions = {}): CommandDescription {
  const findings = new Findings(folder ?? null);
  const plain: readonly CommandToken[] = line === '' ? [] : [{ kind: 'plain', start: 0, end: line.length }];
  if (lying.test(line)) findings.unknowns.add('hidden_characters');
  if (line.length > longestLine) {
    findings.unknowns.add('too_large');
    return finish(line, findings, folder ?? null, null, plain);
  }
  try {
    const script = parse(line);
    new ScriptReader(findings, shell).readScript(line, script, { via: [], input: null, depth: 0 });
    return finish(line, findings, folder ?? null, simpleWords(script, shell), tokensOf(line, script));
  } catch {
    // The parser and the walk are made never to throw; should they, nothing is known.
    findings.unknowns.add('not_parsed');
    return finish(line, findings, folder ?? null, null, plain);
  }
}

/**
 * As `describeCommandLine`, for a program that is started with exactly these words and no shell between; where `shell` is `unknown`, one
 * may be between all the same.
 */
export function describeArguments(argv: readonly string[], { folder, shell = 'bash' }: DescribeOptions = {}): CommandDescription {
  const findings = new Findings(folder ?? null);
  const line = argv.length * 3 + argv.reduce((sum, word) => sum + word.length, 0) > longestLine ? argv.join(' ').slice(0, longestLine) : quoteWords(argv);
  if (argv.some((word) => lying.test(word))) findings.unknowns.add('hidden_characters');
  let tokens: readonly CommandToken[] = [{ kind: 'plain', start: 0, end: line.length }];
  if (line.length >= longestLine) findings.unknowns.add('too_large');
  else {
    try {
      runProgram(argv.map((word) => givenWord(word, shell)), { via: [], input: null, depth: 0 }, new ScriptReader(findings, 'bash'));
      tokens = tokensOf(line, parse(line));
    } catch {
      findings.unknowns.add('not_parsed');
    }
  }
  if (argv.length === 0) findings.unknowns.add('program');
  return finish(line, findings, folder ?? null, argv, tokens);
}

function finish(line: string, findings: Findings, folder: string | null, words: readonly string[] | null, tokens: readonly CommandToken[]): CommandDescription {
  noteWrittenPlaces(findings);
  const { unknowns, programs } = findings;
  const has = (names: ReadonlySet<string>): boolean => programs.some(({ name }) => names.has(name));
  // A text or a file decides what runs, and something of the same line fetches it or makes it readable.
  if (unknowns.has('text') && (has(fetchers) || (programs.length > 1 && has(decoders) && isHandedOver(findings)))) findings.warn('run_download');
  if (unknowns.has('code') && programs.length > 1 && has(fetchers) && programs.some(({ name }) => !fetchers.has(name) && !decoders.has(name))) findings.warn('run_download');
  const isFullyKnown = unknowns.size === 0 && programs.length > 0;
  return {
    line,
    folder,
    programs,
    hosts: [...findings.hosts],
    pathsRead: [...findings.read],
    pathsWritten: [...findings.written],
    dangers: findings.dangers,
    unknowns: [...unknowns],
    isFullyKnown,
    simple: isFullyKnown && programs.length === 1 ? words : null,
    tokens,
  };
}

/** Whether a shell or `eval` is among the programs, and what it is given is not known. */
function isHandedOver({ programs }: Findings): boolean {
  return programs.some(({ name }) => /^(?:.*sh|eval|source|\.|xargs|sudo|su)$/.test(name));
}

/** The words of the one program that a script starts; null where there is anything beside it. */
/** The words of a line that starts one program and is nothing else; null where it is more, or where a shell would have to work one out. */
export function wordsOfLine(line: string): readonly string[] | null {
  if (line.length > longestLine || lying.test(line)) return null;
  try {
    return simpleWords(parse(line), 'bash');
  } catch {
    return null;
  }
}

function simpleWords(script: ParsedScript, shell: 'bash' | 'unknown'): readonly string[] | null {
  const [statement, ...others] = script.commands;
  if (statement === undefined || others.length > 0 || script.shebang !== undefined) return null;
  return wordsOfStatement(statement, shell);
}

function wordsOfStatement({ command, background }: Statement, shell: 'bash' | 'unknown'): readonly string[] | null {
  if (background === true || command.type !== 'Command' || command.name === undefined || command.prefix.length > 0) return null;
  const words: string[] = [];
  for (const word of [command.name, ...command.suffix]) {
    const value = word.type === 'Word' ? resolveWord(word, shell).value : null;
    if (value === null) return null;
    words.push(value);
  }
  return words;
}
