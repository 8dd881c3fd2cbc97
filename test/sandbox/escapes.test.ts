import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Machine, type Asked, type Ended } from './harness.ts';

/**
 * Attempts to get out of a run, or to leave something behind that does. Each says ESCAPED when it got what it was after,
 * so that an attempt which merely fails to start would be found by its `shows` instead.
 */

let machine: Machine;
const servers: Server[] = [];
const secret = 'the-outside-secret';

beforeAll(async () => {
  machine = await Machine.make();
  await mkdir(join(machine.home, '.ssh'));
  await writeFile(join(machine.home, '.ssh/id'), secret);
  await writeFile(join(machine.home, '.bashrc'), '# mine\n');
  await writeFile(join(machine.state, 'state.db'), secret);
  await symlink(join(machine.home, '.ssh'), join(machine.workspace, 'planted'));
  await symlink(join(machine.home, '.bashrc'), join(machine.workspace, 'planted-file'));
  execFileSync('git', ['init', '-q', machine.workspace]);
  await mkdir(join(machine.workspace, 'deep/repository'), { recursive: true });
  execFileSync('git', ['init', '-q', join(machine.workspace, 'deep/repository')]);
  for (const path of [join(machine.state, 'broker.sock'), join(machine.folder, 'other.sock'), '\0countersign-escape-test']) {
    const server = createServer((socket) => socket.end(secret));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    servers.push(server);
  }
  machine.own();
});

afterAll(async () => {
  for (const server of servers) server.close();
  await machine.remove();
});

interface Attempt {
  readonly name: string;
  readonly script: () => string;
  readonly asked?: Asked;
  /** What shows that it really was attempted: in its output and errors together. */
  readonly shows: RegExp;
  /** A line that the sandbox itself must have written down; without it the run's own record, with its code, is the trace. */
  readonly writes?: RegExp;
}

const python = (code: string): string => `python3 - <<'CODE'\nimport os, sys, ctypes, socket, fcntl, errno\nlibc = ctypes.CDLL(None, use_errno=True)\ndef call(number, *given):\n    result = libc.syscall(number, *given)\n    print('ESCAPED' if result >= 0 else errno.errorcode.get(ctypes.get_errno(), ctypes.get_errno()))\n${code}\nCODE`;
const connect = (address: string): string => python(`try:\n    s = socket.socket(socket.AF_UNIX)\n    s.connect(${address})\n    print('ESCAPED', s.recv(99))\nexcept OSError as problem:\n    print(problem)`);
const write = (path: string): string => `if echo x >> ${path}; then echo ESCAPED; fi`;
const read = (path: string): string => `if grep -q ${secret} ${path}; then echo ESCAPED; fi`;
/** Where this checkout itself lies under /tmp: the sandbox's own helper is shown from there. */
const ownName = process.cwd().startsWith('/tmp/') ? (process.cwd().split('/')[2] ?? '') : 'no such name';
const nowhere = /No such file|Permission denied|Read-only|Not a directory|denied/i;
const refused = /EPERM|EACCES|ENOSYS|Operation not permitted/;

const reading: readonly Attempt[] = [
  { name: 'a path that climbs', script: () => read('../home/.ssh/id'), shows: nowhere },
  { name: 'an absolute path', script: () => read(`${machine.home}/.ssh/id`), shows: nowhere },
  { name: 'a link made inside', script: () => `ln -sfn ${machine.home} way; ${read('way/.ssh/id')}`, shows: nowhere },
  { name: 'a link that lies there', script: () => read('planted/id'), shows: nowhere },
  { name: 'a hard link', script: () => `ln ${machine.home}/.ssh/id copy && echo ESCAPED`, shows: nowhere },
  { name: 'the root of the first process', script: () => read(`/proc/1/root${machine.home}/.ssh/id`), shows: nowhere },
  { name: 'the working directory of every process', script: () => `for p in /proc/[0-9]*; do ${read('$p/cwd/../home/.ssh/id')}; done`, shows: nowhere },
  { name: 'the environment of every process', script: () => `cat /proc/[0-9]*/environ | grep -qa OUTSIDE_SECRET && echo ESCAPED; cat /proc/1/environ`, shows: nowhere },
  { name: 'the memory of the first process', script: () => `head -c 1 /proc/1/mem && echo ESCAPED`, shows: nowhere },
  { name: 'the descriptors of other processes', script: () => `ls -l /proc/1/fd && echo ESCAPED`, shows: nowhere },
  { name: 'descriptors that were left open', script: () => `for fd in /proc/$$/fd/*; do [ \${fd##*/} -gt 2 ] && [ \${fd##*/} -ne 255 ] && readlink $fd && echo ESCAPED; done; echo looked`, shows: /looked/ },
  { name: 'our own state', script: () => `find / -name state.db 2>/dev/null | grep . && echo ESCAPED; ${read(`${machine.state}/state.db`)}`, shows: nowhere },
  { name: 'password hashes', script: () => 'cat /etc/shadow && echo ESCAPED', shows: nowhere },
  { name: 'the keys of this machine', script: () => 'ls /etc/ssh/* /root/.ssh /etc/ssl/private && echo ESCAPED', shows: nowhere },
  { name: 'other people’s temporary files', script: () => `ls -A /tmp | grep -v countersign-sandbox | grep -v csr- | grep -vx '${ownName}' && echo ESCAPED; ls ${machine.folder}; ls ${machine.folder}/home`, shows: nowhere },
  { name: 'disks', script: () => 'ls /dev/vd* /dev/sd* /dev/nvme* /dev/mem /dev/kmsg && echo ESCAPED; mknod disk b 254 0 && head -c 1 disk && echo ESCAPED', shows: /Operation not permitted|Permission denied/ },
  { name: 'the kernel’s log', script: () => python('call(103, 3, ctypes.create_string_buffer(100), 100)'), shows: refused },
  { name: 'files by handle', script: () => python('call(304, -100, ctypes.create_string_buffer(64), 0)'), shows: refused },
];

const talking: readonly Attempt[] = [
  { name: 'our own socket', script: () => connect(`'${machine.state}/broker.sock'`), shows: refused },
  { name: 'another socket', script: () => connect(`'${machine.folder}/other.sock'`), shows: refused },
  { name: 'an abstract socket', script: () => connect("'\\0countersign-escape-test'"), shows: refused },
  { name: 'D-Bus and with it the keyring', script: () => `env | grep -i dbus && echo ESCAPED; ls /run/user && echo ESCAPED; ${connect("'/run/dbus/system_bus_socket'")}`, shows: refused },
  { name: 'the SSH agent and the display', script: () => `env | grep -E 'SSH_AUTH_SOCK|DISPLAY' && echo ESCAPED; ${connect("'/tmp/.X11-unix/X0'")}`, shows: refused },
  { name: 'Docker', script: () => connect("'/var/run/docker.sock'"), shows: refused },
  { name: 'a socket through io_uring', script: () => python('call(425, 8, ctypes.create_string_buffer(120))'), shows: refused },
  { name: 'a socket by the 32-bit calls of this processor', script: () => python('call(0x40000000 + 41, 1, 1, 0)'), shows: /ENOSYS|Bad system call/ },
  { name: 'the kernel’s keyrings', script: () => python('call(250, 0, -3, 0)\ncall(248, b"user", b"x", b"y", 1, -3)\ncall(249, b"user", b"x", 0, 0)'), shows: refused },
  { name: 'shared memory of others', script: () => python('libc.shmget.restype = ctypes.c_int\nprint("ESCAPED" if libc.shmget(0x43535431, 0, 0) >= 0 else "EACCES or none")'), shows: /none/ },
  { name: 'processes outside', script: () => `kill -9 ${process.pid} && echo ESCAPED; kill -0 ${process.ppid} && echo ESCAPED; true`, shows: /No such process/ },
  { name: 'typing into a terminal', script: () => python("import pty\nmaster, slave = pty.openpty()\ntry:\n    fcntl.ioctl(slave, 0x5412, b'x')\n    print('ESCAPED')\nexcept OSError as problem:\n    print(errno.errorcode[problem.errno])"), shows: /EPERM/ },
];

const climbing: readonly Attempt[] = [
  { name: 'a user namespace', script: () => 'unshare -Ur id && echo ESCAPED', shows: refused },
  { name: 'a mount', script: () => 'mount -t tmpfs none /tmp && echo ESCAPED; mount --bind / /tmp && echo ESCAPED', shows: /permission denied|not permitted|must be superuser/i },
  { name: 'another root', script: () => '/usr/sbin/chroot /proc/1/root /bin/true && echo ESCAPED', shows: /not permitted|denied/i },
  { name: 'a sandbox of its own', script: () => 'bwrap --bind / / --unshare-user true && echo ESCAPED', shows: /bwrap/ },
  { name: 'making a protected file writable again', script: () => 'mount -o remount,rw .bashrc; umount .bashrc; chmod 777 .bashrc; echo x > .bashrc && echo ESCAPED', shows: nowhere, writes: /bashrc/ },
  { name: 'tracing the first process', script: () => python('libc.ptrace.restype = ctypes.c_long\nprint("ESCAPED" if libc.ptrace(16, 1, 0, 0) == 0 else errno.errorcode[ctypes.get_errno()])'), shows: refused },
  { name: 'a program that takes its owner’s rights', script: () => 'cp /bin/bash mine; chmod u+s mine; chmod 6755 mine; [ -u mine ] && echo ESCAPED; grep NoNewPrivs /proc/self/status', shows: /Operation not permitted[\s\S]*|NoNewPrivs:\s+1/ },
  { name: 'a file born with its owner’s rights', script: () => python("try:\n    os.open('born', os.O_CREAT | os.O_WRONLY, 0o4755)\n    print('ESCAPED')\nexcept OSError as problem:\n    print(errno.errorcode[problem.errno])"), shows: refused },
  { name: 'kernel modules, programs and counters', script: () => python('call(175, 0, 0, b"")\ncall(321, 0, 0, 0)\ncall(298, 0, 0, -1, -1, 0)\ncall(323, 0)'), shows: refused },
  { name: 'the kernel’s settings', script: () => `${write('/proc/sys/kernel/core_pattern')}; ${write('/proc/sysrq-trigger')}; ${write('/sys/fs/cgroup/release_agent')}`, shows: nowhere, writes: /core_pattern/ },
  { name: 'the clock and the host’s name', script: () => 'date -s 2001-01-01 && echo ESCAPED; hostname owned && echo ESCAPED', shows: /not permitted|must be root|denied/i },
];

const staying: readonly Attempt[] = [
  { name: 'a shell profile at home', script: () => write(`${machine.home}/.bashrc`), shows: nowhere },
  { name: 'a link that lies there', script: () => write('planted-file'), shows: nowhere },
  { name: 'the system’s folders', script: () => ['/usr/bin/x', '/etc/profile.d/x.sh', '/etc/cron.d/x', '/var/spool/cron/root', '/home/x', '/opt/x', '/root/x'].map(write).join('; '), shows: nowhere, writes: /\/usr\/bin\/x/ },
  { name: 'a shell profile in the workspace', script: () => ['.bashrc', '.profile', '.zshrc'].map(write).join('; '), shows: nowhere, writes: /\.bashrc/ },
  { name: 'a git hook', script: () => write('.git/hooks/pre-commit'), shows: nowhere, writes: /hooks/ },
  { name: 'git’s settings', script: () => `git config core.fsmonitor 'touch owned' && echo ESCAPED; ${write('.git/config')}`, shows: nowhere, writes: /\.git\/config/ },
  { name: 'a git hook of a repository within', script: () => write('deep/repository/.git/hooks/pre-commit'), shows: nowhere },
  { name: 'another repository in its place', script: () => 'mv .git gone && mkdir -p .git/hooks && echo ESCAPED; mv deep/repository/.git gone && echo ESCAPED', shows: /busy/ },
  { name: 'what editors run by themselves', script: () => ['.vscode/tasks.json', '.idea/x.xml', '.envrc', '.husky/pre-commit', '.devcontainer/devcontainer.json', '.mcp.json', '.claude/settings.json'].map(write).join('; '), shows: nowhere, writes: /envrc/ },
  { name: 'renaming what protects', script: () => 'mv .envrc a && echo ESCAPED; rm -f .envrc && echo ESCAPED; mv .vscode b && echo ESCAPED', shows: /busy/ },
  { name: 'a core dump', script: () => "sh -c 'kill -SEGV $$'; ls core* && echo ESCAPED; ulimit -c unlimited && echo ESCAPED", shows: /core/ },
];

async function tryIt({ script, asked }: Attempt): Promise<Ended> {
  return await machine.script(script(), { ...asked, environment: {} });
}

describe.each([
  ['reading', reading],
  ['talking to', talking],
  ['climbing by', climbing],
  ['leaving something in', staying],
] as const)('%s', (_kind, attempts) => {
  test.each(attempts.map((attempt) => [attempt.name, attempt] as const))('%s is closed', async (_name, attempt) => {
    const ended = await tryIt(attempt);
    expect(ended.output).not.toContain('ESCAPED');
    expect(ended.output + ended.error).toMatch(attempt.shows);
    if (attempt.writes !== undefined) expect(ended.violations.join('\n')).toMatch(attempt.writes);
    expect(ended.isLost).toBe(false);
  });
});

describe('using up the machine', () => {
  test('a fork bomb ends with everything it started', async () => {
    const ended = await machine.script(': 4712.1; b() { b | b & }; b; sleep 20', { limits: { processes: 100, time: 15_000 } });
    expect(ended.limit).not.toBeNull();
    expect(alive('4712.1')).toBe(0);
  });

  test('memory that no process holds is bounded', async () => {
    const ended = await machine.script('for place in /dev/shm /tmp; do head -c 3000M /dev/zero > $place/big; stat -c %s $place/big; done; for place in /home /var /run /dev /sys /etc; do touch $place/x && echo ESCAPED; done');
    const sizes = ended.output.match(/^\d+$/gm)?.map(Number) ?? [];
    expect(sizes.every((size) => size <= 300 << 20)).toBe(true);
    expect(ended.output).not.toContain('ESCAPED');
  });

  test('limits are not raised again from inside', async () => {
    const ended = await machine.script('ulimit -f unlimited; ulimit -d unlimited; ulimit -u 100000; ulimit -f; ulimit -d', { limits: { diskWritten: 5 << 20, memory: 200 << 20 } });
    expect(ended.output).toBe(`${5 << 10}\n${200 << 10}\n`);
  });
});

describe('staying after the end', () => {
  test.each([
    ['in a session of its own', 'setsid sleep 4712.2 & sleep 0.2'],
    ['deaf to hang-ups', 'nohup sleep 4712.3 >/dev/null 2>&1 & sleep 0.2'],
    ['forked twice', '( ( setsid sleep 4712.4 >/dev/null 2>&1 & ) & ); sleep 0.2'],
    ['deaf to signals', "(trap '' TERM HUP INT; exec -a x sleep 4712.5) & sleep 0.2"],
  ])('%s', async (_name, script) => {
    const ended = await machine.script(script);
    expect(ended.code).toBe(0);
    expect(alive('4712.')).toBe(0);
  });
});

test('a folder that is swapped for a link while runs start shows nothing of what the link leads to', async () => {
  const folder = join(machine.folder, 'swapped');
  await mkdir(folder);
  await writeFile(join(folder, 'id'), 'mine');
  machine.own();
  const swapper = spawn('/bin/bash', ['-c', `cd ${machine.folder}; while :; do mv swapped aside; ln -s home/.ssh swapped; rm swapped; mv aside swapped; done`], { stdio: 'ignore' });
  const outputs: string[] = [];
  for (let round = 0; round < 12; round += 1) {
    const started = await machine.sandbox.start({ ...machine.plan(['/bin/cat', join(folder, 'id')]), readable: [folder] });
    if (!started.ok) continue;
    for await (const chunk of started.run.output) outputs.push(String(chunk));
    await started.run.end;
  }
  swapper.kill('SIGKILL');
  await new Promise((resolve) => swapper.once('exit', resolve));
  expect(outputs.join('')).not.toContain(secret);
  await rm(folder, { recursive: true, force: true });
});

test('a link to the home as a workspace is seen for what it is', async () => {
  const folder = join(machine.folder, 'looks-fine');
  await symlink(machine.home, folder);
  expect(await machine.sandbox.start({ ...machine.plan(['/bin/true']), writable: [folder], cwd: folder })).toMatchObject({ ok: false, problem: 'too_wide' });
});

test('after all of it the outside is as it was', async () => {
  expect(readFileSync(join(machine.home, '.bashrc'), 'utf8')).toBe('# mine\n');
  expect(readFileSync(join(machine.home, '.ssh/id'), 'utf8')).toBe(secret);
  expect((await readdir(machine.home)).toSorted()).toEqual(['.bashrc', '.config', '.ssh']);
  expect((await readdir(machine.workspace)).filter((name) => name.startsWith('.'))).toEqual(['.git']);
  expect(existsSync(join(machine.workspace, '.git/hooks/pre-commit'))).toBe(false);
  for (const name of ['mine', 'born']) if (existsSync(join(machine.workspace, name))) expect(statSync(join(machine.workspace, name)).mode & 0o6000).toBe(0);
  rmSync(join(machine.workspace, 'mine'), { force: true });
  await rename(machine.workspace, `${machine.workspace}-moved`);
  await rename(`${machine.workspace}-moved`, machine.workspace);
});

function alive(word: string): number {
  const list = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return list.split('\n').filter((line) => line.includes(word) && !line.includes('ps -eo')).length;
}
