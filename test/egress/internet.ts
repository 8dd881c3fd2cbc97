/**
 * A small internet for a helper process, put before it by Node's `--import`: what names lead to, and where the addresses do, so
 * that loopback servers can stand for places outside. Only the resolver and the last dial are of this file; what is decided,
 * checked and sent is all the app's own. The names stand in the file that follows this one's address after a `?`; beside it, in
 * `.asked`, each name is written that was looked up.
 */
import dns from 'node:dns';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** For each name, what the resolver answers: one time after another, the last one from then on. */
export type Names = Readonly<Record<string, readonly (readonly string[])[]>>;

interface Answer {
  readonly address: string;
  readonly family: number;
}

/** Documentation addresses (RFC 5737, RFC 3849) stand for the public internet; they lead to this machine. */
function isOutside(host: unknown): boolean {
  return typeof host === 'string' && /^(?:203\.0\.113\.|198\.51\.100\.|2001:db8:)/.test(host);
}

function install(file: string): void {
  const read = (): Record<string, string[][]> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[][]>;
  const lookup = (name: string, options: { all?: boolean }, callback: (error: Error | null, ...found: unknown[]) => void): void => {
    appendFileSync(`${file}.asked`, `${name}\n`);
    const names = read();
    const answers = names[name.toLowerCase()];
    const [first, ...later] = answers ?? [];
    if (first !== undefined && later.length > 0) writeFileSync(file, JSON.stringify({ ...names, [name.toLowerCase()]: later }));
    const found: Answer[] = (first ?? (name === 'localhost' ? ['127.0.0.1'] : net.isIP(name) === 0 ? [] : [name])).map((address) => ({ address, family: net.isIPv6(address) ? 6 : 4 }));
    const [one] = found;
    setImmediate(() => {
      if (one === undefined) return callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }));
      return options.all === true ? callback(null, found) : callback(null, one.address, one.family);
    });
  };
  Reflect.set(dns, 'lookup', lookup);
  const connect: unknown = Reflect.get(net.Socket.prototype, 'connect');
  if (typeof connect !== 'function') return;
  Reflect.set(net.Socket.prototype, 'connect', function (this: net.Socket, ...given: unknown[]): unknown {
    const [first] = given;
    // Node hands on its arguments already read, as a list.
    const options: unknown = Array.isArray(first) ? first[0] : first;
    if (typeof options === 'object' && options !== null) redirect(options);
    return Reflect.apply(connect, this, given);
  });
  syncBuiltinESMExports();
}

function redirect(options: { host?: string; lookup?: (name: string, options: object, callback: (error: Error | null, ...found: unknown[]) => void) => void }): void {
  if (isOutside(options.host)) options.host = '127.0.0.1';
  const { lookup } = options;
  if (lookup === undefined) return;
  options.lookup = (name, asked, callback) =>
    lookup(name, asked, (error, found, family) => {
      const here = Array.isArray(found) ? found.map((one: Answer) => (isOutside(one.address) ? { address: '127.0.0.1', family: 4 } : one)) : isOutside(found) ? '127.0.0.1' : found;
      callback(error, here, family);
    });
}

const given = process.execArgv.find((argument) => argument.includes('internet.ts'))?.split('?')[1];
if (given !== undefined) install(decodeURIComponent(given));
