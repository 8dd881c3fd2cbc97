import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../main/model/address.ts';

describe('one address', () => {
  it.each([
    ['ana@northwind.example', null, 'ana@northwind.example'],
    ['  Ana Ruiz <Ana.Ruiz+q3@Northwind.Example> ', 'Ana Ruiz', 'Ana.Ruiz+q3@northwind.example'],
    ['"Ruiz, Ana" <ana@northwind.example>', 'Ruiz, Ana', 'ana@northwind.example'],
    ['<ana@bücher.example>', null, 'ana@xn--bcher-kva.example'],
    ['李 <li@example.co.jp>', '李', 'li@example.co.jp'],
  ])('%s', (text, name, address) => {
    expect(parseAddress(text)).toMatchObject({ ok: true, value: { name, address } });
  });

  it.each([
    ['a line break in the name', 'Ana\r\nBcc: eve@evil.example <ana@northwind.example>', 'line breaks'],
    ['a line break in the address', 'ana@northwind.example\nRCPT TO:<eve@evil.example>', 'line breaks'],
    ['a Unicode line separator', 'Ana\u2028 <ana@northwind.example>', 'line breaks'],
    ['a group', 'Friends: ana@northwind.example, eve@evil.example;', 'group'],
    ['an unnamed group', 'undisclosed:;', 'group'],
    ['a list', 'ana@northwind.example, eve@evil.example', 'not an email address'],
    ['a list with names', 'Ana <ana@northwind.example>, Eve <eve@evil.example>', 'not'],
    ['a name that is another address', 'ana@northwind.example <eve@evil.example>', 'looks like another address'],
    ['a quoted name that is another address', '"ana@northwind.example" <eve@evil.example>', 'looks like another address'],
    ['two at signs', 'ana@northwind.example@evil.example', 'not an email address'],
    ['an address literal', 'root@[127.0.0.1]', 'not an email address'],
    ['a number for a host', 'root@127.0.0.1', 'not an email address'],
    ['a bare host', 'root@localhost', 'not an email address'],
    ['a source route', '<@relay.example:eve@evil.example>', 'not'],
    ['a quoted local part', '"a b"@northwind.example', 'not'],
    ['a comment', 'ana(comment)@northwind.example', 'not an email address'],
    ['a local part beyond ASCII', 'añá@northwind.example', 'not an email address'],
    ['angle brackets inside', 'Ana <ana@northwind.example> NOTIFY=NEVER', 'not'],
    ['a percent-encoded domain', 'ana@evil%2Eexample', 'not an email address'],
    ['a path behind the domain', 'ana@northwind.example/x', 'not an email address'],
    ['nothing', '', 'not an email address'],
  ])('refuses %s', (_name, text, reason) => {
    const parsed = parseAddress(text);
    expect(parsed.ok ? `accepted ${parsed.value.address}` : parsed.invalid).toContain(reason);
  });

  it('never yields anything that could break out of an SMTP command or a header', () => {
    assert(
      property(string({ unit: 'binary' }), string(), (name, local) => {
        for (const text of [name, `${name} <${local}@northwind.example>`, `${local}@northwind.example`]) {
          const parsed = parseAddress(text);
          expect(parsed.ok ? parsed.value.address : 'refused@here').toMatch(/^[!-;=?-~]+@[a-z0-9.-]+$/);
          expect(parsed.ok && /[\r\n\0]/.test(parsed.value.name ?? '')).toBe(false);
        }
      }),
    );
  });
});
