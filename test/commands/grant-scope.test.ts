import { describe, expect, test } from 'vitest';
import { describeCommandLine } from '../../main/commands/describe-command.ts';
import { commandGrantScope } from '../../main/commands/grant-scope.ts';

const scopeOf = (line: string, folder: string | undefined = '/work') => commandGrantScope(describeCommandLine(line, folder === undefined ? {} : { folder }));

describe('what a standing rule may bind', () => {
  test('is exactly the words and the folder', () => {
    expect(scopeOf('git log --oneline')).toEqual({ argv: ['git', 'log', '--oneline'], folder: '/work' });
    expect(scopeOf('grep -rn "a b" src')).toEqual({ argv: ['grep', '-rn', 'a b', 'src'], folder: '/work' });
    expect(scopeOf('cp a.csv b.csv')).not.toBeNull();
  });

  test.each([
    'sh x', 'bash', 'bash -c ls', 'zsh -c ls', 'fish -c ls', 'python3 x.py', 'python3.12 -m http.server', 'node x.js', 'perl x', 'ruby x', 'php x', 'awk -f x y', "awk 'BEGIN{system(1)}'", "sed 's/a/b/e' f", "sed -f x f", 'osascript x', 'powershell x', 'pwsh x', 'cmd.exe /c dir',
    'make', 'npm run build', 'npm test', 'npx tsc', 'yarn', 'pnpm build', 'cargo build', 'go run x', 'docker run x', 'env ls', 'xargs ls', 'sudo ls', 'doas ls', 'nohup ls', 'timeout 1 ls', 'nice ls', 'time -p', 'watch ls', 'parallel ls', 'find . -exec ls {} ;', "find . -exec ls {} \\;", 'find . -delete', 'ssh h ls', 'su -c ls', 'busybox ls', 'exec ls', 'command ls', 'builtin cd', 'eval ls', 'source x', '. x', 'trap ls EXIT', 'alias a=b', 'export A=b', 'cd /tmp', 'vim x', 'less x', 'man ls', 'gdb x', 'tmux', 'crontab x',
    'ls *', 'ls ?', 'ls [a]', 'ls {a,b}', 'ls ~', 'ls $x', 'ls "$x"', 'ls $(pwd)', 'ls `pwd`', 'ls <(pwd)', 'ls > a', 'ls >> a', 'ls < a', 'ls 2>&1', 'A=1 ls', 'PATH=/x ls', 'ls; pwd', 'ls | cat', 'ls &', '(ls)', 'rm a', 'git push -f', 'kill 1', 'cp a /etc/b', 'cp a ../b', 'touch ../../x', 'ls\u200b', 'ls "', '',
  ])('is nothing for %j', (line) => expect(scopeOf(line)).toBeNull()); // prettier-ignore

  test('is nothing where the folder is not known, or the shell is not', () => {
    expect(commandGrantScope(describeCommandLine('git status'))).toBeNull();
    expect(scopeOf('git status', 'work')).toBeNull();
    expect(commandGrantScope(describeCommandLine("git log 'a b'", { folder: '/work', shell: 'unknown' }))).toBeNull();
    expect(commandGrantScope(describeCommandLine('git log', { folder: '/work', shell: 'unknown' }))).not.toBeNull();
  });
});
