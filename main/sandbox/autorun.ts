/** Names that other programs run by themselves when a person opens the folder; the sandbox library adds its own list to these. */
export const autorunNames = ['.envrc', '.direnv', '.husky', '.devcontainer', '.cursor', '.claude', '.pre-commit-config.yaml', '.lefthook.yml', '.zed'];

/** The library's own list. */
const libraryNames = ['.gitconfig', '.gitmodules', '.bashrc', '.bash_profile', '.zshrc', '.zprofile', '.profile', '.ripgreprc', '.mcp.json', '.vscode', '.idea'];

const everyName = new Set([...autorunNames, ...libraryNames]);
/** What git runs, or is told to run, by what lies in its folder. */
const gitNames = new Set(['hooks', 'config', 'config.worktree']);

/** Whether other programs would run a file, or do what it says, without anyone having asked for that file. `path`: with slashes between. */
export function runsByItself(path: string): boolean {
  const steps = path.toLowerCase().split('/');
  const git = steps.indexOf('.git');
  // A file of that name leads git to settings that lie elsewhere.
  if (git !== -1 && (git === steps.length - 1 || steps.slice(git + 1).some((step) => gitNames.has(step)))) return true;
  return steps.some((step) => everyName.has(step));
}
