import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubtDomain, KnownDomains } from '../../main/model/lookalike.ts';

const [acme, modern] = ['acme.example', 'modern-mail.example'];
const own = new KnownDomains([acme, modern]);
const nobody = new KnownDomains();
const doubt = (domain: string) => doubtDomain(domain, own, nobody);

describe('doubts about a domain', () => {
  it.each(['аcme.example', 'xn--cme-5cd.example', 'acrne.example', 'acme.examp1e', 'ac-me.example', 'rnodern-mail.example', 'mail.acrne.example'])('%s imitates one of ours', (domain) => {
    expect(doubt(domain)).toEqual({ kind: 'like-yours', domain: domain.includes('odern') ? modern : acme });
  });

  it.each(['acne.example', 'acmee.example', 'acm.example', 'amce.example', 'acme.exampel', 'modernmial.example'])('%s is one slip of the finger away', (domain) => {
    expect(doubt(domain)).toMatchObject({ kind: 'like-yours' });
  });

  it.each(['acme.example.evil.test', 'login.acme.example.evil.test'])('%s only begins like one of ours', (domain) => {
    expect(doubt(domain)).toEqual({ kind: 'like-yours', domain: acme });
  });

  it.each(['bücher.example', 'xn--bcher-kva.example', 'пример.example'])('%s has letters that a reader cannot tell apart', (domain) => {
    expect(doubt(domain)).toEqual({ kind: 'foreign-letters' });
  });

  it.each(['acme.example', 'mail.acme.example', 'northwind.example', 'acme.test', 'ACME.example'])('%s is plain', (domain) => {
    expect(doubt(domain)).toBeNull();
  });

  it('somebody known may be imitated too, and is no imitation', () => {
    const known = new KnownDomains(['northwind.example', 'mail1.provider.example']);
    expect(doubtDomain('northw1nd.example', own, known)).toEqual({ kind: 'like-known', domain: 'northwind.example' });
    expect(doubtDomain('nortwhind.example', own, known)).toEqual({ kind: 'like-known', domain: 'northwind.example' });
    for (const domain of ['northwind.example', 'shop.northwind.example', 'mail2.provider.example']) expect(doubtDomain(domain, own, known)).toBeNull();
  });

  it('short names are not taken for slips of each other', () => {
    expect(doubtDomain('ibn.com', new KnownDomains(['ibm.com']), nobody)).toBeNull();
    expect(doubtDomain('acne.co.uk', new KnownDomains(['acme.co.uk']), nobody)).toEqual({ kind: 'like-yours', domain: 'acme.co.uk' });
  });

  it('any one letter more, less, other, or two that changed places are found among many', () => {
    const names = fc.array(fc.stringMatching(/^[bdfghjkmpqstxyz]{8,14}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(names, fc.nat(), fc.nat(), fc.constantFrom('more', 'less', 'other', 'swap'), (list, which, where, how) => {
        const known = new KnownDomains(list.map((name) => `${name}.example`));
        const name = list[which % list.length] ?? '';
        const place = where % (name.length - 1);
        const [before, after] = [name.slice(0, place), name.slice(place + 1)];
        const changed = { more: `${before}${name[place]}a${after}`, less: before + after, other: `${before}a${after}`, swap: `${before}${after[0]}${name[place]}${after.slice(1)}` }[how];
        const domain = `${changed}.example`;
        expect(known.has(domain) || known.imitatedBy(domain) !== null).toBe(true);
      }),
    );
  });
});
