import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { agentId } from '../../preload/contract.ts';
import { assemble, commandFile, runProgram, type Assembled, type Ran } from '../cli/assembled.ts';

const marketing = agentId.parse('marketing');
const programs = resolve(import.meta.dirname, '../../node_modules/.bin');

type Way = 'http' | 'stdio';

/** A config file as the client's own documentation has it: a URL with a token, and our command. */
async function writeConfig(app: Assembled): Promise<string> {
  const { token } = app.tokens.issue(marketing);
  const file = join(app.home, 'mcp.json');
  const mcpServers = {
    http: { type: 'streamable-http', url: app.broker.mcpUrl, headers: { Authorization: `Bearer ${token}` } },
    stdio: { command: process.execPath, args: [commandFile, 'connect', '--agent', 'marketing'], env: { COUNTERSIGN_HOME: app.home } },
  };
  await writeFile(file, JSON.stringify({ mcpServers }));
  return file;
}

/** An installed client, unmodified, in a home of its own, on the Node that runs these tests. */
function run(app: Assembled, program: string, args: readonly string[]): Promise<Ran> {
  const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  return runProgram(join(programs, program), args, { PATH, HOME: app.home, XDG_CONFIG_HOME: join(app.home, 'config'), NO_COLOR: '1', CI: '1' });
}

const clients = {
  mcporter: {
    list: (config: string, way: Way) => ['--config', config, 'list', way, '--json'],
    call: (config: string, way: Way) => ['--config', config, 'call', `${way}.work-mail__send_email`, 'to=ana@northwind.example', '--output', 'json'],
  },
  'mcp-inspector': {
    list: (config: string, way: Way) => ['--cli', '--config', config, '--server', way, '--method', 'tools/list'],
    call: (config: string, way: Way) => {
      const target = ['--cli', '--config', config, '--server', way, '--method', 'tools/call'];
      return [...target, '--tool-name', 'work-mail__send_email', '--tool-arg', 'to=ana@northwind.example'];
    },
  },
} as const;

test.each([
  ['mcporter', 'http'],
  ['mcporter', 'stdio'],
  ['mcp-inspector', 'http'],
  ['mcp-inspector', 'stdio'],
] as const)('%s lists and calls through %s', async (program, way) => {
  await using app = await assemble();
  const config = await writeConfig(app);
  const listed = await run(app, program, clients[program].list(config, way));
  expect(listed).toMatchObject({ code: 0 });
  expect(listed.out).toContain('work-mail__send_email');
  expect(listed.out).toContain('countersign_wait');
  const called = await run(app, program, clients[program].call(config, way));
  expect(called).toMatchObject({ code: 0 });
  expect(called.out).toContain('did send_email');
  expect(app.gate.performed).toMatchObject([{ agent: 'marketing', connection: 'work-mail', name: 'send_email', arguments: { to: 'ana@northwind.example' } }]);
  expect(app.refusals).toEqual([]);
});
