import { posix } from 'node:path';

/** Nothing is kept in them. */
const nowhere = /^\/dev\/(?:null|zero|full|u?random|tty|stdin|stdout|stderr|fd\/\d+)$/;
const longest = 4096;

/**
 * A path in its normal form by its text alone: `.` and `..` resolved, seen from `folder` where that is known. Links are not looked at.
 * Null for what is no file: `-`, `/dev/null`, nothing.
 */
export function placeOf(path: string, folder: string | null): string | null {
  if (path === '' || path === '-' || nowhere.test(path) || path.length > longest) return null;
  if (path.startsWith('/') || path.startsWith('~') || folder === null) return posix.normalize(path);
  return posix.normalize(posix.join(folder, path));
}

/** Whether a place is the folder or lies in it, by its text. */
export function liesIn(place: string, folder: string): boolean {
  const base = posix.normalize(folder).replace(/(?<=.)\/$/, '');
  return place === base || place.startsWith(base === '/' ? '/' : `${base}/`);
}

/** Whether a word is likely to be meant as a file. */
export function looksLikePath(text: string): boolean {
  return /^(?:~|\.{0,2}\/|\.\.?$)/.test(text) || (/^[^-=:\s][^=:\s]*\//.test(text) && !text.includes('://'));
}

/** Files that are run by themselves later: shell profiles, git hooks, keys that let somebody in, services, scheduled jobs. */
const startsByItself =
  /(?:^|\/)(?:\.(?:bash(?:rc|_profile|_login|_logout|_aliases)|profile|zshrc|zshenv|zprofile|zlogin|kshrc|cshrc|tcshrc|login|xinitrc|xprofile|xsessionrc|inputrc|vimrc|pythonrc|npmrc|netrc|gitconfig|pypirc)|authorized_keys2?|sudoers|crontab|rc\.local|ld\.so\.preload|ld\.so\.conf|environment)$|(?:^|\/)(?:\.git\/(?:hooks|config)|\.ssh|\.config\/(?:autostart|systemd|fish|git)|\.aws|\.gnupg|\.kube|cron\.(?:d|daily|hourly|weekly|monthly)|crontabs|systemd\/(?:system|user)|init\.d|profile\.d|sudoers\.d|LaunchAgents|LaunchDaemons|Startup|autostart|pam\.d)(?:\/|$)/;

export function isStartupFile(path: string): boolean {
  return startsByItself.test(path);
}

/** Where systems and shells write down what was done. */
export function isTrace(path: string): boolean {
  return /^\/var\/log(?:\/|$)|(?:^|\/)\.(?:bash|zsh|python|mysql|psql|sqlite|node_repl|lesshs?)t?_?history$|(?:^|\/)\.(?:history|lesshst|viminfo)$/.test(path);
}

/** A whole disk or partition. */
export function isDisk(path: string): boolean {
  return /^\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk|mapper\/|dm-|md|loop|mem|kmem)/.test(path);
}
