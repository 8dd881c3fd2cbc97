import { expect, test } from 'vitest';
import { runsByItself } from '../../main/sandbox/autorun.ts';

test.each(['.bashrc', 'a/.envrc', '.git/hooks/pre-commit', 'a/b/.git/config', '.git/modules/x/hooks/y', '.GIT/Hooks/x', 'sub/.git', '.vscode/tasks.json', '.mcp.json', '.claude/settings.json', '.git/worktrees/a/config.worktree'])('runs by itself: %s', (path) => {
  expect(runsByItself(path)).toBe(true);
});

test.each(['report.csv', 'hooks/a', 'config', '.git/HEAD', '.git/objects/ab/cd', '.gitignore', 'bashrc', 'a.git/x'])('does not: %s', (path) => {
  expect(runsByItself(path)).toBe(false);
});
