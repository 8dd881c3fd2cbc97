import { describe, expect, test } from 'vitest';
import { parseStart } from '../main/start-options.ts';

const clone = { isPackaged: false, isElectron: false };

describe('how the app is started', () => {
  test('without a word it chooses the shell itself and takes the usual port', () => {
    expect(parseStart([], {}, clone)).toEqual({ ok: true, options: { shell: 'auto', isHeadless: false, debugPort: null, mcpPort: 7317, managedFile: null } });
  });

  test('an installed app ignores every variable that could point it elsewhere', () => {
    const env = { COUNTERSIGN_PREVIEW_DEBUG_PORT: '9000', COUNTERSIGN_MANAGED_SETTINGS: '/evil.json', COUNTERSIGN_MCP_PORT: '1' };
    expect(parseStart([], env, { isPackaged: true, isElectron: true })).toMatchObject({ options: { debugPort: null, managedFile: null, mcpPort: 7317 } });
    expect(parseStart([], env, clone)).toMatchObject({ options: { debugPort: 9000, managedFile: '/evil.json', mcpPort: 1 } });
  });

  test.each([
    [['--shell=window'], {}, '--shell=auto'],
    [['--shel=console'], {}, '"--shel=console" is not known'],
    [['console'], {}, '"console" is not known'],
    [[], { COUNTERSIGN_PREVIEW_DEBUG_PORT: '99999' }, 'COUNTERSIGN_PREVIEW_DEBUG_PORT'],
    [[], { COUNTERSIGN_MCP_PORT: '-1' }, 'COUNTERSIGN_MCP_PORT'],
    [[], { COUNTERSIGN_MCP_PORT: '' }, 'COUNTERSIGN_MCP_PORT'],
  ])('%j %j is told what to write instead', (args, env, hint) => {
    expect(parseStart(args, env, clone)).toEqual({ ok: false, text: expect.stringContaining(hint) });
  });

  test('Electron’s own switches are none of ours', () => {
    expect(parseStart(['--enable-logging', '--shell=electron'], {}, { isPackaged: false, isElectron: true })).toMatchObject({ ok: true, options: { shell: 'electron' } });
  });
});
