import type { CommandWord } from './description.ts';
import { gitRunsCode } from './git.ts';
import { operandsOf } from './options.ts';

/** Programs that do what a text or a file tells them: languages, build tools, package runners, editors. */
const interpreters =
  /^(?:(?:python|pypy|ruby|perl|php|lua|node|tclsh|guile|gawk|awk|mawk|nawk)[\d.]*|nodejs|luajit|deno|bun|bunx|tsx|ts-node|rscript|r|julia|ghci|runghc|runhaskell|groovy|scala|kotlin|kotlinc|jshell|java|irb|erl|escript|elixir|iex|mix|swift|dotnet|dotnet-script|racket|clojure|clj|bb|janet|nim|crystal|v|osascript|jxa|pwsh|powershell|cmd|wscript|cscript|mshta|rundll32|regsvr32|msbuild|certutil|bitsadmin|wmic|wish|expect|autoexpect|make|gmake|bmake|cmake|ninja|meson|scons|rake|just|task|ant|mvn|gradle|gradlew|bazel|buck|npm|npx|pnpm|pnpx|yarn|corepack|pipx|pip3?|uv|uvx|poetry|pdm|hatch|conda|cargo|rustc|go|gem|bundle|composer|tox|nox|pytest|jest|vitest|mocha|playwright|vi|vim|vimdiff|view|nvim|ex|ed|emacs|emacsclient|nano|pico|joe|micro|code|gdb|lldb|r2|radare2|ld\.so|ld-linux.*|ld-musl.*|octave|gnuplot|bc|dc|m4|gcc|g\+\+|cc|c\+\+|clang|tcc|gs|ghostscript|mysql|mariadb|psql|sqlite3|mongosh|redis-cli|dmsetup|at|batch|crontab|screen|tmux|ansible|ansible-playbook|docker|podman|nerdctl|kubectl|oc|vagrant|terraform|tofu|man|less|more|most|nmap|irssi|mutt|w3m|lynx|elinks|jrunscript|jjs|rpm|dpkg|apt|apt-get|snap|systemctl|launchctl|rsyslogd|logrotate|run-parts|start-stop-daemon|install-info|update-alternatives|pdb|ipython|jupyter|streamlit|gunicorn|uvicorn|flask|django-admin|pm2|nodemon|forever|sshd|socat|nc|ncat|netcat)$/;

/** Builtins of the shell that give names another meaning. */
const redefining = new Set(['alias', 'unalias', 'enable', 'hash', 'shopt', 'set', 'bind', 'complete', 'compgen', 'compopt', 'fc', 'trap', 'unset', 'declare', 'typeset', 'local', 'readonly', 'nameref', 'history', 'mapfile', 'readarray']);
/** Builtins that evaluate what stands in brackets of their words, `a[$(id)]` in quotes too. */
const evaluating = new Set(['let', 'declare', 'typeset', 'local', 'readonly', 'export', 'printf', 'read', 'unset', 'test', '[', 'mapfile', 'readarray', 'wait', 'getopts']);

const codeOptions: Readonly<Record<string, RegExp>> = {
  tar: /^(?:-I.*|--(?:to-com|checkpoint-ac|use-c|rsh-c|info-s|new-vol).*|-[a-zA-Z]*F.*)$/,
  bsdtar: /^(?:-I.*|--use-c.*)$/,
  zip: /^-(?:TT|-unzip-com).*/,
  rsync: /^(?:-[a-zA-Z]*e.*|--rsh.*|--rsync-path.*)$/,
  scp: /^-(?:[a-zA-Z]*[SoF]).*/,
  sftp: /^-(?:[a-zA-Z]*[SoFDb]).*/,
  ssh: /^-(?:[a-zA-Z]*[oF]).*/,
  curl: /^(?:-[a-zA-Z]*K.*|--config.*|--engine.*)$/,
  wget: /^(?:-[a-zA-Z]*e.*|--execute.*|--use-askpass.*|--config.*)$/,
  sort: /^--comp.*/,
  split: /^--filter.*/,
  openssl: /^(?:-engine|-provider.*|-config)$/,
  tcpdump: /^-[a-zA-Z]*z.*/,
  find: /^-(?:exec|ok).*/,
  fd: /^(?:-[xX]|--exec.*)$/,
  fdfind: /^(?:-[xX]|--exec.*)$/,
  rg: /^--(?:pre|hostname-bin).*/,
  journalctl: /^$/,
  exiftool: /^-(?:config|if|execute).*/,
  gpg: /^--(?:exec|photo|agent|options).*/,
  chroot: /./,
  env: /^(?:-S|--split-string|-[a-zA-Z]*S).*/,
  busctl: /./,
  dbus: /./,
};

const onlyAsks = /^(?:--version|--help|-V)$/;
/** `p`, `d` and `q` for some lines, or a substitution without flags that run or write something. */
const calmSed = /^(?:(?:\d+|\$)?(?:,(?:\d+|\$))?[pdq=]|s(?<d>[^\w\s\\])(?:(?!\k<d>)[^\\\n]|\\[^\n])*\k<d>(?:(?!\k<d>)[^\\\n]|\\[^\n])*\k<d>[gpI\d]*)$/;
const calmNpm = /^(?:ls|list|view|info|outdated|ping|whoami|root|prefix|bin|search|explain|fund)$/;
const wildAwk = /system|getline|\||>|@|close|ENVIRON/;

/** Whether what the program does is decided by a text or a file, and not by words that a person could read for it. */
export function runsCode(name: string, words: readonly CommandWord[]): boolean {
  const program = name.toLowerCase().replace(/\.exe$/, '');
  if (name === 'git') return gitRunsCode(words);
  if (name === 'sed' || name === 'gsed') return !isCalmSed(words);
  const options = Object.hasOwn(codeOptions, name) ? codeOptions[name] : undefined;
  if (options !== undefined && words.some(({ hint }) => options.test(hint))) return true;
  if (!interpreters.test(program)) return false;
  if (words.length === 1 && onlyAsks.test(words[0]?.value ?? '')) return false;
  if (/^(?:npm|pnpm|yarn)$/.test(program) && calmNpm.test(words[0]?.value ?? '')) return false;
  if (program.endsWith('awk')) return !isCalmAwk(words);
  return true;
}

function isCalmSed(words: readonly CommandWord[]): boolean {
  const allowed = words.every(({ hint }) => !hint.startsWith('-') || /^-[niErs]+$/.test(hint) || /^--(?:quiet|silent|in-place|regexp-extended)$/.test(hint));
  const script = operandsOf(words)[0];
  return allowed && script !== undefined && script.value !== null && calmSed.test(script.value);
}

function isCalmAwk(words: readonly CommandWord[]): boolean {
  const [first, ...rest] = words;
  const [program, files] = first !== undefined && /^-F.+/.test(first.hint) ? [rest[0], rest.slice(1)] : [first, rest];
  return program !== undefined && program.value !== null && !program.hint.startsWith('-') && !wildAwk.test(program.value) && files.every(({ hint }) => !hint.startsWith('-') && !hint.includes('='));
}

/** Whether a builtin gives a name another meaning from here on. */
export function redefines(name: string, words: readonly CommandWord[]): boolean {
  if (name === 'unset') return words.some(({ hint }) => hint === '-f' || hint === '-n');
  if (name === 'history' || name === 'trap') return false;
  if (name === 'set') return words.some(({ hint }) => /^[-+][a-zA-Z]*[aehkmnptvBCEHPT]/.test(hint) && !/^-[eux]*(?:o)?$/.test(hint));
  if (/^(?:declare|typeset|local|readonly)$/.test(name)) return words.some(({ hint }) => /^[-+][a-zA-Z]*[nfiIluc]/.test(hint));
  if (/^(?:mapfile|readarray)$/.test(name)) return words.some(({ hint }) => /^-[a-zA-Z]*C/.test(hint));
  return redefining.has(name);
}

/** Whether a builtin would evaluate part of its words although they stand in quotes. */
export function evaluatesWords(name: string, words: readonly CommandWord[]): boolean {
  if (name === 'let') return true;
  if (!evaluating.has(name)) return false;
  if (name === 'test' || name === '[') {
    if (words.some(({ hint }, at) => /^-(?:eq|ne|lt|le|gt|ge)$/.test(hint) && !(isNumber(words[at - 1]) && isNumber(words[at + 1])))) return true;
  }
  return words.some(({ hint }) => /\[[^]*(?:\$|`)/.test(hint));
}

function isNumber(word: CommandWord | undefined): boolean {
  return word?.value !== undefined && word.value !== null && /^[-+]?\d+$/.test(word.value);
}

const risky =
  /^(?:PATH|IFS|ENV|BASH_ENV|BASH_FUNC.*|BASHOPTS|SHELLOPTS|SHELL|PROMPT_COMMAND|PS[0-4]|CDPATH|FPATH|ZDOTDIR|HOME|HISTFILE|TMPDIR|LD_.*|DYLD_.*|GCONV_PATH|LOCPATH|NLSPATH|HOSTALIASES|RES_OPTIONS|TERMINFO.*|PYTHON.*|NODE_.*|NPM_CONFIG_.*|npm_config_.*|PERL.*|RUBY.*|GEM_.*|BUNDLE_.*|LUA_.*|JAVA_.*|_JAVA_OPTIONS|JDK_.*|MAVEN_.*|GRADLE_.*|CLASSPATH|GIT_.*|SSH_.*|SVN_.*|HG.*|RSYNC_.*|CVS_.*|PAGER|MANPAGER|EDITOR|VISUAL|BROWSER|LESS.*|MORE|MAN.*|GREP_OPTIONS|TAR_OPTIONS|ZIPOPT|MAKE.*|MFLAGS|CC|CXX|CFLAGS|LDFLAGS|RUST.*|CARGO_.*|GO[A-Z]*|AWKPATH|AWKLIBPATH|OPENSSL_.*|SSL_.*|SSLKEYLOGFILE|CURL_.*|WGETRC|(?:https?|ftp|all|no)_proxy|(?:HTTPS?|FTP|ALL|NO)_PROXY|DOCKER_.*|KUBECONFIG|AWS_.*|GOOGLE_.*|AZURE_.*|DISPLAY|DBUS_.*|XDG_.*|SUDO_.*|PGPASS.*|PG[A-Z]+|MYSQL_.*|PSQL_.*|ANSIBLE_.*|TF_.*|COMSPEC|PATHEXT|PSModulePath)$/;

/** Whether a variable changes which programs are found or what they do. */
export function isRiskyVariable(name: string): boolean {
  return risky.test(name);
}
