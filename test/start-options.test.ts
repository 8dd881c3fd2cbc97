import { describe, expect, test } from 'vitest';
import { parseStart } from '../main/start-options.ts';

describe('how the app is started', () => {
  test('without a word it chooses the shell itself and takes the usual port', () => {
    expect(parseStart([], {}, false)).toEqual({ ok: true, options: { shell: 'auto', isHeadless: false, debugPort: null, mcpPort: 7317, managedFile: null } });
  });

  test('an installed app ignores every variable that could point it elsewhere', () => {
    const env = { COUNTERSIGN_PREVIEW_DEBUG_PORT: '9000', COUNTERSIGN_MANAGED_SETTINGS: '/evil.json', COUNTERSIGN_MCP_PORT: '1' };
    expect(parseStart([], env, true)).toMatchObject({ options: { debugPort: null, managedFile: null, mcpPort: 7317 } });
    expect(parseStart([], env, false)).toMatchObject({ options: { debugPort: 9000, managedFile: '/evil.json', mcpPort: 1 } });
  });

  test.each([
    [['--shell=window'], {}, '--shell=auto'],
    [[], { COUNTERSIGN_PREVIEW_DEBUG_PORT: '99999' }, 'COUNTERSIGN_PREVIEW_DEBUG_PORT'],
    [[], { COUNTERSIGN_MCP_PORT: '-1' }, 'COUNTERSIGN_MCP_PORT'],
    [[], { COUNTERSIGN_MCP_PORT: '' }, 'COUNTERSIGN_MCP_PORT'],
  ])('%j %j is told what to write instead', (args, env, hint) => {
    expect(parseStart(args, env, false)).toEqual({ ok: false, text: expect.stringContaining(hint) });
  });
});
