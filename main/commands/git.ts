import type { CommandWord, Danger } from './description.ts';
import { firstOperand, hasOption, operandsOf } from './options.ts';

const ownOptions = { short: 'Cc', long: ['git-dir', 'work-tree', 'namespace', 'exec-path', 'config-env', 'super-prefix', 'attr-source'] };

/** The words from the subcommand on. */
function subcommand(words: readonly CommandWord[]): readonly CommandWord[] {
  return words.slice(firstOperand(words, ownOptions));
}

/** What of a repository, here or elsewhere, could be lost. */
export function gitDangers(words: readonly CommandWord[], warn: (kind: Danger, what?: string) => void): void {
  const [verb, ...rest] = subcommand(words);
  const operands = operandsOf(rest);
  const what = operands.at(-1)?.hint;
  const name = verb?.hint ?? '';
  switch (name) {
    case 'push':
      if (hasOption(rest, 'fd', ['force', 'force-with-lease', 'force-if-includes', 'mirror', 'delete', 'prune']) || operands.some(({ hint }) => hint.startsWith('+') || hint.startsWith(':'))) warn('force_push', what);
      return;
    case 'reset':
      if (hasOption(rest, '', ['hard', 'merge', 'keep'])) warn('discard_work', what);
      return;
    case 'clean':
      if (!hasOption(rest, 'n', ['dry-run'])) warn('delete', what);
      return;
    case 'checkout':
    case 'switch':
      if (hasOption(rest, 'fB', ['force', 'discard-changes']) || rest.some(({ hint }) => hint === '--' || hint === '.')) warn('discard_work', what);
      return;
    case 'restore':
      if (!hasOption(rest, 'S', ['staged']) || hasOption(rest, 'W', ['worktree'])) warn('discard_work', what);
      return;
    case 'branch':
    case 'tag':
      if (hasOption(rest, 'dDfM', ['delete', 'force'])) warn('discard_work', what);
      return;
    case 'stash':
      if (/^(?:drop|clear)$/.test(operands[0]?.hint ?? '')) warn('discard_work', what);
      return;
    case 'rm':
      warn('delete', what);
      return;
    case 'rebase':
    case 'filter-branch':
    case 'filter-repo':
    case 'update-ref':
    case 'reflog':
    case 'gc':
    case 'prune':
      if (name !== 'reflog' || /^(?:expire|delete)$/.test(operands[0]?.hint ?? '')) warn('discard_work', what);
      return;
    case 'remote':
      if (/^(?:remove|rm|set-url)$/.test(operands[0]?.hint ?? '')) warn('discard_work', what);
      return;
    case 'worktree':
      if (operands[0]?.hint === 'remove') warn('delete', what);
      return;
    default:
  }
}

const calmVerbs = /^(?:status|log|diff|show|branch|tag|remote|fetch|pull|push|clone|add|commit|rm|mv|reset|restore|checkout|switch|stash|clean|init|ls-files|ls-tree|ls-remote|rev-parse|rev-list|describe|blame|shortlog|cat-file|merge-base|name-rev|cherry|count-objects|fsck|reflog|version|help|merge|rebase|cherry-pick|revert|tag|worktree|gc|prune|update-ref|archive|grep|diff-tree|diff-index|for-each-ref|show-ref|symbolic-ref)$/;
const runsCode = /^(?:--exec(?:=|$)|-x$|--upload-pack|--receive-pack|-u$|--open-files-in-pager|-O|--ext-diff|--textconv|--template|--config|-c$|--remote|--gpg-sign)/;

/** Whether git would run something that its words or a setting name: an alias, a pager, a hook of another place. */
export function gitRunsCode(words: readonly CommandWord[]): boolean {
  const at = firstOperand(words, ownOptions);
  const own = words.slice(0, at);
  if (own.some(({ hint }) => /^(?:-c|--config-env|--exec-path=|--git-dir|--work-tree|-p$|--paginate)/.test(hint))) return true;
  const [verb, ...rest] = words.slice(at);
  if (verb === undefined) return false;
  // Whatever git does not know may be an alias, and that may be any command.
  if (!calmVerbs.test(verb.hint)) return true;
  const isOwnUse = (hint: string): boolean => (hint === '-u' && /^(?:push|add|status|stash)$/.test(verb.hint)) || (hint === '-c' && verb.hint !== 'clone') || (hint.startsWith('-O') && verb.hint !== 'grep') || (hint === '-x' && verb.hint !== 'rebase');
  return rest.some(({ hint }) => (runsCode.test(hint) && !isOwnUse(hint)) || /^(?:ext|fd)::/.test(hint));
}
