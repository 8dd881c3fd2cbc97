import { isCommandWord } from './cli/arguments.ts';

/**
 * Where it starts. An installed app is the `countersign` command too: agents' configurations name its own executable with
 * that command's words. Each is loaded only when it is the one, so that the command starts at once.
 */
const isCommand = import.meta.dirname.includes('app.asar') && isCommandWord(process.argv[1]);
await (isCommand ? import('./cli/countersign.ts') : import('./start.ts'));
