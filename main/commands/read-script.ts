import { forEachChild, parse, type Command, type PipelineNode, type Redirection, type Script, type SyntaxNode } from 'unbash';
import type { CommandWord } from './description.ts';
import type { Findings } from './findings.ts';
import { isDisk, isStartupFile, isTrace, placeOf } from './places.ts';
import { noteVariable, runProgram, type Runner, type Start } from './run-program.ts';
import { resolveAssignment, resolveWord } from './words.ts';

/** How deep texts within texts are followed, and how deep a syntax tree is walked. */
const deepestText = 12;
const deepestTree = 100;
const mostNodes = 60_000;
/** UTF-16 code units that are parsed in all for one line, texts within it included. */
const mostText = 600_000;

/** Reads shell text, everything that is nested in it, and every text that it would give to a shell. */
export class ScriptReader implements Runner {
  readonly findings: Findings;
  readonly #shell: 'bash' | 'unknown';
  #nodes = 0;
  #text = 0;

  constructor(findings: Findings, shell: 'bash' | 'unknown') {
    this.findings = findings;
    this.#shell = shell;
  }

  readText(text: string, { via, depth }: Omit<Start, 'input'>): void {
    this.#text += text.length;
    if (depth > deepestText || this.#text > mostText) {
      this.findings.unknowns.add('too_large');
      return;
    }
    this.readScript(text, parse(text), { via, depth, input: null });
  }

  readScript(text: string, script: Script, start: Start): void {
    // Bash still evaluates `$[…]`, which its manual does not tell and the parser does not know.
    if (text.includes('$[')) this.findings.unknowns.add('text');
    // A backslash before the end stands for itself or for nothing, which depends on the line it is in.
    if (/(?<!\\)(?:\\\\)*\\$/.test(text)) this.findings.unknowns.add('not_parsed');
    this.#visit(script, start, 0);
  }

  #visit(node: SyntaxNode, start: Start, level: number): void {
    this.#nodes += 1;
    if (level > deepestTree || this.#nodes > mostNodes) {
      this.findings.unknowns.add('too_large');
      return;
    }
    const deeper = (child: SyntaxNode, how: Start = start): void => this.#visit(child, how, level + 1);
    switch (node.type) {
      case 'Script':
        if ('errors' in node && node.errors !== undefined && node.errors.length > 0) this.findings.unknowns.add('not_parsed');
        break;
      case 'Command':
        this.#command(node, start);
        // What a program reads is not what the programs inside its words read.
        forEachChild(node, (child) => deeper(child, { ...start, input: null }));
        return;
      case 'Pipeline': {
        let input = start.input;
        for (const command of node.commands) {
          deeper(command, { ...start, input });
          input = { text: literalOutput(command, this.#shell) };
        }
        return;
      }
      case 'Redirected': {
        for (const redirect of node.redirects) this.#redirect(redirect);
        const input = this.#inputOf(node.redirects);
        deeper(node.command, { ...start, input: input ?? start.input });
        node.redirects.forEach((redirect) => deeper(redirect));
        return;
      }
      case 'Function': {
        this.findings.unknowns.add('redefined');
        const name = node.name.text;
        let isBomb = false;
        const look = (inner: SyntaxNode, depth: number): void => {
          if (inner.type === 'Pipeline' && inner.commands.length > 1 && inner.commands.every((command) => command.type === 'Command' && command.name?.text === name)) isBomb = true;
          if (depth < 8) forEachChild(inner, (child) => look(child, depth + 1));
        };
        look(node.body, 0);
        if (isBomb) this.findings.warn('fork_bomb');
        break;
      }
      case 'CommandExpansion':
      case 'ProcessSubstitution':
      case 'ArithmeticCommandExpansion':
        if (node.script === undefined) this.findings.unknowns.add('not_parsed');
        break;
      // A variable in it is evaluated again, and may hold anything.
      case 'ArithmeticCommand':
      case 'ArithmeticFor':
        this.findings.unknowns.add('text');
        break;
      case 'TestUnary':
        if (node.operator === '-v' || node.operator === '-R') this.findings.unknowns.add('text');
        break;
      case 'TestBinary':
        if (/^-(?:eq|ne|lt|le|gt|ge)$/.test(node.operator) && !(/^\d+$/.test(node.left.text) && /^\d+$/.test(node.right.text))) this.findings.unknowns.add('text');
        break;
      case 'Assignment':
        noteVariable(node.name, this.findings);
        if (node.index !== undefined && !/^\d+$/.test(node.index.text)) this.findings.unknowns.add('text');
        break;
      // What it stands for decides which words there are; within quotes, which word.
      case 'For':
      case 'Select':
        if (this.#shell === 'unknown' || node.wordlist === undefined || node.wordlist.some((word) => resolveWord(word, this.#shell).value === null)) this.findings.unknowns.add('argument');
        break;
      case 'AndOr':
      case 'AnsiCQuoted':
      case 'ArithmeticBinary':
      case 'ArithmeticExpansion':
      case 'ArithmeticGroup':
      case 'ArithmeticTernary':
      case 'ArithmeticUnary':
      case 'ArithmeticWord':
      case 'ArrayValue':
      case 'BraceExpansion':
      case 'BraceGroup':
      case 'Case':
      case 'CaseItem':
      case 'CaseModification':
      case 'CompoundList':
      case 'Coproc':
      case 'Default':
      case 'DoubleQuoted':
      case 'Elif':
      case 'ExtendedGlob':
      case 'FileDescriptor':
      case 'FileDescriptorVariable':
      case 'Glob':
      case 'HereDoc':
      case 'HereDocBody':
      case 'HereDocDelimiter':
      case 'HereString':
      case 'If':
      case 'Literal':
      case 'LocaleString':
      case 'Names':
      case 'Negation':
      case 'ParameterExpansion':
      case 'Redirect':
      case 'Remove':
      case 'Replace':
      case 'SimpleExpansion':
      case 'SingleQuoted':
      case 'Slice':
      case 'Statement':
      case 'Subshell':
      case 'TestCommand':
      case 'TestGroup':
      case 'TestLogical':
      case 'TestNot':
      case 'Time':
      case 'Transform':
      case 'Unknown':
      case 'While':
      case 'Word':
        break;
    }
    forEachChild(node, deeper);
  }

  #command(command: Command, start: Start): void {
    for (const redirect of command.redirects) this.#redirect(redirect);
    const words: CommandWord[] = command.args.map((argument) => (argument.type === 'Word' ? resolveWord(argument, this.#shell) : resolveAssignment(argument, this.#shell)));
    if (command.name === undefined) return;
    runProgram([resolveWord(command.name, this.#shell), ...words], { ...start, input: this.#inputOf(command.redirects) ?? start.input }, this);
  }

  #redirect(redirect: Redirection): void {
    const { findings } = this;
    if (redirect.type !== 'Redirect') return;
    if (redirect.target === undefined) {
      findings.unknowns.add('not_parsed');
      return;
    }
    const word = resolveWord(redirect.target, this.#shell);
    const isCopy = (redirect.operator === '>&' || redirect.operator === '<&') && /^(?:\d+-?|-)$/.test(word.hint);
    if (isCopy) return;
    if (word.value === null) findings.unknowns.add('argument');
    const network = /^\/dev\/(?:tcp|udp)\/([^/]+)/.exec(word.hint)?.[1];
    if (network !== undefined) {
      findings.addHost(network);
      findings.warn('remote', network);
      return;
    }
    if (redirect.operator === '<' || redirect.operator === '<&') {
      findings.reads(word);
      return;
    }
    findings.writes(word);
    const place = placeOf(word.hint, findings.folder);
    if (place !== null && (redirect.operator === '>' || redirect.operator === '>|' || redirect.operator === '&>' || redirect.operator === '>&')) findings.warn(isDisk(place) ? 'disk' : isTrace(place) ? 'traces' : 'overwrite', word.hint);
  }

  /** What redirects hand to a program to read; null: they say nothing of it. */
  #inputOf(redirects: readonly Redirection[]): Start['input'] {
    let input: Start['input'] = null;
    for (const redirect of redirects) {
      if (redirect.type === 'HereDoc') input = { text: redirect.body.parts === undefined || redirect.delimiter?.quoted === true ? redirect.body.text : null };
      else if (redirect.type === 'HereString') input = { text: redirect.target === undefined ? null : resolveWord(redirect.target, this.#shell).value };
      else if (redirect.operator === '<' || redirect.operator === '<&' || redirect.operator === '<>') input = { text: null };
    }
    return input;
  }
}

/** What `echo` and `printf` with one plain text write; null: not known. */
function literalOutput(node: PipelineNode, shell: 'bash' | 'unknown'): string | null {
  if (node.type !== 'Command' || (node.name?.text !== 'echo' && node.name?.text !== 'printf') || node.redirects.length > 0) return null;
  const values = node.args.map((argument) => (argument.type === 'Word' ? resolveWord(argument, shell).value : null));
  const isPlain = values.every((value) => value !== null && !value.startsWith('-') && !value.includes('\\') && !value.includes('%'));
  return isPlain && values.length > 0 ? values.join(' ') : null;
}

/** Files written that are run by themselves later, or that say what was done. */
export function noteWrittenPlaces(findings: Findings): void {
  for (const place of findings.written) {
    if (isStartupFile(place)) findings.warn('startup_files', place);
    if (isTrace(place)) findings.warn('traces', place);
    if (isDisk(place)) findings.warn('disk', place);
  }
}
