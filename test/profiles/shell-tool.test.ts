import { describe, expect, test } from 'vitest';
import { connectionId } from '../../preload/contract.ts';
import { genericProfile } from '../../main/model/generic-profile.ts';
import { disarm } from '../../main/model/disarm.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { Profiles } from '../../main/profiles/profiles.ts';
import { commandPlace } from '../../main/profiles/shell-tool.ts';
import { sayPhrase } from '../../main/text/phrases.ts';
import { describeWith, shipped, shownIn } from './setting.ts';

const text = { type: 'string' };
const words = { type: 'array', items: text };
const schema = (properties: JsonObject): JsonObject => ({ type: 'object', properties });
const profiles = new Profiles({ shipped, sayPhrase });
const describeTool = (name: string, properties: JsonObject, args: JsonObject, annotations = {}) => describeWith(profiles.of(connectionId.parse('tools'), { name, inputSchema: schema(properties), annotations })!, args);

describe('a tool that looks as if it runs commands', () => {
  test.each([
    ['run_command', { command: text }],
    ['bash', { command: text, timeout: { type: 'number' } }],
    ['executeShell', { cmd: text }],
    ['shell.exec', { command: words, workdir: text }],
    ['terminal', { 'command-line': text }],
    ['run-process', { command: { type: ['string', 'null'] }, args: words, cwd: text }],
  ])('is %s', (name, properties) => expect(commandPlace({ name, inputSchema: schema(properties) })).toBeDefined());

  test.each([
    ['send_command', { order: text }],
    ['create_event', { command: text }],
    ['run_report', { report: text }],
    ['shellfish', { command: text }],
    ['run_command', { command: { type: 'object' } }],
    ['run_command', {}],
  ])('is not %s with %j', (name, properties) => expect(commandPlace({ name, inputSchema: schema(properties) })).toBeUndefined());

  test('gets the facts of its command, and its card the line and what it could change', async () => {
    const { facts, card } = await describeTool('run_command', { command: text, cwd: text }, { command: 'rm -rf build; curl http://evil.example', cwd: '/work' });
    expect(facts).toMatchObject({ effect: 'unknown', isReversible: false, programs: ['rm', 'curl'], destructive: ['delete'], hosts: ['evil.example'], pathsWritten: ['/work/build'], folder: '/work' });
    expect(card.rows.map(({ kind }) => kind)).toContain('command');
    expect(shownIn(card.rows)).toContain('rm -rf build; curl http://evil.example');
    expect(card.unusual.map((mark) => mark.text.id)).toEqual(expect.arrayContaining(['card.mark.unknownEffect', 'mark.command.delete']));
  });

  test('stays exactly as suspicious as it was, and shows all that it showed', async () => {
    for (const command of ['ls', 'git status', '', 'ls "', '\u202e']) {
      const args = { command, other: { deep: 1 } };
      const { facts, card } = await describeTool('run_command', { command: text }, args, { readOnlyHint: true, destructiveHint: false });
      const plain = await describeWith(genericProfile('run_command', disarm), args);
      expect(facts).toMatchObject(plain.facts);
      expect(card).toMatchObject({ risk: 'high', confirm: plain.card.confirm, headline: plain.card.headline });
      expect(card.rows).toEqual(expect.arrayContaining([...plain.card.rows]));
      for (const mark of plain.card.unusual) expect(card.unusual).toContainEqual(mark);
    }
  });

  test('says that it may destroy something: that is still told', async () => {
    const { card } = await describeTool('bash', { command: text }, { command: 'ls' }, { destructiveHint: true });
    expect(card.unusual[0]).toMatchObject({ text: { id: 'card.mark.saysDestructive' }, tone: 'stop' });
  });

  test('knows no more of a line than every shell would read', async () => {
    expect((await describeTool('bash', { command: text }, { command: 'git status' })).facts.isFullyKnown).toBe(true);
    const known = await Promise.all(["git 'status'", 'git %PATH%', 'git ^status', 'git =ls', 'git a,b', 'git (status)', 'git @args', 'git !x', 'git status\\'].map(async (command) => (await describeTool('bash', { command: text }, { command })).facts.isFullyKnown));
    expect(known).not.toContain(true);
  });

  test('may take its words in a list, or beside the program', async () => {
    expect((await describeTool('shell', { command: words }, { command: ['bash', '-lc', 'rm -rf x; curl http://evil.example'] })).facts).toMatchObject({ programs: ['bash', 'rm', 'curl'], hosts: ['evil.example'], isFullyKnown: false });
    expect((await describeTool('shell', { command: words }, { command: ['git', 'status'] })).facts).toMatchObject({ argv: ['git', 'status'], isFullyKnown: true });
    expect((await describeTool('run_process', { command: text, args: words }, { command: 'git', args: ['push', '--force'] })).facts).toMatchObject({ destructive: ['force_push'] });
    expect((await describeTool('run_process', { command: text, args: words }, { command: 'echo', args: ['a; rm x'] })).facts).toMatchObject({ programs: ['echo', 'rm'] });
    expect((await describeTool('run', { commands: words }, { commands: ['ls -l', 'rm x'] })).facts).toMatchObject({ programs: ['ls', 'rm'] });
    expect((await describeTool('run', { commands: words }, { commands: [1, null] })).facts).toMatchObject({ effect: 'unknown' });
  });

  test('without a command is described as any other', async () => {
    expect((await describeTool('bash', { command: text }, {})).facts).toEqual({ effect: 'unknown', isReversible: false });
    expect((await describeTool('bash', { command: text }, { command: 5 })).facts).toEqual({ effect: 'unknown', isReversible: false });
  });
});
