import { forEachChild, type Script, type SyntaxNode } from 'unbash';
import { commandToken, type CommandToken as TokenKind } from '../../preload/contract.ts';
import type { CommandToken } from './description.ts';

const keywords = new Set(['if', 'then', 'elif', 'else', 'fi', 'for', 'in', 'do', 'done', 'while', 'until', 'case', 'esac', 'select', 'function', 'time', 'coproc', '{', '}', '!', '[[', ']]']);
const tokenKinds = commandToken.options;
const deepest = 100;
const mostNodes = 60_000;

/** The ranges of a line by what they are for a shell, without gaps or overlaps; only for showing. */
export function tokensOf(line: string, script: Script): readonly CommandToken[] {
  const paint = new Uint8Array(line.length);
  paintGaps(line, script, paint);
  const left = { nodes: mostNodes };
  paintNode(script, paint, 0, left);
  const tokens: CommandToken[] = [];
  for (let start = 0; start < line.length; ) {
    let end = start + 1;
    while (end < line.length && paint[end] === paint[start]) end += 1;
    tokens.push({ kind: tokenKinds[paint[start] ?? 0] ?? 'plain', start, end });
    start = end;
  }
  return tokens;
}

function fill(paint: Uint8Array, kind: TokenKind, start: number, end: number): void {
  paint.fill(tokenKinds.indexOf(kind), Math.max(0, start), Math.max(0, end));
}

/** What no node covers: operators, keywords, comments. Nodes are painted over it. */
function paintGaps(line: string, script: Script, paint: Uint8Array): void {
  for (const { index, 0: text } of line.matchAll(/#[^\n]*|[|&;()<>]+|[^\s|&;()<>#]+#?/g)) {
    const isComment = text.startsWith('#') && (index === 0 || /[\s;&|()]/.test(line[index - 1] ?? ''));
    if (isComment) fill(paint, 'comment', index, index + text.length);
    else if (keywords.has(text)) fill(paint, 'keyword', index, index + text.length);
    else if (/^[|&;()<>]/.test(text)) fill(paint, 'operator', index, index + text.length);
  }
  if (script.shebang !== undefined) fill(paint, 'comment', 0, script.shebang.length);
}

function paintNode(node: SyntaxNode, paint: Uint8Array, level: number, left: { nodes: number }): void {
  left.nodes -= 1;
  if (level > deepest || left.nodes < 0) return;
  const { pos, end } = node;
  switch (node.type) {
    // Its positions are those of another text.
    case 'Script':
      if (node.source !== undefined) return;
      break;
    case 'Command':
      node.suffix.forEach((word) => word.type === 'Word' && fill(paint, word.text.startsWith('-') ? 'option' : 'plain', word.pos, word.end));
      if (node.name) fill(paint, 'program', node.name.pos, node.name.end);
      break;
    case 'Function':
      fill(paint, 'program', node.name.pos, node.name.end);
      break;
    case 'Redirect':
    case 'HereString':
      fill(paint, 'redirect', pos, end);
      break;
    case 'HereDoc':
      fill(paint, 'redirect', pos, end);
      fill(paint, 'string', node.body.pos, node.body.end);
      if (node.closing) fill(paint, 'redirect', node.closing.pos, node.closing.end);
      break;
    case 'Assignment':
      fill(paint, 'assignment', pos, end);
      break;
    case 'SingleQuoted':
    case 'DoubleQuoted':
    case 'AnsiCQuoted':
    case 'LocaleString':
      fill(paint, 'string', pos, end);
      break;
    case 'SimpleExpansion':
    case 'ParameterExpansion':
    case 'ArithmeticExpansion':
    case 'Glob':
    case 'ExtendedGlob':
    case 'BraceExpansion':
      fill(paint, 'variable', pos, end);
      break;
    case 'CommandExpansion':
    case 'ProcessSubstitution':
      fill(paint, 'variable', pos, end);
      if (node.script !== undefined && node.script.source === undefined) fill(paint, 'plain', node.script.pos, node.script.end);
      break;
    case 'AndOr':
    case 'ArithmeticBinary':
    case 'ArithmeticCommand':
    case 'ArithmeticCommandExpansion':
    case 'ArithmeticFor':
    case 'ArithmeticGroup':
    case 'ArithmeticTernary':
    case 'ArithmeticUnary':
    case 'ArithmeticWord':
    case 'ArrayValue':
    case 'BraceGroup':
    case 'Case':
    case 'CaseItem':
    case 'CaseModification':
    case 'CompoundList':
    case 'Coproc':
    case 'Default':
    case 'Elif':
    case 'FileDescriptor':
    case 'FileDescriptorVariable':
    case 'For':
    case 'HereDocBody':
    case 'HereDocDelimiter':
    case 'If':
    case 'Literal':
    case 'Names':
    case 'Negation':
    case 'Pipeline':
    case 'Redirected':
    case 'Remove':
    case 'Replace':
    case 'Select':
    case 'Slice':
    case 'Statement':
    case 'Subshell':
    case 'TestBinary':
    case 'TestCommand':
    case 'TestGroup':
    case 'TestLogical':
    case 'TestNot':
    case 'TestUnary':
    case 'Time':
    case 'Transform':
    case 'Unknown':
    case 'While':
    case 'Word':
      break;
  }
  forEachChild(node, (child) => paintNode(child, paint, level + 1, left));
}
