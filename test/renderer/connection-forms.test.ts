import { describe, expect, test } from 'vitest';
import { commandLine } from '../../renderer/claws/command-line.ts';
import { emptyEmailDraft, readEmailDraft, withAddress, withSecurity } from '../../renderer/connections/email-form.ts';
import { emptyLentKey, readLentKey } from '../../renderer/connections/lent-key-form.ts';
import { workbenchInput } from '../../preload/contract.ts';
import { emptyServerDraft, readServerDraft } from '../../renderer/connections/server-form.ts';

const typeAddress = (address: string, draft = emptyEmailDraft('Work mail')): ReturnType<typeof emptyEmailDraft> => {
  let typed = draft;
  for (let end = 1; end <= address.length; end += 1) typed = withAddress(typed, address.slice(0, end));
  return typed;
};

describe('the email form', () => {
  test('typing an address fills in the servers and the user name by convention', () => {
    const draft = typeAddress('ana@Acme.example');
    expect([draft.user, draft.imap.host, draft.smtp.host]).toEqual(['ana@Acme.example', 'imap.acme.example', 'smtp.acme.example']);
  });

  test('a server the person changed is left alone when the address changes', () => {
    const first = typeAddress('ana@acme.example');
    const changed = { ...first, imap: { ...first.imap, host: 'mail.acme.example' }, user: 'ana' };
    const second = withAddress(changed, 'ana@northwind.example');
    expect([second.imap.host, second.smtp.host, second.user]).toEqual(['mail.acme.example', 'smtp.northwind.example', 'ana']);
  });

  test('the port follows the kind of encryption unless it was changed', () => {
    const { smtp } = emptyEmailDraft('x');
    expect(withSecurity(smtp, 'smtp', 'starttls').port).toBe('587');
    expect(withSecurity({ ...smtp, port: '2525' }, 'smtp', 'starttls').port).toBe('2525');
  });

  test('a complete form becomes the contract’s input, and a space in the password is kept', () => {
    const read = readEmailDraft({ ...typeAddress('ana@acme.example'), password: ' secret ' });
    expect(read).toEqual({
      ok: true,
      input: {
        name: 'Work mail',
        address: 'ana@acme.example',
        user: 'ana@acme.example',
        password: ' secret ',
        imap: { host: 'imap.acme.example', port: 993, security: 'tls' },
        smtp: { host: 'smtp.acme.example', port: 465, security: 'tls' },
      },
    });
  });

  test('each field that does not fit is named', () => {
    const draft = emptyEmailDraft(' ');
    const read = readEmailDraft({ ...draft, imap: { ...draft.imap, port: '' }, smtp: { ...draft.smtp, port: '70000' } });
    expect(read.ok ? [] : read.wrong).toEqual(expect.arrayContaining(['name', 'address', 'user', 'password', 'imap.host', 'imap.port', 'smtp.host', 'smtp.port']));
  });

  test('a port that is no whole number is wrong', () => {
    const draft = { ...typeAddress('ana@acme.example'), password: 'x' };
    for (const port of ['12.5', 'abc', '0', '-1']) expect(readEmailDraft({ ...draft, imap: { ...draft.imap, port } })).toEqual({ ok: false, wrong: ['imap.port'] });
  });
});

describe('the server form', () => {
  test('each line is one argument, with its spaces; empty lines are none', () => {
    const read = readServerDraft('command', { ...emptyServerDraft, name: 'Files', command: ' npx ', args: '-y\r\n\n--root=/My Files \n' });
    expect(read).toEqual({ ok: true, input: { kind: 'command', name: 'Files', command: 'npx', args: ['-y', '--root=/My Files '], access: { kind: 'sandbox', readable: [], writable: [], hosts: [] } } });
  });

  test('a program gets what is named for it, or all; what is no path is named', () => {
    const draft = { ...emptyServerDraft, name: 'Files', command: 'npx', readable: '~/Reports\n\n/srv/a b', writable: '~/Out', hosts: ' api.acme.example ' };
    expect(readServerDraft('command', draft)).toMatchObject({ ok: true, input: { access: { kind: 'sandbox', readable: ['~/Reports', '/srv/a b'], writable: ['~/Out'], hosts: ['api.acme.example'] } } });
    expect(readServerDraft('command', { ...draft, readable: 'Reports', access: 'full' })).toMatchObject({ ok: true, input: { access: { kind: 'full' } } });
    expect(readServerDraft('command', { ...draft, readable: 'Reports' })).toEqual({ ok: false, wrong: ['access.readable'] });
  });

  const remote = { ...emptyServerDraft, name: 'CRM', url: 'https://crm.example/mcp' };

  test('a key in the address needs its parameter', () => {
    const draft = { ...remote, way: 'query' as const, key: ' sk-1 ' };
    expect(readServerDraft('remote', draft)).toEqual({ ok: false, wrong: ['signIn.name'] });
    expect(readServerDraft('remote', { ...draft, parameter: 'api_key' })).toEqual({
      ok: true,
      input: { kind: 'remote', name: 'CRM', url: 'https://crm.example/mcp', signIn: { kind: 'query', name: 'api_key' }, key: 'sk-1' },
    });
  });

  test('a program that gives the key takes the place of a typed one', () => {
    const draft = { ...remote, way: 'header' as const, key: 'typed before', isFromProgram: true, keyArgs: 'read\nop://Work/CRM key' };
    expect(readServerDraft('remote', draft)).toEqual({ ok: false, wrong: ['signIn.secretCommand.command'] });
    expect(readServerDraft('remote', { ...draft, keyCommand: 'bin/op' })).toEqual({ ok: false, wrong: ['signIn.secretCommand.command'] });
    expect(readServerDraft('remote', { ...draft, keyCommand: ' op ' })).toEqual({
      ok: true,
      input: {
        kind: 'remote', name: 'CRM', url: 'https://crm.example/mcp',
        signIn: { kind: 'header', name: 'Authorization', prefix: 'Bearer', secretCommand: { command: 'op', args: ['read', 'op://Work/CRM key'] } },
      },
    });
  });

  test('a certificate needs whole paths, and a passphrase only if it has one', () => {
    const draft = { ...remote, way: 'certificate' as const, certificateFile: 'dana.pem', keyFile: 'dana-key.pem' };
    expect(readServerDraft('remote', draft)).toEqual({ ok: false, wrong: ['signIn.certificateFile', 'signIn.keyFile'] });
    const whole = { ...draft, certificateFile: String.raw`C:\Certificates\dana.p12`, keyFile: '' };
    const input = { kind: 'remote', name: 'CRM', url: 'https://crm.example/mcp', signIn: { kind: 'certificate', certificateFile: whole.certificateFile } };
    expect(readServerDraft('remote', whole)).toEqual({ ok: true, input });
    expect(readServerDraft('remote', { ...whole, key: ' spaces count ' })).toEqual({ ok: true, input: { ...input, key: ' spaces count ' } });
  });

  test('without a word before the key none is sent; a key that was typed is not sent with another way to sign in', () => {
    expect(readServerDraft('remote', { ...remote, way: 'header', header: 'X-Api-Key', prefix: ' ', key: 'sk-1' })).toMatchObject({ input: { signIn: { kind: 'header', name: 'X-Api-Key' } } });
    expect(readServerDraft('remote', { ...remote, key: 'sk-1' })).toEqual({ ok: true, input: { kind: 'remote', name: 'CRM', url: 'https://crm.example/mcp' } });
  });

  test('an address that is none is named', () => {
    expect(readServerDraft('remote', { ...emptyServerDraft, name: 'CRM', url: 'crm' })).toEqual({ ok: false, wrong: ['url'] });
  });
});

test('a command line puts words with spaces and quotes in quotes', () => {
  expect(commandLine('/Applications/My App/countersign', ['connect', '--agent', 'a"b', ''])).toBe(String.raw`"/Applications/My App/countersign" connect --agent "a\"b" ""`);
});

describe('a key to lend', () => {
  const typed = { ...emptyLentKey([]), variable: ' GITHUB_TOKEN ', hosts: 'GitHub.com, api.github.com:8443  uploads.github.com', value: 'ghp_0123456789 ' };
  const problems = (draft: typeof typed): readonly string[] =>
    (workbenchInput.safeParse({ name: 'Code', folder: '~/code', isOnCopy: true, keys: [readLentKey(draft)] }).error?.issues ?? []).map(({ path }) => path.join('.'));

  test('is read as main takes it', () => {
    expect(readLentKey(typed)).toEqual({ variable: 'GITHUB_TOKEN', hosts: ['github.com', 'api.github.com:8443', 'uploads.github.com'], place: { kind: 'bearer' }, value: 'ghp_0123456789' });
    expect(readLentKey({ ...typed, place: 'header', name: ' X-Api-Key' }).place).toEqual({ kind: 'header', name: 'X-Api-Key' });
    expect(problems(typed)).toEqual([]);
  });

  test.each([
    ['a name that programs would not take', { variable: 'github-token' }, 'keys.0.variable'],
    ['an address in place of a host', { hosts: 'https://github.com/' }, 'keys.0.hosts.0'],
    ['a wildcard', { hosts: '*.github.com' }, 'keys.0.hosts.0'],
    ['no host', { hosts: ' ' }, 'keys.0.hosts'],
    ['a header without a name', { place: 'header' as const }, 'keys.0.place.name'],
    ['a key too short to be kept out of answers', { value: 'short' }, 'keys.0.value'],
    ['a key with a line break', { value: '12345678\n9' }, 'keys.0.value'],
  ])('is not taken with %s', (_name, changed, problem) => {
    expect(problems({ ...typed, ...changed })).toEqual([problem]);
  });
});
