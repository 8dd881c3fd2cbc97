import { execFileSync } from 'node:child_process';
import { array, assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { harden, readBubblewrap } from '../../main/sandbox/helper/bubblewrap.ts';
import { readWords, writeWords } from '../../main/sandbox/helper/shell-words.ts';
import { systemCallFilter } from '../../main/sandbox/helper/system-calls.ts';
import type { SandboxFacts } from '../../main/sandbox/protocol.ts';
import { readReadiness } from '../../main/sandbox/readiness.ts';

describe('words of a line', () => {
  test('are read as they were written', () => {
    assert(
      property(array(string({ unit: 'binary' }).filter((word) => !word.includes('\0'))), (words) => {
        expect(readWords(writeWords(words))).toEqual(words);
      }),
    );
  });

  test('are read as a shell reads them', () => {
    const words = ["it's", '', 'a b', '$HOME `x` "y"', 'a\nb', '\\', '*'];
    expect(execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${writeWords(words)}`], { encoding: 'utf8' })).toBe(words.map((word) => `${word}\0`).join(''));
  });

  test.each(['a; b', 'a | b', 'a > b', '$(a)', '`a`', 'a & b', "a 'b", 'a "$b"', 'a\nb', '*', '~', 'a #b'])('%j is no list of words', (line) => {
    expect(readWords(line)).toBeUndefined();
  });
});

describe('what the library made', () => {
  const hardening = { temporary: 10, environment: {}, filterDescriptor: 8, writable: ['/work'], sockets: [] };
  const line = '/usr/bin/bwrap --new-session --die-with-parent --unshare-net --ro-bind / / --tmpfs /home --dev /dev --unshare-pid --unshare-user --proc /proc -- sh';

  test('is tightened when it is what is known', () => {
    const start = harden(line, '/usr/bin/bwrap', hardening);
    expect(start?.command).toEqual(['sh']);
    expect(start?.options.join(' ')).toContain('--remount-ro /home');
  });

  test.each(['--new-session', '--die-with-parent', '--unshare-net', '--unshare-pid', '--unshare-user', '--proc /proc', '--dev /dev'])('is not started without %s', (option) => {
    expect(harden(line.replace(` ${option}`, ''), '/usr/bin/bwrap', hardening)).toBeUndefined();
  });

  test.each(['/usr/bin/bwrap --share-net -- sh', '/usr/bin/other -- sh', 'sh -c x', '/usr/bin/bwrap --bind / /'])('is not started when it is %j', (other) => {
    expect(readBubblewrap(other, '/usr/bin/bwrap')).toBeUndefined();
  });
});

test('there is a filter for the machines that the library knows, and for no other', () => {
  for (const machine of ['x64', 'arm64']) expect((systemCallFilter(machine)?.length ?? 0) % 8).toBe(0);
  expect(systemCallFilter('riscv64')).toBeUndefined();
});

describe('readiness', () => {
  const well: SandboxFacts = { errors: [], warnings: [], trial: null, bubblewrap: '0.8.0', isUserNamespaceRestricted: false, isAdministrator: false };
  const read = (facts: Partial<SandboxFacts>, platform: NodeJS.Platform = 'linux') => readReadiness({ ...well, ...facts }, platform, 'apt', '/opt/p');

  test('is full on Linux and macOS, and called reduced on Windows', () => {
    expect(read({})).toEqual({ state: 'full' });
    expect(read({ bubblewrap: null }, 'darwin')).toEqual({ state: 'full' });
    expect(read({ bubblewrap: null, warnings: ['w'] }, 'win32')).toEqual({ state: 'reduced', why: 'windows', warnings: ['w'] });
    expect(read({ isAdministrator: true })).toMatchObject({ state: 'reduced', why: 'administrator' });
  });

  test('names each missing part with the one line that mends it', () => {
    expect(read({ errors: ['bubblewrap (bwrap) not installed', 'socat not installed', 'ripgrep (rg) not found'], bubblewrap: null })).toEqual({
      state: 'missing',
      parts: [
        { part: 'bubblewrap', mend: 'sudo apt-get install -y bubblewrap' },
        { part: 'socat', mend: 'sudo apt-get install -y socat' },
        { part: 'ripgrep', mend: 'sudo apt-get install -y ripgrep' },
      ],
    });
    expect(read({ bubblewrap: '0.6.1' })).toMatchObject({ parts: [{ part: 'old_bubblewrap', version: '0.6.1' }] });
  });

  test('knows Ubuntu’s rule by its sign, and names the shipped profile', () => {
    const ubuntu = read({ trial: 'bwrap: setting up uid map: Permission denied', isUserNamespaceRestricted: true });
    expect(ubuntu).toMatchObject({ state: 'missing', parts: [{ part: 'user_namespaces' }] });
    expect(JSON.stringify(ubuntu)).toContain("'/opt/p' /etc/apparmor.d/countersign-bwrap");
    expect(JSON.stringify(read({ trial: 'bwrap: No permissions to create new namespace' }))).toContain('sysctl');
  });

  test('takes what it does not know for missing', () => {
    expect(read({ trial: 'odd' })).toEqual({ state: 'missing', parts: [{ part: 'other', text: 'odd' }] });
    expect(read({}, 'freebsd')).toEqual({ state: 'missing', parts: [{ part: 'platform' }] });
    expect(read({ errors: ['x'], bubblewrap: null }, 'win32')).toMatchObject({ state: 'missing', parts: [{ part: 'windows_set_up' }] });
  });
});
