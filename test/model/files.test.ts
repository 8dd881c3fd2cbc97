import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findEmbeddedFiles } from '../../main/model/embedded-files.ts';
import { contradictsName } from '../../main/model/file-content.ts';

const pdf = Buffer.from(`%PDF-1.7\n${'x'.repeat(60)}`);
const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(60, 1)]);
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Buffer.alloc(40)]);
const zip = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), deflateRawSync(Buffer.alloc(100))]);
const page = Buffer.from('<!DOCTYPE html><script>alert(1)</script>');

function base64(content: Buffer): string {
  return content.toString('base64');
}

describe('what a file is by its first bytes', () => {
  test.each<[string, Buffer, boolean]>([
    ['invoice.pdf', pdf, false],
    ['INVOICE.PDF', pdf, false],
    ['invoice.pdf', program, true],
    ['invoice.pdf', Buffer.from('just text'), true],
    ['photo.jpg', png, true],
    ['photo.png', png, false],
    ['prices.xlsx', zip, false],
    ['prices.xlsx', page, true],
    ['notes.txt', page, false],
    ['report', pdf, false],
    ['setup.dat', program, true],
    ['setup.exe', program, false],
    ['empty.pdf', Buffer.alloc(0), false],
  ])('%s', (name, content, isContradicted) => expect(contradictsName(name, content)).toBe(isContradicted));
});

describe('files within arguments', () => {
  test('are found as base64, as an address, and in either alphabet, with the name beside them', () => {
    expect(findEmbeddedFiles({ files: [{ filename: 'invoice.pdf', content: base64(pdf) }, { name: 'a.png', data: `data:image/png;base64,${base64(png)}` }], blob: pdf.toString('base64url') })).toMatchObject([
      { name: 'invoice.pdf', bytes: pdf.length, type: 'pdf', isDisguised: false },
      { name: 'a.png', bytes: png.length, type: 'image', isDisguised: false },
      { name: null, type: 'pdf', isDisguised: false },
    ]);
  });

  test.each([
    ['a program called a document', { filename: 'invoice.pdf', content: base64(program) }],
    ['two endings', { filename: 'invoice.pdf.exe', content: base64(program) }],
    ['a page called a picture', { title: 'logo.png', file: base64(page) }],
    ['a program without a name', { anything: base64(program) }],
  ])('%s is disguised', (_what, args) => expect(findEmbeddedFiles(args)).toMatchObject([{ isDisguised: true }]));

  test.each([{ id: 'a'.repeat(64) }, { text: 'The quick brown fox jumps over the lazy dog, twice a day.' }, { hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' }, { content: 'short' }, {}])('%j holds none', (args) => {
    expect(findEmbeddedFiles(args)).toEqual([]);
  });
});
