import type { CommandWord, Danger } from './description.ts';
import type { Findings } from './findings.ts';
import { gitDangers } from './git.ts';
import { hasOption, operandsOf, optionValues } from './options.ts';
import { isDisk } from './places.ts';

type Words = readonly CommandWord[];
type Warn = (kind: Danger, what?: string) => void;

const always: Readonly<Record<string, Danger>> = Object.fromEntries(
  (
    [
      ['delete', 'rm rmdir unlink shred srm trash trash-put del erase wipe fdupes'],
      ['disk', 'mkfs mke2fs mkswap wipefs fdisk sfdisk sgdisk gdisk parted blkdiscard hdparm badblocks cryptsetup lvremove vgremove pvremove diskutil zpool'],
      ['power', 'shutdown reboot halt poweroff telinit pm-suspend'],
      ['processes', 'kill pkill killall xkill skill'],
      ['privilege', 'sudo doas su pkexec runuser sudoedit visudo gosu'],
      ['accounts', 'useradd adduser userdel deluser usermod groupadd groupdel groupmod gpasswd passwd chpasswd chsh newusers dscl vipw'],
      ['firewall', 'iptables ip6tables nft ufw firewall-cmd pfctl ipfw setenforce'],
      ['overwrite', 'truncate'],
      ['schedule', 'at batch crontab anacron'],
      ['remote', 'ssh slogin mosh autossh rsh rlogin pdsh ansible ansible-playbook'],
      ['send_files', 'scp sftp rclone croc wormhole magic-wormhole mail mailx mutt sendmail msmtp swaks'],
      ['install', 'dpkg rpm snap flatpak installer msiexec dnf yum apk pacman zypper'],
    ] as const
  ).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind])),
);

const sql = /\b(?:drop|truncate|delete|update|alter|grant|revoke|insert|replace)\b/i;
const cloudEnds = /^(?:delete|destroy|terminate|remove|rm|rb|purge|deregister|drain|uninstall|prune|wipe|down|rollback|scale|cordon|taint|apply|replace|patch|put|set-iam-policy)/;

const byProgram: Readonly<Record<string, (words: Words, warn: Warn) => void>> = {
  find: (words, warn) => {
    if (words.some(({ hint }) => hint === '-delete')) warn('delete', words[0]?.hint);
  },
  dd: (words, warn) => {
    const target = words.find(({ hint }) => hint.startsWith('of='))?.hint.slice(3);
    if (target !== undefined) warn(isDisk(target) ? 'disk' : 'overwrite', target);
  },
  chmod: owned,
  chown: owned,
  chgrp: owned,
  setfacl: owned,
  curl: (words, warn) => {
    const body = [...optionValues(words, 'd', ['data', 'data-binary', 'data-raw', 'data-urlencode', 'json']), ...optionValues(words, 'F', ['form'])];
    const file = optionValues(words, 'T', ['upload-file'])[0] ?? body.find(({ hint }) => /(?:^|=)[@<]/.test(hint));
    if (file) warn('send_files', file.hint.replace(/^(?:[^=]*=)?[@<]/, ''));
    if (optionValues(words, 'X', ['request']).some(({ hint }) => hint.toUpperCase() === 'DELETE')) warn('delete', operandsOf(words.filter(({ hint }) => hint.includes('://')))[0]?.hint);
  },
  wget: (words, warn) => {
    const file = optionValues(words, '', ['post-file', 'body-file'])[0];
    if (file) warn('send_files', file.hint);
  },
  rsync: (words, warn) => {
    if (operandsOf(words).at(-1)?.hint.includes(':') === true) warn('send_files', operandsOf(words)[0]?.hint);
    if (words.some(({ hint }) => /^--(?:del|remove-source)/.test(hint))) warn('delete', operandsOf(words).at(-1)?.hint);
  },
  nc: listens,
  ncat: listens,
  netcat: listens,
  history: (words, warn) => {
    if (hasOption(words, 'cd')) warn('traces');
  },
  unset: (words, warn) => {
    if (words.some(({ hint }) => /^(?:HISTFILE|PROMPT_COMMAND|HISTCONTROL)$/.test(hint))) warn('traces');
  },
  set: (words, warn) => {
    if (words.some(({ hint }, at) => hint === '+o' && words[at + 1]?.hint === 'history')) warn('traces');
  },
  journalctl: (words, warn) => {
    if (words.some(({ hint }) => /^--(?:vacuum|rotate|flush)/.test(hint))) warn('traces');
  },
  wevtutil: (_words, warn) => warn('traces'),
  auditctl: (_words, warn) => warn('traces'),
  init: (words, warn) => {
    if (words.some(({ hint }) => /^[06]$/.test(hint))) warn('power');
  },
  systemctl: (words, warn) => {
    const [verb = '', what] = operandsOf(words).map(({ hint }) => hint);
    if (/^(?:poweroff|reboot|halt|suspend|hibernate|kexec|rescue|emergency)$/.test(verb)) warn('power');
    else if (/^(?:stop|kill|restart|isolate)$/.test(verb)) warn('processes', what);
    else if (/^(?:enable|disable|mask|start|edit|link|set-property|daemon-reload)/.test(verb)) warn('schedule', what);
  },
  service: (words, warn) => warn('processes', words[0]?.hint),
  launchctl: (words, warn) => {
    if (/^(?:load|bootstrap|enable|submit|kickstart|unload|bootout|remove|disable)$/.test(words[0]?.hint ?? '')) warn('schedule', words[1]?.hint);
  },
  crontab: (words, warn) => {
    if (hasOption(words, 'r')) warn('delete', 'crontab');
  },
  docker: containers,
  podman: containers,
  nerdctl: containers,
  'docker-compose': containers,
  terraform: cloud,
  tofu: cloud,
  pulumi: cloud,
  aws: cloud,
  gcloud: cloud,
  gsutil: cloud,
  bq: cloud,
  az: cloud,
  kubectl: cloud,
  oc: cloud,
  helm: cloud,
  doctl: cloud,
  heroku: cloud,
  flyctl: cloud,
  vercel: cloud,
  gh: cloud,
  wrangler: cloud,
  supabase: cloud,
  psql: (words, warn) => database(optionValues(words, 'c', ['command']), words, warn),
  mysql: (words, warn) => database(optionValues(words, 'e', ['execute']), words, warn),
  mariadb: (words, warn) => database(optionValues(words, 'e', ['execute']), words, warn),
  sqlite3: (words, warn) => database(words, words, warn),
  duckdb: (words, warn) => database(words, words, warn),
  sqlcmd: (words, warn) => database(optionValues(words, 'QqS', []), words, warn),
  'clickhouse-client': (words, warn) => database(optionValues(words, 'q', ['query']), words, warn),
  mongosh: (words, warn) => {
    if (words.some(({ hint }) => /drop|delete|remove|update|insert/i.test(hint))) warn('database');
  },
  'redis-cli': (words, warn) => {
    if (words.some(({ hint }) => /^(?:flushall|flushdb|del|unlink|set|config|shutdown|eval)$/i.test(hint))) warn('database');
  },
  dropdb: (words, warn) => warn('database', operandsOf(words).at(-1)?.hint),
  dropuser: (words, warn) => warn('database', operandsOf(words).at(-1)?.hint),
  mysqladmin: (words, warn) => {
    if (words.some(({ hint }) => /^(?:drop|shutdown|kill)$/.test(hint))) warn('database');
  },
};

const installers: Readonly<Record<string, RegExp>> = {
  apt: /^(?:install|remove|purge|upgrade|full-upgrade|autoremove|dist-upgrade|build-dep)$/,
  brew: /^(?:install|uninstall|remove|upgrade|reinstall|tap|link)$/,
  npm: /^(?:i|in|ins|install|add|ci|uninstall|remove|rm|un|update|upgrade|link|publish|unpublish|deprecate|audit|exec|x)$/,
  pip: /^(?:install|uninstall|download)$/,
  conda: /^(?:install|remove|update|create|env)$/,
  cargo: /^(?:install|uninstall|publish|yank|add)$/,
  go: /^(?:install|get)$/,
  gem: /^(?:install|uninstall|update|push|yank)$/,
  composer: /^(?:install|require|update|remove|global)$/,
  uv: /^(?:pip|add|sync|tool|python)$/,
  choco: /^(?:install|uninstall|upgrade)$/,
};
const installerOf: Readonly<Record<string, keyof typeof installers>> = Object.fromEntries(
  Object.entries({ apt: 'apt apt-get aptitude', brew: 'brew port', npm: 'npm pnpm yarn bun', pip: 'pip pip3 pipx poetry pdm', conda: 'conda mamba micromamba', cargo: 'cargo', go: 'go', gem: 'gem bundle', composer: 'composer', uv: 'uv', choco: 'choco scoop winget' }).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind])),
);

/** What a program could do that is worth a second look, as far as its own words say. */
export function noteDangers(name: string, words: Words, findings: Findings): void {
  const warn: Warn = (kind, what = '') => findings.warn(kind, what);
  const [target] = operandsOf(words);
  if (name.startsWith('mkfs.')) warn('disk', words.at(-1)?.hint);
  const kind = Object.hasOwn(always, name) ? always[name] : undefined;
  if (kind !== undefined && !(name === 'crontab' && hasOption(words, 'l')) && !isQuestion(words)) warn(kind, kind === 'privilege' ? '' : target?.hint);
  if (Object.hasOwn(byProgram, name)) byProgram[name]?.(words, warn);
  if (name === 'git') gitDangers(words, warn);
  const installer = Object.hasOwn(installerOf, name) ? installers[installerOf[name] ?? ''] : undefined;
  const verb = operandsOf(words)[0]?.hint;
  if (installer !== undefined && (verb === undefined ? name === 'yarn' || name === 'bundle' : installer.test(verb))) warn('install', operandsOf(words)[1]?.hint);
  if (words.some(({ hint }) => hint.includes('no-preserve-root'))) warn('delete', '/');
}

function isQuestion(words: Words): boolean {
  return words.length > 0 && words.every(({ value }) => value === '--help' || value === '--version');
}

function owned(words: Words, warn: Warn): void {
  const [mode, target] = operandsOf(words);
  const isWide = hasOption(words, 'R', ['recursive']) || /^[0-7]*[67]7[67]$|^[0-7]?[2467][0-7]{3}$|[+=][rwxX]*s|^(?:a|o|ugo|\+)?[+=]?.*o\+w|a\+w|777/.test(mode?.hint ?? '');
  if (isWide) warn('permissions', target?.hint);
}

function listens(words: Words, warn: Warn): void {
  if (hasOption(words, 'ec', ['exec', 'sh-exec', 'lua-exec'])) warn('remote');
}

function containers(words: Words, warn: Warn): void {
  const verbs = operandsOf(words).map(({ hint }) => hint);
  const isEnd = verbs.slice(0, 2).some((verb) => /^(?:rm|rmi|prune|kill|stop|down|remove)$/.test(verb));
  const isOpen = words.some(({ hint }) => /^--(?:privileged|pid=host|net(?:work)?=host|cap-add)|docker\.sock|^(?:\/|\/(?:etc|root|home|var|usr)[^:]*):/.test(hint));
  if (isEnd || isOpen || verbs[0] === 'run' || verbs[0] === 'exec') warn('containers', verbs.at(-1));
}

function cloud(words: Words, warn: Warn): void {
  const verbs = operandsOf(words).map(({ hint }) => hint);
  const found = verbs.find((verb) => cloudEnds.test(verb));
  const sends = words.some(({ hint }) => /^(?:-X|--method)?=?(?:DELETE|PUT|POST|PATCH)$/.test(hint)) || words.some(({ hint }) => /^(?:--delete|--auto-approve|--force|-destroy)$/.test(hint));
  if (found !== undefined || sends) warn('cloud', verbs.at(-1));
}

function database(texts: Words, words: Words, warn: Warn): void {
  const text = texts.find(({ hint }) => sql.test(hint));
  if (text) warn('database', text.hint);
  else if (hasOption(words, 'f', ['file'])) warn('database');
}
