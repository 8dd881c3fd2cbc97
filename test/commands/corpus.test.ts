import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { describeCommandLine } from '../../main/commands/describe-command.ts';
import { everyday, evil, type Expected } from './corpus.ts';

const sorted = (text: string): readonly string[] => text.split(' ').filter(Boolean).sort();

function check(line: string, { programs, dangers = [], unknowns = [], hosts = '', reads = '', writes = '' }: Expected): void {
  const found = describeCommandLine(line, { folder: '/work' });
  expect({
    programs: found.programs.map(({ via, name }) => [...via, name].join('>')).join(' '),
    dangers: found.dangers.map(({ kind }) => kind),
    unknowns: [...found.unknowns].sort(),
    hosts: [...found.hosts].sort(),
    reads: sorted(found.pathsRead.join(' ')),
    writes: sorted(found.pathsWritten.join(' ')),
    isFullyKnown: found.isFullyKnown,
  }).toEqual({ programs, dangers, unknowns: [...unknowns].sort(), hosts: sorted(hosts), reads: sorted(reads), writes: sorted(writes), isFullyKnown: unknowns.length === 0 && programs !== '' });
}

describe('an everyday command', () => {
  test.each(everyday)('%j', check);
});

describe('a command that does harm or hides it', () => {
  test.each(evil)('%j', check);
});

test('there are enough of them', () => expect(everyday.length + evil.length).toBeGreaterThan(150));

test('bash takes what we take, and refuses what we say cannot be read', () => {
  for (const [line, { unknowns = [] }] of [...everyday, ...evil]) {
    // `-n` reads without running anything.
    let isTaken = true;
    try {
      execFileSync('bash', ['--norc', '--noprofile', '-n', '-O', 'extglob', '-c', line], { stdio: 'ignore' });
    } catch {
      isTaken = false;
    }
    expect({ line, isTaken: isTaken || line.includes('()') }).toEqual({ line, isTaken: !unknowns.includes('not_parsed') || line.includes('()') });
  }
});
