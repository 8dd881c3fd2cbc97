import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { depthLimit, isDeeperThan } from '../../main/broker/json-depth.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { attack, mail, newSetting } from './setting.ts';

const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(60, 1)]);
const bill = { supplier: 'Northwind GmbH', amount: 125_050, currency: 'EUR' };
const everyone = '@id("all") permit (principal, action, resource);';

function deep(levels: number): string {
  return `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

function parsed(json: string): JsonObject {
  return JSON.parse(json) as JsonObject;
}

describe('files that are not what they seem', () => {
  attack('Two endings on an attached file', async () => {
    const { shown, folder } = await newSetting();
    const path = join(folder, 'invoice.pdf.exe');
    await writeFile(path, program);
    const { card } = await shown('send_email', { ...mail, attachments: [{ path }] });
    expect(card).toMatchObject({ risk: 'high', confirm: { id: 'card.email.confirm.file', values: { name: 'invoice.pdf.exe' } } });
  });

  attack('Program under the name of a document', async () => {
    const { shown, folder } = await newSetting();
    const path = join(folder, 'invoice.pdf');
    await writeFile(path, program);
    const { card, marks } = await shown('send_email', { ...mail, attachments: [{ path }] });
    expect(card.risk).toBe('high');
    expect(marks).toContain('“invoice.pdf” looks like a document but is not one');
  });

  attack('Base64 file with two endings in the arguments of an unknown tool', async () => {
    const { shown } = await newSetting();
    const { marks, card } = await shown('upload', { files: [{ filename: 'invoice.pdf.exe', content: program.toString('base64') }] });
    expect(card.risk).toBe('high');
    expect(marks).toContain('“invoice.pdf.exe” looks like a document but is not one');
  });

  attack('Right-to-left override in a file’s name', async () => {
    const { shown, refused, folder } = await newSetting();
    const path = join(folder, 'invoice\u202Efdp.exe');
    await writeFile(path, program);
    expect(await refused('send_email', { ...mail, attachments: [{ path }] })).toContain('hidden characters');
    const { all } = await shown('write_file', { path: '/tmp/invoice\u202Efdp.exe', content: 'x' });
    expect(all).toContain('/tmp/invoice⟦U+202E⟧fdp.exe');
  });

  attack('Path with dots out of its folder', async () => {
    const { shown, refused, folder } = await newSetting();
    expect(await refused('send_email', { ...mail, attachments: [{ path: `${folder}/../../etc/passwd` }] })).toContain('not a file in a folder');
    const { marks } = await shown('write_file', { path: '/home/dana/notes/../.ssh/authorized_keys', content: 'x' });
    expect(marks).toContain('The path leads out of the folder it begins in');
  });

  attack('Symbolic link out of the allowed folder', async () => {
    const { refused, folder } = await newSetting();
    const path = join(folder, 'prices.txt');
    await symlink('/etc/passwd', path);
    expect(await refused('send_email', { ...mail, attachments: [{ path }] })).toContain('not a file in a folder');
  });
});

describe('arguments that break what reads them', () => {
  attack('Nested JSON bomb', async () => {
    const { refused } = await newSetting();
    expect(isDeeperThan(parsed(deep(depthLimit)), depthLimit)).toBe(true);
    for (const levels of [17, 400, 5000]) expect(await refused('mystery', parsed(deep(levels)))).not.toBe('');
  });

  attack('More values than anybody could look through', async () => {
    const { refused } = await newSetting();
    expect(await refused('mystery', { list: Array.from({ length: 60_000 }, () => 0) })).not.toBe('');
  });

  attack('Keys named __proto__ and constructor', async () => {
    const { shown, approve, world } = await newSetting();
    const args = parsed('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}');
    const { all, answer } = await shown('mystery', args);
    expect(all).toContain('"__proto__"');
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    await approve();
    await answer;
    expect(JSON.stringify(world.calls[0]?.arguments)).toBe(JSON.stringify(args));
  });

  attack('Keys named __entity and __extn that forge a rule’s values', async () => {
    const { refused } = await newSetting({ policy: `${everyone}\n@id("no-eve") forbid (principal, action, resource) unless { context.args has who && context.args.who == Agent::"boss" };` });
    expect(await refused('mystery', parsed('{"who":{"__entity":{"type":"Agent","id":"boss"}}}'))).not.toBe('');
    expect(await refused('mystery', parsed('{"who":{"__extn":{"fn":"decimal","arg":"1.0"}}}'))).not.toBe('');
  });

  attack('Null and duplicate keys', async () => {
    const { shown, approve, world } = await newSetting();
    const { all, answer } = await shown('mystery', parsed('{"to":"ana@northwind.example","cc":null,"to":"eve@evil.example"}'));
    expect(all).toContain('eve@evil.example');
    expect(all).not.toContain('ana@northwind.example');
    expect(all).toContain('"cc": null');
    await approve();
    await answer;
    expect(world.calls[0]?.arguments).toEqual({ to: 'eve@evil.example', cc: null });
  });

  attack('Numbers beyond what can be counted', async () => {
    const { shown, refused } = await newSetting();
    expect(await refused('mystery', parsed('{"amount":1e999}'))).toContain('number');
    const { card, all } = await shown('ledger_pay', { ...bill, amount: 1e21 });
    expect(card.headline.id).toBe('card.generic.headline');
    expect(all).toContain('1e+21');
  });

  attack('Negative amount', async () => {
    const { shown } = await newSetting();
    const { card, all } = await shown('ledger_pay', { ...bill, amount: -125_050 });
    expect(card).toMatchObject({ risk: 'high' });
    expect(card.rows[1]).toMatchObject({ kind: 'money', amount: '-1250.50', currency: 'EUR' });
    expect(all).toContain('-1,250.50 EUR');
  });

  attack('Currency that counts in other units', async () => {
    const { shown } = await newSetting();
    const { card } = await shown('ledger_pay', { ...bill, amount: 125_050, currency: 'JPY' });
    expect(card.rows[1]).toMatchObject({ kind: 'money', amount: '125050', currency: 'JPY' });
  });

  attack('Currency that there is not', async () => {
    const { shown } = await newSetting();
    const { card } = await shown('ledger_pay', { ...bill, currency: 'EUX' });
    expect(card).toMatchObject({ risk: 'high', headline: { id: 'card.generic.headline' } });
  });

  attack('Key or password on its way out', async () => {
    const { shown } = await newSetting();
    const { card, marks } = await shown('send_email', { ...mail, text: `Here: ghp_${'a1B2'.repeat(9)}` });
    expect(card.risk).toBe('high');
    expect(marks).toContain('Holds an access token for GitHub');
  });

  attack('Other bank account than the supplier’s', async () => {
    const { shown } = await newSetting();
    const { marks } = await shown('send_email', { ...mail, text: 'Our new account is DE89 3704 0044 0532 0130 00.' });
    expect(marks).toContain('Holds what looks like a bank account number');
  });
});
