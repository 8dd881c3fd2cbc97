import { describe, expect, it } from 'vitest';
import { findLinks } from '../../main/model/links.ts';

describe('links in plain text', () => {
  it.each([
    ['See https://northwind.example/prices.', 'https://northwind.example/prices', 'northwind.example', false],
    ['(www.acme.example)', 'www.acme.example', 'www.acme.example', false],
    ['[northwind.example](https://evil.example/x)', 'northwind.example', 'evil.example', true],
    ['[the price list](https://northwind.example/x)', 'the price list', 'northwind.example', false],
    ['https://northwind.example@evil.example/login', 'https://northwind.example@evil.example/login', 'evil.example', true],
    ['HTTPS://EVIL.example', 'HTTPS://EVIL.example', 'evil.example', false],
    ['https://аcme.example/', 'https://аcme.example/', 'xn--cme-5cd.example', false],
    ['ftp://files.example/x', 'ftp://files.example/x', 'files.example', false],
  ])('%s', (text, shown, host, isMisleading) => {
    expect(findLinks(text)).toEqual([{ text: shown, host, isMisleading }]);
  });

  it('finds none in prose, file names and addresses', () => {
    expect(findLinks('Q3.pdf, ana@northwind.example and 3.5 percent, see http:// or "javascript:alert(1)"')).toEqual([]);
  });

  it('stays quick and bounded with a text made of links', () => {
    expect(findLinks(Array.from({ length: 5_000 }, (_, index) => `https://h${index}.example/`).join(' '))).toHaveLength(100);
    expect(findLinks('['.repeat(100_000))).toEqual([]);
  });
});
