import { describe, expect, it } from 'vitest';
import { doubtDomain } from '../../main/model/lookalike.ts';

const own = ['acme.example', 'modern-mail.example'];

describe('doubts about a domain', () => {
  it.each(['аcme.example', 'xn--cme-5cd.example', 'acrne.example', 'acme.examp1e', 'ac-me.example', 'rnodern-mail.example'])('%s imitates one of ours', (domain) => {
    const [acme, modern] = own;
    expect(doubtDomain(domain, own)).toEqual({ kind: 'like-yours', domain: domain.includes('odern') ? modern : acme });
  });

  it.each(['bücher.example', 'xn--bcher-kva.example', 'пример.example'])('%s has letters that a reader cannot tell apart', (domain) => {
    expect(doubtDomain(domain, own)).toEqual({ kind: 'foreign-letters' });
  });

  it.each(['acme.example', 'mail.acme.example', 'northwind.example', 'acme.test'])('%s is plain', (domain) => {
    expect(doubtDomain(domain, own)).toBeNull();
  });
});
