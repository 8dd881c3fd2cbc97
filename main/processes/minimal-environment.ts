/** All that a command gets of this app's environment. Nothing of ours is added, secrets least of all. */
const inherited =
  process.platform === 'win32'
    ? ['APPDATA', 'COMSPEC', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PATHEXT', 'PROGRAMDATA', 'PROGRAMFILES', 'SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'WINDIR']
    : ['HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TZ', 'USER'];

/** `more`: names of others that it needs. */
export function minimalEnvironment(from: NodeJS.ProcessEnv, more: readonly string[] = []): Record<string, string> {
  // A shell function exported by bash looks like a variable that starts with "()": code, not a setting.
  return Object.fromEntries([...inherited, ...more].flatMap((name) => (from[name] === undefined || from[name].startsWith('()') ? [] : [[name, from[name]]])));
}
