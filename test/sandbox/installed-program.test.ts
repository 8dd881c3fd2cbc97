import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findInstalledProgram } from '../../main/sandbox/installed-program.ts';

describe('a program', () => {
  test('is found with what it is installed with, and no more of the home', async () => {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-home-')));
    const put = (path: string, text: string): string => {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
      chmodSync(join(home, path), 0o755);
      return join(home, path);
    };
    put('.nvm/v24/bin/node', '\x7fELF');
    put('.nvm/v24/lib/node_modules/claw/claw.mjs', '#!/usr/bin/env node\n');
    symlinkSync('../lib/node_modules/claw/claw.mjs', join(home, '.nvm/v24/bin/claw'));
    put('.local/pipx/venvs/robin/bin/robin', `#!${join(home, '.nvm/v24/bin/node')}\n`);
    mkdirSync(join(home, '.local/bin'), { recursive: true });
    symlinkSync(join(home, '.local/pipx/venvs/robin/bin/robin'), join(home, '.local/bin/robin'));
    put('.local/bin/loose', '#!/bin/sh\n');
    const path = [join(home, '.local/bin'), join(home, '.nvm/v24/bin'), '/usr/bin', '/bin'].join(':');
    expect(await findInstalledProgram('claw', path, home)).toEqual({ program: join(home, '.nvm/v24/bin/claw'), readable: [join(home, '.nvm/v24')], folders: [join(home, '.nvm/v24/bin')] });
    expect((await findInstalledProgram('robin', path, home))?.readable.toSorted()).toEqual([join(home, '.local/bin/robin'), join(home, '.local/pipx/venvs/robin'), join(home, '.nvm/v24')].toSorted());
    expect((await findInstalledProgram('loose', path, home))?.readable).toEqual([join(home, '.local/bin/loose')]);
    expect(await findInstalledProgram('bash', path, home)).toMatchObject({ readable: [] });
    expect(await findInstalledProgram('claws', path, home)).toBe(undefined);
    rmSync(home, { recursive: true });
  });
});
