import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lockableKeys, topLevelKeys } from '../../main/managed/managed-settings.ts';
import type { ManagedRead } from '../../main/managed/managed-source.ts';
import { readSettings, readSettingsText } from '../../main/managed/read-settings.ts';
import { inEnglish } from '../../main/text/text.ts';

const text = inEnglish;
const problemOf = (read: ManagedRead): string => (read.state === 'invalid' ? text(read.problem).replace('The company settings in FILE ', '') : read.state);
const reading = (value: unknown): string => problemOf(readSettings(value, 'FILE')).replace(' Until IT mends them, everything is refused.', '');

const mail = { id: 'work-mail', name: 'Work mail', kind: 'email', address: 'a@acme.example', user: 'a', imap: { host: 'imap.acme.example', port: 993, security: 'tls' }, smtp: { host: 'smtp.acme.example', port: 465, security: 'tls' } };

const service = { id: 'crm', kind: 'remote', name: 'CRM', url: 'https://crm.example/mcp' };

function locksOf(value: object): unknown {
  const read = readSettings(value, 'FILE');
  return read.state === 'ok' ? read.settings.locks : read;
}

describe('managed settings', () => {
  test('an empty object manages nothing', () => {
    expect(readSettings({}, 'FILE')).toEqual({
      state: 'ok',
      remarks: [],
      settings: { organization: null, connections: [], agents: [], approvers: [], forbidPasscodeReset: false, forbidStandingAnswers: false, forbidFullAccess: false, policy: null, network: { allow: [], deny: [] }, profiles: [], clientMetadataUrl: null, settings: {}, rulesProfile: null, locks: [] },
    });
  });

  test('every given setting is locked unless locks says otherwise', () => {
    expect(locksOf({ settings: { theme: 'dark', sendHoldSeconds: 5 }, rulesProfile: 'strict' })).toEqual(['theme', 'sendHoldSeconds', 'rulesProfile']);
    expect(locksOf({ settings: { theme: 'dark', sendHoldSeconds: 5 }, locks: ['sendHoldSeconds'] })).toEqual(['sendHoldSeconds']);
    expect(locksOf({ settings: { theme: 'dark' }, locks: [] })).toEqual([]);
  });

  test('a policy may be a list of lines', () => {
    expect(readSettings({ policy: ['// one', 'forbid (principal, action, resource);'] }, 'FILE')).toMatchObject({
      settings: { policy: '// one\nforbid (principal, action, resource);' },
    });
  });

  test.each([
    [[], 'are not a list of settings.'],
    ['text', 'are not a list of settings.'],
    [{ organization: { name: 7 } }, 'are not right: “organization.name” should be text.'],
    [{ organization: {} }, 'are not right: “organization.name” should be text.'],
    [{ connections: {} }, 'are not right: “connections” should be a list.'],
    [{ connections: [{ ...mail, kind: 'fax' }] }, 'are not right: “connections[0].kind” should be "email", "command" or "remote".'],
    [{ connections: [mail, { ...mail, id: 'b', imap: { ...mail.imap, port: 0 } }] }, 'are not right: “connections[1].imap.port” should be at least 1.'],
    [{ connections: [{ ...mail, id: 'Work Mail' }] }, 'are not right: “connections[0].id” is not of the right form.'],
    [{ connections: [mail, mail] }, 'are not right: “connections[1].id” is used twice.'],
    [{ connections: [{ ...mail, signIn: { kind: 'oauth' } }] }, 'are not right: “connections[0].signIn” should have either "provider" or "issuer".'],
    [{ connections: [{ ...mail, signIn: { kind: 'oauth', provider: 'google', issuer: 'https://login.example' } }] }, 'are not right: “connections[0].signIn” should have either "provider" or "issuer".'],
    [{ connections: [{ id: 'crm', kind: 'remote', name: 'CRM', url: 'https://crm.example/mcp', signIn: { kind: 'oauth', scopes: ['two words'] } }] }, 'are not right: “connections[0].signIn.scopes[0]” is not of the right form.'],
    [{ connections: [{ ...service, signIn: { kind: 'header', name: 'Content-Length' } }] }, 'are not right: “connections[0].signIn.name” is a header that Countersign sends itself.'],
    [{ connections: [{ ...service, signIn: { kind: 'header', name: 'mcp-session-id' } }] }, 'are not right: “connections[0].signIn.name” is a header that Countersign sends itself.'],
    [{ connections: [{ ...service, signIn: { kind: 'header', name: 'two words' } }] }, 'are not right: “connections[0].signIn.name” is not of the right form.'],
    [{ connections: [{ ...service, signIn: { kind: 'header', name: 'X-Key', prefix: 'a\r\nb' } }] }, 'are not right: “connections[0].signIn.prefix” is not of the right form.'],
    [{ connections: [{ ...service, signIn: { kind: 'certificate', certificateFile: 'client.pem' } }] }, 'are not right: “connections[0].signIn.certificateFile” is not of the right form.'],
    [{ connections: [{ ...service, signIn: { kind: 'header', name: 'X-Key', secretCommand: { command: './op', args: [] } } }] }, 'are not right: “connections[0].signIn.secretCommand.command” is not of the right form.'],
    [{ connections: [{ ...service, signIn: { kind: 'basic' } }] }, 'are not right: “connections[0].signIn.kind” should be "oauth", "header", "query" or "certificate".'],
    [{ clientMetadataUrl: 'https://acme.example' }, 'are not right: “clientMetadataUrl” should have a path.'],
    [{ clientMetadataUrl: 'http://acme.example/client.json' }, 'are not right: “clientMetadataUrl” is not of the right form.'],
    [{ agents: [{ id: 'a', name: 'A' }, { id: 'a', name: 'B' }] }, 'are not right: “agents[1].id” is used twice.'],
    [{ agents: [{ id: 'a', name: 'A', callsPerMinute: 10 }] }, 'are not right: “agents[0].callsPerMinute” should be at least 60.'],
    [{ agents: [{ id: 'a', name: 'A', toolMode: 'none' }] }, 'are not right: “agents[0].toolMode” should be "all" or "search".'],
    [{ agents: [{ id: 'a', name: 'A', waitSeconds: 601 }] }, 'are not right: “agents[0].waitSeconds” should be at most 600.'],
    [{ policy: 7 }, 'are not right: “policy” should be text or a list of lines.'],
    [{ settings: { sendHoldSeconds: 1000 } }, 'are not right: “settings.sendHoldSeconds” should be at most 120.'],
    [{ settings: { notifications: 'yes' } }, 'are not right: “settings.notifications” should be true or false.'],
    [{ settings: { sendHoldSeconds: 1.5 } }, 'are not right: “settings.sendHoldSeconds” should be a whole number.'],
    [{ rulesProfile: 'wild' }, 'are not right: “rulesProfile” should be "relaxed" or "balanced" or "strict".'],
    [{ locks: ['everything'] }, 'are not right: “locks[0]” should be '],
  ])('%j is refused as a whole and says which key', (value, expected) => {
    expect(reading(value)).toContain(expected);
  });

  test('unknown keys are left out and told, at every depth', () => {
    const read = readSettings({ polciy: 'x', organization: { name: 'Acme', logo: 'x' }, connections: [{ ...mail, password: 'hunter2' }], settings: { colour: 'red' } }, 'FILE');
    expect(read.state === 'ok' && read.settings.connections[0]).toEqual(mail);
    const remarks = read.state === 'ok' ? read.remarks.map(text) : [];
    expect(remarks.map((remark) => /“(.*)”/.exec(remark)?.[1]).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(['connections[0].password', 'organization.logo', 'polciy', 'settings.colour']);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  test('an unknown key does not hide a wrong one', () => {
    expect(reading({ extra: 1, settings: { sendHoldSeconds: -1 } })).toContain('“settings.sendHoldSeconds” should be at least 0');
  });

  test('broken JSON names the line and none of the text', () => {
    const read = readSettingsText('{\n  "organization": {\n    "name": "Acme" "contact": "x"\n', 'FILE');
    expect(problemOf(read)).toBe('are not valid JSON (line 3). Until IT mends them, everything is refused.');
    expect(problemOf(readSettingsText('{\n\n', 'FILE'))).toContain('(line 3)');
    expect(JSON.stringify(read)).not.toContain('Acme');
  });
});

describe('the documentation', () => {
  const page = readFileSync(new URL('../../docs/managed-settings.md', import.meta.url), 'utf8');

  test('names every key', () => {
    const keys = [...topLevelKeys, ...lockableKeys];
    expect(keys.filter((key) => !page.includes(`\`${key}\``) && !page.includes(`.${key}\``))).toEqual([]);
  });

  test('has an example that is valid as it stands', () => {
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(readSettingsText(example, 'FILE')).toMatchObject({ state: 'ok', remarks: [] });
  });
});
