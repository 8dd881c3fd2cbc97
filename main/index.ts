import { isCommandWord } from './cli/arguments.ts';
import { helperWord } from './sandbox/helper-command.ts';

/**
 * Where it starts. An installed app is the `countersign` command too: agents' configurations name its own executable with
 * that command's words; and it is the helper of a sandboxed run, started by itself. Each is loaded only when it is the one,
 * so that the command and the helper start at once.
 */
const isPackaged = import.meta.dirname.includes('app.asar');
if (isPackaged && process.argv[1] === helperWord) await import('./sandbox/helper/index.ts');
else if (isPackaged && isCommandWord(process.argv[1])) await import('./cli/countersign.ts');
else await import('./start.ts');
