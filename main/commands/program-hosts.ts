import type { CommandWord } from './description.ts';
import type { Findings } from './findings.ts';
import { hostsIn, plainHost, remoteHost } from './hosts.ts';
import { firstOperand, operandsOf, optionValues, type ValuedOptions } from './options.ts';

const curl: ValuedOptions = {
  short: 'AbcCdDeEFhHKmoPQrtTuUwxXyYz',
  long: ['data', 'data-raw', 'data-binary', 'data-urlencode', 'json', 'header', 'form', 'request', 'output', 'user', 'user-agent', 'referer', 'cookie', 'cookie-jar', 'upload-file', 'write-out', 'max-time', 'connect-timeout', 'retry', 'range', 'cert', 'key', 'cacert', 'proxy', 'resolve', 'connect-to', 'interface', 'config', 'dump-header', 'limit-rate', 'url', 'unix-socket', 'ciphers'],
};
const wget: ValuedOptions = { short: 'OoaeiBtTwQPURDAXIl', long: ['output-document', 'output-file', 'header', 'post-data', 'post-file', 'user-agent', 'tries', 'timeout', 'directory-prefix', 'method', 'body-data', 'body-file', 'execute', 'input-file'] };
const ssh: ValuedOptions = { short: 'BbcDEeFIiJLlmOopQRSWw', long: [] };

/** How the words of a program name hosts without a scheme in front. */
const plain = new Map<string, ValuedOptions>([
  ['curl', curl],
  ['wget', wget],
  ...'wget2 aria2c http https xh httpie lynx links w3m elinks fetch'.split(' ').map((name): [string, ValuedOptions] => [name, wget]),
]);
const first = new Map<string, ValuedOptions>([
  ...'ssh slogin mosh autossh'.split(' ').map((name): [string, ValuedOptions] => [name, ssh]),
  ...'nc ncat netcat nc.traditional nc.openbsd'.split(' ').map((name): [string, ValuedOptions] => [name, { short: 'cegiIMmoOpPqsTVwWxX', long: ['exec', 'sh-exec', 'source', 'wait', 'proxy', 'proxy-type'] }]),
  ...'telnet ftp tftp sftp ping ping6 traceroute tracepath mtr dig host nslookup drill whois finger rlogin rsh nmap'.split(' ').map((name): [string, ValuedOptions] => [name, { short: 'bcFiJlopPSsRwWtm', long: [] }]),
]);
const remote = new Set('scp rsync git sftp svn hg rclone'.split(' '));
const hostOption = new Map<string, readonly [string, readonly string[]]>([
  ...'psql pg_dump pg_restore createdb dropdb redis-cli mysql mysqldump mariadb mysqladmin mongosh clickhouse-client'.split(' ').map((name): [string, readonly [string, readonly string[]]] => [name, ['h', ['host', 'hostname']]]),
  ['openssl', ['', ['connect']]],
]);

/** Hosts that a program would talk to, as far as its own words say. */
export function noteHosts(name: string, words: readonly CommandWord[], findings: Findings): void {
  // Also in code and in texts that are handed on: an address is seldom there for nothing.
  for (const { hint } of words) hostsIn(hint).forEach((host) => findings.addHost(host));
  const add = (host: string | null): void => {
    if (host !== null) findings.addHost(host);
  };
  const operands = plain.get(name);
  if (operands) {
    operandsOf(words, operands).filter(({ hint }) => !/^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/.test(hint) && !/^[^/]*[^/:]*(?::?=|==)/.test(hint)).forEach(({ hint }) => add(plainHost(hint)));
    for (const { hint } of optionValues(words, name === 'curl' ? 'x' : '', ['proxy', 'url', 'preproxy', 'socks5', 'socks5-hostname'])) add(plainHost(hint));
    for (const { hint } of optionValues(words, '', ['connect-to'])) add(hint.split(':')[2] ?? null);
  }
  const one = first.get(name);
  if (one) {
    const at = firstOperand(words, one);
    for (const { hint } of name === 'dig' || name === 'drill' || name === 'nslookup' ? words.filter(({ hint }) => !hint.startsWith('-') && !hint.startsWith('+')) : words.slice(at, at + 1)) add(remoteHost(hint) ?? plainHost(hint.replace(/^@/, '')));
    for (const { hint } of optionValues(words, 'J', [])) hint.split(',').forEach((hop) => add(remoteHost(hop) ?? plainHost(hop)));
  }
  if (remote.has(name)) words.filter(({ hint }) => !hint.startsWith('-')).forEach(({ hint }) => add(remoteHost(hint)));
  const option = hostOption.get(name);
  if (option) optionValues(words, ...option).forEach(({ hint }) => add(plainHost(hint)));
  if (name === 'openssl') words.forEach(({ hint }, at) => hint === '-connect' && add(plainHost(words[at + 1]?.hint ?? '')));
  if (name === 'socat') for (const { hint } of words) add(/^(?:tcp|udp|ssl|openssl|sctp|socks\d?\w*|proxy)[46]?(?:-connect)?:(?<host>\[[^\]]+\]|[^:,]+)/i.exec(hint)?.groups?.['host'] ?? null);
}
