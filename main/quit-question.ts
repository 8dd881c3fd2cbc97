import type { HeldAction } from '../preload/contract.ts';
import { say } from './model/say.ts';
import type { QuitQuestion } from './shell/shell.ts';
import type { FormatText } from './text/text.ts';

/** What is asked before the app is quit; undefined when nothing is lost by it. */
export function quitQuestion(held: readonly HeldAction[], text: FormatText): QuitQuestion | undefined {
  if (held.length === 0) return undefined;
  const count = held.length;
  const list = held.map(({ summary }) => text(summary)).join('\n');
  return { message: text(say('quit.message', { count })), detail: text(say('quit.detail', { count, list })), stay: text(say('quit.stay')), quit: text(say('quit.quit')) };
}
