import type { ValuedOptions } from './options.ts';

/** A program whose words name another program that it starts. */
export interface Wrapper extends ValuedOptions {
  /** How many words of its own stand between its options and that program. */
  readonly own?: number;
  /** It takes `NAME=value` before the program. */
  readonly takesAssignments?: true;
  /** It adds words that nobody knows yet. */
  readonly addsWords?: true;
  /** It gives its words to a shell, joined with blanks. */
  readonly isShell?: true;
  /** The program may be another one than it seems: another user's, another machine's, another root's. */
  readonly isElsewhere?: true;
}

const wrap = (short = '', long: readonly string[] = [], more: Omit<Wrapper, 'short' | 'long'> = {}): Wrapper => ({ short, long, ...more });

export const wrappers: Readonly<Record<string, Wrapper>> = {
  env: wrap('uCS', ['unset', 'chdir', 'split-string'], { takesAssignments: true }),
  sudo: wrap('CDghpRrTtUu', ['close-from', 'chdir', 'group', 'host', 'prompt', 'chroot', 'role', 'type', 'command-timeout', 'other-user', 'user'], { takesAssignments: true }),
  doas: wrap('uC'),
  pkexec: wrap('', ['user']),
  runuser: wrap('uwgGcs', ['user', 'group', 'command', 'shell']),
  gosu: wrap('', [], { own: 1 }),
  'su-exec': wrap('', [], { own: 1 }),
  setpriv: wrap('', ['reuid', 'regid', 'groups', 'inh-caps', 'ambient-caps', 'bounding-set', 'securebits']),
  nohup: wrap(),
  setsid: wrap(),
  disown: wrap(),
  time: wrap('fo', ['format', 'output']),
  gtime: wrap('fo', ['format', 'output']),
  timeout: wrap('ks', ['kill-after', 'signal'], { own: 1 }),
  gtimeout: wrap('ks', ['kill-after', 'signal'], { own: 1 }),
  nice: wrap('n', ['adjustment']),
  ionice: wrap('cnpPu', ['class', 'classdata', 'pid', 'pgid', 'uid']),
  chrt: wrap('TPDp', ['sched-runtime', 'sched-period', 'sched-deadline', 'pid'], { own: 1 }),
  taskset: wrap('', [], { own: 1 }),
  stdbuf: wrap('ioe', ['input', 'output', 'error']),
  command: wrap(),
  builtin: wrap(),
  exec: wrap('a'),
  noglob: wrap(),
  xargs: wrap('IEdLnPsa', ['arg-file', 'delimiter', 'max-lines', 'max-args', 'max-procs', 'max-chars', 'process-slot-var', 'replace', 'eof'], { addsWords: true }),
  parallel: wrap('jaCILnNPqSX', ['jobs', 'arg-file', 'colsep', 'delay', 'joblog', 'results', 'retries', 'sshlogin', 'timeout', 'tmpdir', 'workdir'], { addsWords: true, isShell: true }),
  watch: wrap('nq', ['interval', 'equexit'], { isShell: true }),
  entr: wrap('', [], { addsWords: true }),
  flock: wrap('wE', ['timeout', 'wait', 'conflict-exit-code'], { own: 1 }),
  chroot: wrap('', ['userspec', 'groups'], { own: 1, isElsewhere: true }),
  unshare: wrap('SGRw', ['setuid', 'setgid', 'root', 'wd', 'propagation'], { isElsewhere: true }),
  nsenter: wrap('tSGr', ['target', 'setuid', 'setgid'], { isElsewhere: true }),
  'systemd-run': wrap('pEHMutGS', ['property', 'setenv', 'host', 'machine', 'unit', 'slice', 'uid', 'gid', 'nice', 'working-directory', 'on-calendar', 'on-active'], { isElsewhere: true }),
  strace: wrap('oeEpasuSPIOXb', ['output', 'trace', 'attach', 'env', 'user', 'string-limit']),
  ltrace: wrap('oepsuFlnDa', ['output']),
  'dbus-run-session': wrap('', ['config-file']),
  'dbus-launch': wrap(),
  'xvfb-run': wrap('efnpsw', ['server-args', 'server-num', 'error-file']),
  'ssh-agent': wrap('aEtP'),
  caffeinate: wrap('tw'),
  unbuffer: wrap(),
  'dumb-init': wrap('r', ['rewrite']),
  tini: wrap('pe'),
  proxychains: wrap('f'),
  proxychains4: wrap('f'),
  torsocks: wrap('uap'),
  torify: wrap(),
  firejail: wrap('', [], { isElsewhere: true }),
  bwrap: wrap('', [], { isElsewhere: true }),
  fakeroot: wrap('lsib'),
  busybox: wrap(),
  toybox: wrap(),
  arch: wrap('e', ['env'], {}),
  daemonize: wrap('aceopul'),
  catchsegv: wrap(),
  valgrind: wrap(),
  perf: wrap('', [], { own: 1 }),
  hyperfine: wrap('wrmMsp', ['warmup', 'runs', 'prepare', 'setup', 'cleanup'], { isShell: true }),
  coproc: wrap(),
};

/** Shells that read the grammar that we parse, near enough; what they make of a text is then parsed again. */
export const shells = new Set(['sh', 'bash', 'dash', 'ash', 'rbash', 'bash5', 'zsh', 'ksh', 'mksh', 'posh', 'yash']);
/** Shells with a grammar of their own. */
export const otherShells = new Set(['fish', 'csh', 'tcsh', 'nu', 'elvish', 'xonsh', 'ion', 'rc', 'es', 'oil', 'osh', 'ysh', 'scsh']);
/** What fetches something from elsewhere, or makes readable text of something that is not. */
export const fetchers = new Set(['curl', 'wget', 'wget2', 'aria2c', 'http', 'https', 'xh', 'fetch', 'nc', 'ncat', 'netcat', 'socat', 'scp', 'rsync', 'ftp', 'tftp', 'sftp', 'lynx', 'dig', 'aws', 'gsutil', 'bitsadmin', 'certutil', 'telnet']);
export const decoders = new Set(['base64', 'base32', 'xxd', 'openssl', 'uudecode', 'gunzip', 'zcat', 'gzip', 'rev', 'tr', 'hexdump', 'od', 'printf', 'echo', 'gpg', 'bzcat', 'xzcat', 'iconv', 'sed', 'awk', 'cut', 'python', 'python3', 'perl', 'cat']);
