import { fileType } from './file-names.ts';

/** What a file is by its first bytes. */
export type ContentType = 'pdf' | 'image' | 'archive' | 'office' | 'text' | 'program' | 'script' | 'page';

interface Signature {
  readonly type: ContentType;
  readonly begins: (content: Uint8Array) => boolean;
  /** Endings of names that such a file may have. */
  readonly endings: readonly string[];
}

const bytes = (...wanted: readonly number[]) => (content: Uint8Array): boolean => wanted.every((byte, place) => content[place] === byte);
const ascii = (text: string) => bytes(...Array.from(text, (character) => character.charCodeAt(0)));
const asText = (pattern: RegExp) => (content: Uint8Array): boolean => pattern.test(Buffer.from(content.subarray(0, 512)).toString('latin1'));
const zipped = ['zip', 'docx', 'docm', 'dotx', 'xlsx', 'xlsm', 'xltx', 'pptx', 'pptm', 'potx', 'odt', 'ods', 'odp', 'epub', 'jar', 'apk', 'pages', 'numbers', 'key', 'vsdx', 'kmz', 'xpi', 'ipa'];

/** By what the makers of each format say its files begin with; the first that fits counts. */
const signatures: readonly Signature[] = [
  { type: 'pdf', begins: ascii('%PDF-'), endings: ['pdf', 'ai'] },
  { type: 'image', begins: bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), endings: ['png', 'apng'] },
  { type: 'image', begins: bytes(0xff, 0xd8, 0xff), endings: ['jpg', 'jpeg', 'jpe', 'jfif'] },
  { type: 'image', begins: ascii('GIF8'), endings: ['gif'] },
  { type: 'image', begins: (content) => ascii('RIFF')(content) && ascii('WEBP')(content.subarray(8)), endings: ['webp'] },
  { type: 'archive', begins: bytes(0x50, 0x4b, 0x03, 0x04), endings: zipped },
  { type: 'archive', begins: bytes(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), endings: ['7z'] },
  { type: 'archive', begins: ascii('Rar!\u001a\u0007'), endings: ['rar'] },
  { type: 'archive', begins: bytes(0x1f, 0x8b), endings: ['gz', 'tgz'] },
  { type: 'office', begins: bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1), endings: ['doc', 'dot', 'xls', 'xlt', 'ppt', 'pot', 'msg', 'msi', 'vsd', 'mpp'] },
  { type: 'office', begins: ascii('{\\rtf'), endings: ['rtf', 'doc'] },
  { type: 'program', begins: ascii('MZ'), endings: ['exe', 'dll', 'scr', 'com', 'sys', 'cpl', 'ocx', 'pif', 'efi'] },
  { type: 'program', begins: bytes(0x7f, 0x45, 0x4c, 0x46), endings: ['so', 'bin', 'elf', 'o', 'run', ''] },
  { type: 'program', begins: (content) => bytes(0xcf, 0xfa, 0xed, 0xfe)(content) || bytes(0xce, 0xfa, 0xed, 0xfe)(content) || bytes(0xca, 0xfe, 0xba, 0xbe)(content), endings: ['dylib', 'bundle', 'o', 'class', ''] },
  { type: 'script', begins: ascii('#!'), endings: ['sh', 'bash', 'zsh', 'py', 'rb', 'pl', 'js', 'mjs', 'ts', 'php', 'command', 'run', ''] },
  { type: 'page', begins: asText(/^(?:\u00ef\u00bb\u00bf)?\s*(?:<!--[\s\S]{0,400}?-->\s*)?<(?:!doctype html|html|head|body|script|svg)\b/i), endings: ['html', 'htm', 'xhtml', 'svg', 'vue', 'hta', 'php'] },
];

/** Endings of formats that always begin in a way of their own: a file of that name that begins otherwise is none. */
const recognizable = new Set(signatures.filter(({ type }) => type !== 'script' && type !== 'page').flatMap(({ endings }) => endings).filter((ending) => !['', 'bin', 'o', 'com', 'run', 'key', 'ai', 'class', 'pages', 'numbers', 'sys', 'bundle'].includes(ending)));

/** What a file is by its first bytes; undefined: none of the types that are known here. */
export function contentTypeOf(content: Uint8Array): ContentType | undefined {
  return signatures.find(({ begins }) => begins(content))?.type;
}

/** Whether content is of another type than its file's name says. A name that says nothing is contradicted by a program alone. */
export function contradictsName(name: string, content: Uint8Array): boolean {
  if (content.length === 0) return false;
  const ending = fileType(name);
  const fitting = signatures.filter(({ begins }) => begins(content));
  if (fitting.length === 0) return recognizable.has(ending);
  if (fitting.some(({ endings }) => endings.includes(ending))) return false;
  const isRisky = fitting.some(({ type }) => type === 'program' || type === 'page' || type === 'script');
  return recognizable.has(ending) || (isRisky && !plainEndings.has(ending));
}

/** Text by its name, whatever it holds: nothing runs when it is opened. */
const plainEndings = new Set(['txt', 'md', 'csv', 'log', 'json', 'xml', 'yaml', 'yml', 'eml', 'ics']);
