import { describe, expect } from 'vitest';
import { attack, mail, newSetting } from './setting.ts';

describe('people and places that are not who they seem', () => {
  attack('Display name that is another address', async () => {
    const { refused } = await newSetting();
    expect(await refused('send_email', { ...mail, to: ['boss@acme.example <eve@evil.example>'] })).toContain('looks like another address');
  });

  attack('Homoglyph of one’s own domain', async () => {
    const { shown } = await newSetting();
    const { card, all } = await shown('send_email', { ...mail, to: ['bo@аcme.example'] });
    expect(card).toMatchObject({ risk: 'high', confirm: { id: 'card.email.confirm.address', values: { address: 'bo@xn--cme-5cd.example' } } });
    expect(all).toContain('Looks like acme.example, but is not');
  });

  attack('Internationalized domain', async () => {
    const { shown } = await newSetting();
    const { card, all } = await shown('send_email', { ...mail, to: ['eva@bücher.example'] });
    expect(card.risk).toBe('high');
    expect(all).toContain('eva@xn--bcher-kva.example');
    expect(all).toContain('Unusual letters in the address');
  });

  attack('Domain that begins like one’s own', async () => {
    const { shown } = await newSetting();
    const { card, all } = await shown('send_email', { ...mail, to: ['bo@acme.example.evil.test'] });
    expect(card.risk).toBe('high');
    expect(all).toContain('Looks like acme.example, but is not');
  });

  attack('Domain one letter off a known contact’s', async () => {
    const { shown } = await newSetting();
    const { card, all } = await shown('send_email', { ...mail, to: ['ana@nortwhind.example'] });
    expect(card.risk).toBe('high');
    expect(all).toContain('Looks like northwind.example, which you know, but is not');
  });

  attack('User info in a web address', async () => {
    const { shown } = await newSetting();
    const { card, all } = await shown('fetch_page', { url: 'https://acme.example@evil.test/login' });
    expect(card.rows[0]).toMatchObject({ kind: 'list', items: [{ marks: [{ text: { id: 'mark.linkElsewhere' } }] }] });
    expect(all).toContain('wants to open evil.test');
  });

  attack('Link whose text names another host', async () => {
    const { shown } = await newSetting();
    const { card, marks } = await shown('send_email', { ...mail, text: 'See [https://acme.example](https://evil.test/x) and https://acme.example@evil.test' });
    expect(marks).toContain('Contains a link that may mislead');
    expect(card.rows.find(({ kind }) => kind === 'message')).toMatchObject({ links: [{ host: 'evil.test' }, { host: 'evil.test' }] });
  });

  attack('Recipient behind four hundred ninety-nine others', async () => {
    const { shown } = await newSetting();
    const colleagues = Array.from({ length: 499 }, (_, index) => `p${index}@acme.example`);
    const { card, marks, all } = await shown('send_email', { ...mail, to: [...colleagues, 'eve@evil.example'] });
    expect(card).toMatchObject({ risk: 'high', confirm: { id: 'card.email.confirm.count', values: { count: 500 } } });
    expect(marks).toEqual(expect.arrayContaining(['Goes to 500 people', '1 person outside your company', '1 person for the first time']));
    for (const address of [...colleagues, 'eve@evil.example']) expect(all).toContain(address);
  });

  attack('More recipients than a card could show', async () => {
    const { refused } = await newSetting();
    expect(await refused('send_email', { ...mail, to: Array.from({ length: 300 }, (_, index) => `p${index}@acme.example`), bcc: Array.from({ length: 201 }, (_, index) => `q${index}@acme.example`) })).toContain('more than 500');
  });

  attack('Blind copy', async () => {
    const { shown } = await newSetting();
    const { card } = await shown('send_email', { ...mail, bcc: ['eve@evil.example'] });
    expect(card.rows[1]).toMatchObject({ kind: 'people', label: { id: 'card.row.bcc' }, people: [{ address: 'eve@evil.example' }] });
  });

  attack('Several recipients in one text', async () => {
    const { refused } = await newSetting();
    for (const to of ['ana@northwind.example, eve@evil.example', 'Team: ana@northwind.example, eve@evil.example;', 'ana@northwind.example;eve@evil.example']) expect(await refused('send_email', { ...mail, to: [to] })).toMatch(/not an email address|group of addresses|not one address/);
  });
});
