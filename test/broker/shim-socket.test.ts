import { chmod, chown, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EntryRefusal } from '../../main/broker/entry.ts';
import { openDoors } from '../../main/broker/doors.ts';
import { LineDoor } from '../../main/broker/line-door.ts';
import { ShimSocket, type ShimSocketParts, type ShimSocketStart } from '../../main/broker/shim-socket.ts';
import { longestLine } from '../../main/broker/shim-protocol.ts';
import { systemClock } from '../../main/model/clock.ts';
import type { AgentId } from '../../preload/contract.ts';
import { finance, marketing, ScriptedCatalog, ScriptedGate, usualOptions } from './harness.ts';
import { ManualClock } from './manual-clock.ts';

interface Place extends AsyncDisposable {
  readonly home: string;
  readonly folder: string;
  readonly path: string;
  readonly refusals: EntryRefusal[];
  readonly gate: ScriptedGate;
  start(more?: Partial<ShimSocketParts>): Promise<ShimSocketStart>;
}

async function makePlace(): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-'));
  const folder = join(home, 'run');
  const path = join(folder, 'broker.sock');
  const refusals: EntryRefusal[] = [];
  const gate = new ScriptedGate();
  const started: ShimSocket[] = [];
  const doors = openDoors({ gate, catalog: new ScriptedCatalog(), clock: systemClock, version: '0', optionsOf: () => usualOptions });
  return {
    home,
    folder,
    path,
    refusals,
    gate,
    async start(more = {}) {
      const result = await ShimSocket.start({
        place: { path, folder },
        clock: systemClock,
        serve: (socket, caller) => LineDoor.open(doors, socket, caller),
        isPaired: (agent) => agent === marketing || agent === finance,
        isPaused: () => false,
        requirePaired: () => Promise.resolve('refused'),
        issueToken: (agent: AgentId) => ({ token: `cst_of_${agent}`, expiresAt: 5 }),
        onSeen: () => {},
        status: () => ({ version: '0', mcpUrl: 'http://127.0.0.1:1/mcp', isPaused: false, waiting: 0, shell: 'console', canAsk: true, agents: [] }),
        onRefusedEntry: (why) => refusals.push(why),
        ...more,
      });
      if (result.ok) started.push(result.socket);
      return result;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((socket) => socket.close()));
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Says something to the socket and returns everything it answers until it ends. */
function say(path: string, text: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

function heard(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
}

describe('the socket’s folder', () => {
  test('is made for this person alone, and the socket too', async () => {
    await using place = await makePlace();
    expect(await place.start()).toMatchObject({ ok: true });
    expect((await lstat(place.folder)).mode & 0o777).toBe(0o700);
    expect((await lstat(place.path)).mode & 0o777).toBe(0o600);
  });

  test('is refused when it is a symbolic link, even to a folder of this person’s own', async () => {
    await using place = await makePlace();
    await mkdir(join(place.home, 'elsewhere'), { mode: 0o700 });
    await symlink(join(place.home, 'elsewhere'), place.folder);
    expect(await place.start()).toMatchObject({ ok: false, why: 'unsafe_folder' });
    expect(place.refusals).toEqual(['unsafe_socket_folder']);
  });

  test.each([0o755, 0o770, 0o707, 0o711])('is refused when others can reach it (mode %o)', async (mode) => {
    await using place = await makePlace();
    await mkdir(place.folder);
    await chmod(place.folder, mode);
    expect(await place.start()).toMatchObject({ ok: false, why: 'unsafe_folder' });
    expect((await lstat(place.folder)).mode & 0o777).toBe(mode);
  });

  test('is refused when it is a file', async () => {
    await using place = await makePlace();
    await writeFile(place.folder, '');
    expect(await place.start()).toMatchObject({ ok: false, why: 'unsafe_folder' });
  });

  test.runIf(process.getuid?.() === 0)('is refused when it belongs to another user', async () => {
    await using place = await makePlace();
    await mkdir(place.folder, { mode: 0o700 });
    await chown(place.folder, 65_534, 65_534);
    expect(await place.start()).toMatchObject({ ok: false, why: 'unsafe_folder', text: expect.stringContaining('another user') });
    expect(place.refusals).toEqual(['unsafe_socket_folder']);
  });
});

describe('a second server', () => {
  test('does not take a socket that answers', async () => {
    await using place = await makePlace();
    await place.start();
    expect(await place.start()).toMatchObject({ ok: false, why: 'already_running' });
    expect(await say(place.path, '{"purpose":"status"}\n')).toContain('"kind":"status"');
  });

  test('takes the place of one that died', async () => {
    await using place = await makePlace();
    await mkdir(place.folder, { mode: 0o700 });
    await leaveStaleSocket(place.path);
    expect(await place.start()).toMatchObject({ ok: true });
    expect(await say(place.path, '{"purpose":"status"}\n')).toContain('"kind":"status"');
  });

  test('does not remove a file that is no socket', async () => {
    await using place = await makePlace();
    await mkdir(place.folder, { mode: 0o700 });
    await writeFile(place.path, 'precious');
    expect(await place.start()).toMatchObject({ ok: false, why: 'unusable' });
    expect((await lstat(place.path)).size).toBe(8);
  });
});

/** A socket file nobody listens on: what a killed app leaves. Node removes its own when it closes, so it is moved away first. */
async function leaveStaleSocket(path: string): Promise<void> {
  const { rename } = await import('node:fs/promises');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.old`, resolve));
  await rename(`${path}.old`, path);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

test.each(['a live socket', 'a dead one', 'nothing'])('a symbolic link to %s in the place of the socket is not followed, taken or removed', async (kind) => {
  await using place = await makePlace();
  await mkdir(place.folder, { mode: 0o700 });
  const elsewhere = join(place.home, 'other.sock');
  const other = createServer((socket) => socket.destroy());
  let heard = 0;
  other.on('connection', () => (heard += 1));
  if (kind === 'a live socket') await new Promise<void>((resolve) => other.listen(elsewhere, resolve));
  if (kind === 'a dead one') await writeFile(elsewhere, '');
  await symlink(elsewhere, place.path);
  expect(await place.start()).toMatchObject({ ok: false, why: 'unusable' });
  expect((await lstat(place.path)).isSymbolicLink()).toBe(true);
  expect(heard).toBe(0);
  other.close();
});

describe('a first line', () => {
  test.each([
    ['that is no JSON', 'hello\n'],
    ['that is a list', '[]\n'],
    ['with an unknown purpose', '{"purpose":"shutdown"}\n'],
    ['without an agent', '{"purpose":"token"}\n'],
    ['with an agent that is no id', '{"purpose":"token","agent":"../x"}\n'],
    ['with a name that is no text', '{"purpose":"connect","agent":"marketing","name":{}}\n'],
    ['that never ends', Buffer.alloc(longestLine + 10, 'a')],
  ])('%s is refused and does nothing', async (_what, line) => {
    await using place = await makePlace();
    await place.start();
    expect(await say(place.path, line)).toMatch(/^\{"kind":"refused"/);
    expect(place.gate.performed).toEqual([]);
  });

  test('that does not come in time ends the connection', async () => {
    const clock = new ManualClock();
    await using place = await makePlace();
    await place.start({ clock });
    const answer = say(place.path, '{"purpose":');
    const tick = setInterval(() => clock.pass(5_000), 10);
    expect(await answer).toBe('');
    clearInterval(tick);
  });
});

describe('the door stays open for others', () => {
  const status = '{"purpose":"status"}\n';
  /** As many as are let in at a time. */
  const many = Array.from({ length: 64 });

  test('when clients that were refused stay, and had more to say', async () => {
    await using place = await makePlace();
    await place.start();
    const stay = await Promise.all(many.map(async () => {
      const socket = connect({ path: place.path, allowHalfOpen: true }, () => socket.write('hello\nand more\n'));
      socket.on('error', () => {});
      expect(await heard(socket)).toMatch(/^\{"kind":"refused"/);
      return socket;
    }));
    expect(await say(place.path, status)).toMatch(/^\{"kind":"status"/);
    for (const socket of stay) socket.destroy();
  });

  test('when clients that wait for the person go away before the answer', async () => {
    await using place = await makePlace();
    await place.start({ isPaired: () => false, requirePaired: () => new Promise(() => {}) });
    await Promise.all(many.map(async () => {
      const socket = connect(place.path, () => socket.write('{"purpose":"connect","agent":"stranger"}\n'));
      expect(await heard(socket)).toMatch(/^\{"kind":"waiting"/);
      await new Promise<void>((resolve) => socket.once('close', () => resolve()).end());
    }));
    expect(await say(place.path, status)).toMatch(/^\{"kind":"status"/);
  });
});

test('where nobody can be asked, an unknown agent is told so, and no question is put', async () => {
  await using place = await makePlace();
  const status = { version: '0', mcpUrl: 'http://127.0.0.1:1/mcp', isPaused: false, waiting: 0, shell: 'console', canAsk: false, agents: [] } as const;
  const asked: AgentId[] = [];
  await place.start({
    status: () => status,
    requirePaired: (agent) => {
      asked.push(agent);
      return Promise.resolve('paired');
    },
  });
  const lines = (await say(place.path, '{"purpose":"token","agent":"stranger"}\n')).trim().split('\n').map((line) => JSON.parse(line));
  expect(lines).toEqual([{ kind: 'refused', text: expect.stringContaining('nobody can be asked') }]);
  expect(asked).toEqual([]);
  expect(await say(place.path, '{"purpose":"token","agent":"marketing"}\n')).toMatch(/^\{"kind":"token"/);
});

test('an answer that the person gave late is told to who still waits, and what it sent meanwhile is not lost', async () => {
  await using place = await makePlace();
  const answer = Promise.withResolvers<'paired'>();
  await place.start({ isPaired: () => false, requirePaired: () => answer.promise });
  let text = '';
  await new Promise<void>((resolve) => {
    const socket = connect(place.path, () => socket.write('{"purpose":"connect","agent":"marketing"}\n'));
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.includes('waiting') && !text.includes('ready')) socket.write('{"jsonrpc":"2.0","id":7,"method":"ping"}\n', () => answer.resolve('paired'));
      if (text.includes('"id":7')) socket.destroy();
    });
    socket.on('close', () => resolve());
  });
  expect(text.trim().split('\n').map((line) => JSON.parse(line))).toMatchObject([{ kind: 'waiting' }, { kind: 'ready' }, { id: 7, result: {} }]);
});

test('MCP lines sent together with the first line are not lost', async () => {
  await using place = await makePlace();
  await place.start();
  const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } } };
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(place.path, () => socket.write(`{"purpose":"connect","agent":"marketing"}\n${JSON.stringify(initialize)}\n`));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.split('\n').length > 2) socket.destroy();
    });
    socket.on('close', () => resolve(text));
  });
  expect(answer.split('\n').slice(0, 2).map((line) => JSON.parse(line))).toMatchObject([{ kind: 'ready' }, { id: 1, result: { serverInfo: { name: 'countersign' } } }]);
});

test('an MCP message larger than 4 MiB ends the connection, and the door stays open for others', async () => {
  await using place = await makePlace();
  await place.start();
  const hello = Buffer.from('{"purpose":"connect","agent":"marketing"}\n');
  const [ready, refused] = (await say(place.path, Buffer.concat([hello, Buffer.alloc(5 * 1024 * 1024, 'a')]))).split('\n');
  expect(ready).toBe('{"kind":"ready"}');
  expect(refused).toContain('larger than 4 MiB');
  expect(await say(place.path, '{"purpose":"status"}\n')).toContain('"kind":"status"');
});

test('arguments nested too deep are refused here too', async () => {
  await using place = await makePlace();
  await place.start();
  const call = `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"work-mail__send_email","arguments":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}}\n`;
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(place.path, () => socket.write(`{"purpose":"connect","agent":"marketing"}\n${call}`));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.split('\n').length > 2) socket.destroy();
    });
    socket.on('close', () => resolve(text));
  });
  expect(answer).toContain('64 levels');
  expect(place.gate.performed).toEqual([]);
});

test('cutting off one agent leaves the other connected', async () => {
  await using place = await makePlace();
  const result = await place.start();
  const open = (agent: string) => {
    const ready = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const socket = connect(place.path, () => socket.write(`{"purpose":"connect","agent":"${agent}"}\n`));
    socket.on('data', () => ready.resolve());
    socket.on('close', () => closed.resolve());
    return { socket, ready: ready.promise, closed: closed.promise };
  };
  const one = open('marketing');
  const two = open('finance');
  await Promise.all([one.ready, two.ready]);
  if (result.ok) result.socket.disconnect(marketing);
  await one.closed;
  two.socket.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  const pong = await new Promise<string>((resolve) => two.socket.once('data', (chunk) => resolve(chunk.toString())));
  expect(JSON.parse(pong)).toMatchObject({ id: 1, result: {} });
  two.socket.destroy();
});
