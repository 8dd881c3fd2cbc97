import type { CommandWord } from './description.ts';
import type { Findings } from './findings.ts';
import { cut, firstOperand, optionValues } from './options.ts';
import { runsCode, evaluatesWords, isRiskyVariable, redefines } from './program-code.ts';
import { noteDangers } from './program-dangers.ts';
import { noteFiles } from './program-files.ts';
import { noteHosts } from './program-hosts.ts';
import { otherShells, shells, wrappers, type Wrapper } from './wrappers.ts';

/** Where a program is started from, and what it is given to read. */
export interface Start {
  readonly via: readonly string[];
  /** What it is given to read, where the line says so: a text, or something that nobody knows yet (`text` is null). */
  readonly input: { readonly text: string | null } | null;
  /** How often a text was parsed to come here. */
  readonly depth: number;
}

export interface Runner {
  readonly findings: Findings;
  /** Parses a text as a shell would, and looks at all of it. */
  readText(text: string, start: Omit<Start, 'input'>): void;
}

const mostWraps = 24;

/** Looks at one program with its words, and at every program that it starts by them. */
export function runProgram(words: readonly CommandWord[], start: Start, runner: Runner): void {
  const { findings } = runner;
  const [program, ...rest] = words;
  if (program === undefined) return;
  if (start.via.length > mostWraps) {
    findings.unknowns.add('too_large');
    return;
  }
  const name = nameOf(program.hint);
  if (!findings.addProgram({ name, argv: words, via: start.via })) return;
  if (program.value === null || name === '') findings.unknowns.add('program');
  if (rest.some(({ value }) => value === null)) findings.unknowns.add('argument');
  noteHosts(name, rest, findings);
  noteFiles(name, rest, findings);
  noteDangers(name, rest, findings);
  if (program.hint.includes('/')) findings.reads(program);
  if (runsCode(name, rest)) findings.unknowns.add('code');
  if (redefines(name, rest)) findings.unknowns.add('redefined');
  if (evaluatesWords(name, rest)) findings.unknowns.add('text');
  if (name === 'cd' || name === 'pushd' || name === 'popd') changeFolder(name, rest, findings);
  descend(name, rest, start, runner);
}

/** Without folder, and as it is called where names are compared without case. */
function nameOf(hint: string): string {
  const name = hint.slice(Math.max(hint.lastIndexOf('/'), hint.lastIndexOf('\\')) + 1);
  return /\.exe$/i.test(name) ? name.slice(0, -4).toLowerCase() : name;
}

function descend(name: string, words: readonly CommandWord[], start: Start, runner: Runner): void {
  const { findings } = runner;
  const inner: Start = { ...start, via: [...start.via, name] };
  if (shells.has(name)) return runShell(words, inner, runner);
  if (otherShells.has(name)) {
    findings.unknowns.add('text');
    return;
  }
  switch (name) {
    case 'eval':
      // What is in it is looked at, and may still not be all of it: it is evaluated twice.
      findings.unknowns.add('text');
      return readWords(words, inner, runner);
    case 'source':
    case '.':
      findings.unknowns.add('code');
      return;
    case 'trap':
      return readTexts(words.slice(0, 1).filter(({ hint }) => !/^-[lpP]?$/.test(hint)), inner, runner);
    case 'alias':
      return readTexts(words.filter(({ hint }) => hint.includes('=')).map((word) => cut(word, word.hint.indexOf('=') + 1)), inner, runner);
    case 'find':
      return runFind(words, inner, runner);
    case 'fd':
    case 'fdfind': {
      const at = words.findIndex(({ hint }) => /^(?:-[xX]|--exec(?:-batch)?)$/.test(hint));
      if (at === -1) return;
      findings.unknowns.add('argument');
      return runProgram(words.slice(at + 1), { ...inner, input: null }, runner);
    }
    case 'ssh':
    case 'slogin': {
      const remote = words.slice(firstOperand(words, { short: 'BbcDEeFIiJLlmOopQRSWw', long: [] }) + 1);
      if (remote.length === 0) {
        if (start.input !== null) findings.unknowns.add('text');
        return;
      }
      return readWords(remote, inner, runner);
    }
    case 'su':
    case 'runuser':
    case 'script':
    case 'flock': {
      const texts = optionValues(words, 'c', ['command']);
      readTexts(texts, inner, runner);
      if (texts.length > 0 || name === 'script') return;
      if (name === 'su') {
        findings.unknowns.add('text');
        return;
      }
      break;
    }
    case 'git': {
      for (const word of words) if (/^(?:alias\.[^=]+|core\.(?:pager|sshCommand|editor|fsmonitor)|[\w.-]*\.(?:cmd|textconv|command|external|helper))=!?/.test(word.hint)) readTexts([cut(word, word.hint.indexOf('=') + 1)].map(withoutMark), inner, runner);
      return;
    }
    case 'docker':
    case 'podman':
    case 'kubectl': {
      const at = words.findIndex(({ hint }, index) => index > 0 && shells.has(nameOf(hint)));
      if (at !== -1) runProgram(words.slice(at), { ...inner, input: null }, runner);
      return;
    }
    default:
  }
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  if (wrapper) unwrap(name, wrapper, words, start, runner);
}

function unwrap(name: string, wrapper: Wrapper, words: readonly CommandWord[], start: Start, runner: Runner): void {
  const { findings } = runner;
  const inner: Start = { ...start, via: [...start.via, name] };
  if ((name === 'command' && words.some(({ hint }) => /^-[pvV]*[vV]/.test(hint))) || words.length === 0) return;
  if (name === 'env') readTexts(optionValues(words, 'S', ['split-string']), inner, runner);
  let at = firstOperand(words, wrapper);
  while (wrapper.takesAssignments === true && /^[A-Za-z_][A-Za-z0-9_]*=/.test(words[at]?.hint ?? '')) {
    noteVariable(words[at]?.hint.split('=')[0] ?? '', findings);
    at += 1;
  }
  at += wrapper.own ?? 0;
  if (wrapper.isElsewhere === true) findings.unknowns.add('environment');
  if (wrapper.addsWords === true) findings.unknowns.add('argument');
  const wrapped = words.slice(at);
  if (wrapped.length === 0) {
    // `sudo -i`, `chroot /x`, `unshare`: a shell, which reads what it is given.
    if (/^(?:sudo|doas|chroot|unshare|nsenter|bwrap|firejail|ssh-agent|dbus-run-session)$/.test(name)) findings.unknowns.add('text');
    return;
  }
  const isShell = wrapper.isShell === true || (name === 'sudo' && words.slice(0, at).some(({ hint }) => /^-[a-zA-Z]*[is]|^--(?:login|shell)/.test(hint)));
  if (isShell) readWords(wrapped, inner, runner);
  else runProgram(wrapped, inner, runner);
}

/** POSIX sh, and bash's own manual: `-c text`, a file, or what comes in. */
function runShell(words: readonly CommandWord[], start: Start, runner: Runner): void {
  const { findings } = runner;
  let at = 0;
  let hasText = false;
  let readsInput = false;
  while (at < words.length) {
    const option = words[at]?.hint ?? '';
    if (option === '--' || option === '-') {
      at += 1;
      break;
    }
    if (!/^[-+]/.test(option)) break;
    if (/^-[a-zA-Z]*c/.test(option)) hasText = true;
    if (/^-[a-zA-Z]*s/.test(option)) readsInput = true;
    if (/^--(?:rcfile|init-file)/.test(option) || /^-[a-zA-Z]*[il]/.test(option) || option === '--login') findings.unknowns.add('environment');
    at += /^--(?:rcfile|init-file)$|^[-+][a-zA-Z]*[oO]$/.test(option) ? 2 : 1;
  }
  const [first] = words.slice(at);
  if (hasText && !words.some(({ value }, index) => index < at && value === null)) {
    if (first) readTexts([first], start, runner);
    // Its own `$0`, `$1` … are expansions, and so unknown by themselves.
    return;
  }
  if (first !== undefined && !readsInput) {
    findings.reads(first);
    findings.unknowns.add('code');
    return;
  }
  const text = start.input?.text ?? null;
  if (text === null) findings.unknowns.add('text');
  else runner.readText(text, { via: start.via, depth: start.depth + 1 });
}

function runFind(words: readonly CommandWord[], start: Start, runner: Runner): void {
  for (let at = 0; at < words.length; at += 1) {
    const hint = words[at]?.hint ?? '';
    const file = words[at + 1];
    if (/^-(?:fprint|fls)/.test(hint) && file) runner.findings.writes(file);
    if (!/^-(?:exec|ok)(?:dir)?$/.test(hint)) continue;
    const from = at + 1;
    while (at < words.length && words[at]?.hint !== ';' && !(words[at]?.hint === '+' && words[at - 1]?.hint === '{}')) at += 1;
    runner.findings.unknowns.add('argument');
    runProgram(words.slice(from, at), { ...start, input: null }, runner);
  }
}

/** Words that are joined with blanks and read by a shell: `eval`, `ssh host …`, `watch`. */
function readWords(words: readonly CommandWord[], start: Start, runner: Runner): void {
  readTexts([{ text: '', value: words.some(({ value }) => value === null) ? null : words.map(({ value }) => value ?? '').join(' '), hint: words.map(({ hint }) => hint).join(' ') }], start, runner);
}

function readTexts(texts: readonly CommandWord[], { via, depth }: Start, runner: Runner): void {
  for (const { value, hint } of texts) {
    if (value === null) runner.findings.unknowns.add('text');
    // Of a text that is not known, its likely look says more than nothing.
    runner.readText(value ?? hint, { via, depth: depth + 1 });
  }
}

function withoutMark(word: CommandWord): CommandWord {
  return word.hint.startsWith('!') ? cut(word, 1) : word;
}

export function noteVariable(name: string, findings: Findings): void {
  if (isRiskyVariable(name)) findings.unknowns.add('environment');
  if (/^HIST(?:FILE|SIZE|FILESIZE|CONTROL)$/.test(name)) findings.warn('traces');
}

function changeFolder(name: string, words: readonly CommandWord[], findings: Findings): void {
  const target = words.find(({ hint }) => !/^-[LPe@n]+$/.test(hint));
  if (name !== 'popd' && target?.value?.startsWith('/') === true) findings.folder = target.value;
  else if (name !== 'popd' && typeof target?.value === 'string' && target.value !== '-' && findings.folder !== null) findings.folder = `${findings.folder}/${target.value}`;
  else findings.folder = null;
}
