import type { CommandWord } from './description.ts';
import type { Findings } from './findings.ts';
import { hasOption, operandsOf, optionValues, type ValuedOptions } from './options.ts';
import { looksLikePath } from './places.ts';
import { remoteHost } from './hosts.ts';

/** Which operands of a program are files, and what it does with them. */
interface FileUse {
  readonly reads?: 'all' | 'all but last' | 'all but first';
  readonly writes?: 'all' | 'last' | 'all but first';
  /** Options with a value, which is no operand. */
  readonly valued?: ValuedOptions;
  /** Options whose value is a file that is written. */
  readonly into?: ValuedOptions;
}

const valued = (short: string, ...long: readonly string[]): ValuedOptions => ({ short, long });

const readers = 'cat tac nl less more wc sort uniq cut paste join comm diff cmp file stat ls dir tree du df md5sum sha1sum sha256sum sha512sum b2sum cksum base64 base32 xxd hexdump od strings rev fold fmt column expand iconv zcat bzcat xzcat gzcat readlink realpath lsattr getfacl source . bat pdftotext open xdg-open';
const searchers = 'grep egrep fgrep rg ag ack jq yq awk gawk mawk sed';
const writers = 'tee touch mkdir rm rmdir unlink shred truncate mkfifo mknod gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd sponge srm trash trash-put';
const owners = 'chmod chown chgrp setfacl chattr chflags';

const uses = new Map<string, FileUse>([
  ...readers.split(' ').map((name): [string, FileUse] => [name, { reads: 'all', valued: valued('') }]),
  ...searchers.split(' ').map((name): [string, FileUse] => [name, { reads: 'all but first' }]),
  ...writers.split(' ').map((name): [string, FileUse] => [name, { writes: 'all', valued: valued(name === 'truncate' ? 'sr' : name === 'mkdir' || name === 'mkfifo' ? 'm' : name === 'touch' ? 'dtr' : '') }]),
  ...owners.split(' ').map((name): [string, FileUse] => [name, { writes: 'all but first', valued: valued('', 'reference') }]),
  ['head', { reads: 'all', valued: valued('nc', 'lines', 'bytes') }],
  ['tail', { reads: 'all', valued: valued('ncs', 'lines', 'bytes', 'pid') }],
  ['sort', { reads: 'all', valued: valued('kotTS', 'key', 'output', 'field-separator', 'temporary-directory', 'buffer-size'), into: valued('o', 'output') }],
  ['mv', { writes: 'all', valued: valued('tS', 'target-directory', 'suffix'), into: valued('t', 'target-directory') }],
  ['cp', { reads: 'all but last', writes: 'last', valued: valued('tS', 'target-directory', 'suffix'), into: valued('t', 'target-directory') }],
  ['ln', { reads: 'all but last', writes: 'last', valued: valued('tS', 'target-directory', 'suffix') }],
  ['install', { reads: 'all but last', writes: 'last', valued: valued('mogtS', 'mode', 'owner', 'group') }],
  ['rsync', { reads: 'all but last', writes: 'last', valued: valued('efBTM', 'rsh', 'exclude', 'include', 'filter', 'files-from') }],
  ['scp', { reads: 'all but last', writes: 'last', valued: valued('cDFiJloPSX') }],
  ['curl', { into: valued('oDc', 'output', 'dump-header', 'cookie-jar', 'output-dir', 'trace', 'trace-ascii') }],
  ['wget', { into: valued('OoaP', 'output-document', 'output-file', 'append-output', 'directory-prefix') }],
  ['gcc', { into: valued('o') }],
  ['unzip', { into: valued('d') }],
]);

/** Files that a program would read and write, as far as its own words say; a program nobody described may do either to what looks like a file. */
export function noteFiles(name: string, words: readonly CommandWord[], findings: Findings): void {
  if (name === 'dd') return noteNamed(words, findings);
  if (name === 'find') {
    const end = words.findIndex(({ hint }) => /^[-(!]/.test(hint) && !/^-[HLPDO]/.test(hint));
    return (end === -1 ? words : words.slice(0, end)).filter(({ hint }) => !hint.startsWith('-')).forEach((word) => findings.reads(word));
  }
  if (name === 'tar' || name === 'bsdtar') return noteArchive(words, findings);
  if (/^(?:echo|printf|true|false|test|\[|exit|return|kill|sleep|date|seq|expr|export|unset|set|alias|type|which|whoami|id|uname|hostname|cd|pushd|popd)$/.test(name)) return;
  const use = uses.get(name);
  const dashed = words.filter(({ hint }) => hint.startsWith('-'));
  if (use === undefined) {
    const likely = [...words, ...dashed.filter(({ hint }) => hint.includes('=')).map(afterEquals)].filter(({ hint }) => looksLikePath(hint));
    for (const word of likely) {
      findings.reads(word);
      findings.writes(word);
    }
    return;
  }
  if (use.into) optionValues(words, use.into.short, use.into.long).forEach((word) => findings.writes(word));
  const hasScriptOption = /^(?:grep|egrep|fgrep|rg|sed|awk|gawk|mawk)$/.test(name) && hasOption(words, 'ef', ['expression', 'regexp', 'file']);
  const files = operandsOf(words, use.valued ?? (hasScriptOption ? valued('ef', 'expression', 'regexp', 'file') : undefined));
  const here = (which: FileUse['reads'] | FileUse['writes']): readonly CommandWord[] => pick(files, which).filter(({ hint }) => !(name === 'scp' || name === 'rsync') || remoteHost(hint) === null);
  const reads = use.reads === 'all but first' && hasScriptOption ? 'all' : use.reads;
  here(reads).forEach((word) => findings.reads(word));
  here(use.writes).forEach((word) => findings.writes(word));
  if (name === 'sed' && hasOption(words, 'i', ['in-place'])) pick(files, reads).forEach((word) => findings.writes(word));
}

function pick(files: readonly CommandWord[], which: FileUse['reads'] | FileUse['writes']): readonly CommandWord[] {
  switch (which) {
    case undefined:
      return [];
    case 'all':
      return files;
    case 'all but last':
      return files.slice(0, -1);
    case 'all but first':
      return files.slice(1);
    case 'last':
      return files.slice(-1);
  }
}

function afterEquals(word: CommandWord): CommandWord {
  const hint = word.hint.slice(word.hint.indexOf('=') + 1);
  return { text: hint, value: null, hint };
}

function noteNamed(words: readonly CommandWord[], findings: Findings): void {
  for (const word of words) {
    if (word.hint.startsWith('if=')) findings.reads(afterEquals(word));
    if (word.hint.startsWith('of=')) findings.writes(afterEquals(word));
  }
}

function noteArchive(words: readonly CommandWord[], findings: Findings): void {
  const [mode] = words;
  const creates = (mode !== undefined && /^-?[a-zA-Z]*[cru]/.test(mode.hint) && !mode.hint.startsWith('--')) || hasOption(words, '', ['create', 'append', 'update']);
  const [archive, ...members] = operandsOf(mode !== undefined && !mode.hint.startsWith('-') ? words.slice(1) : words, valued('CTXI'));
  const folder = optionValues(words, 'C', ['directory'])[0];
  if (archive && creates) findings.writes(archive);
  else if (archive) findings.reads(archive);
  if (creates) members.forEach((word) => findings.reads(word));
  else findings.writes(folder ?? { text: '.', value: '.', hint: '.' });
}
