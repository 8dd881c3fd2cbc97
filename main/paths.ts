import { createHash } from 'node:crypto';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The shortest of the systems' limits for a Unix socket's path, in bytes (macOS; Linux takes 107). */
const longestSocketPath = 103;

/**
 * The folder of everything the app keeps: `%APPDATA%\Countersign`, `~/Library/Application Support/Countersign`,
 * `$XDG_CONFIG_HOME/countersign` or `~/.config/countersign`. `COUNTERSIGN_HOME` overrides it, in unpackaged runs alone.
 */
export function stateDirectory(environment: Environment, platform: NodeJS.Platform, isPackaged: boolean): string {
  const override = environment['COUNTERSIGN_HOME'];
  if (!isPackaged && override !== undefined && isAbsolute(override)) return override;
  if (platform === 'win32') return join(environment['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Countersign');
  const home = environment['HOME'] ?? homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Countersign');
  const config = environment['XDG_CONFIG_HOME'];
  return join(config !== undefined && isAbsolute(config) ? config : join(home, '.config'), 'countersign');
}

/** Where a `countersign` command finds the app: a socket, or what leads to one inside a sandbox. */
export type BrokerPlace = SocketPlace | { readonly host: '127.0.0.1'; readonly port: number };

/** What `COUNTERSIGN_BROKER` names, which the app gives to what it runs in a sandbox: `127.0.0.1:4180`, or a socket's path. Undefined: nothing. */
export function brokerPlace(environment: Environment): BrokerPlace | undefined {
  const named = environment['COUNTERSIGN_BROKER'];
  if (named === undefined || named === '') return undefined;
  const port = /^127\.0\.0\.1:(\d{1,5})$/.exec(named)?.[1];
  if (port !== undefined) return { host: '127.0.0.1', port: Number(port) };
  return isAbsolute(named) ? { path: named, folder: null } : undefined;
}

/** Where Claws' copies of folders lie: beside the app's state, which no run may see. */
export function workspacesDirectory(stateFolder: string): string {
  return `${stateFolder}-workspaces`;
}

/** Where the app listens for `countersign` commands. */
export interface SocketPlace {
  /** A Unix socket's path, or a Windows pipe's name. */
  readonly path: string;
  /** The folder that must be this person's alone; null for a pipe. */
  readonly folder: string | null;
}

/**
 * The socket of the app that keeps its state in `stateFolder`. A path too long for a socket moves, under a hashed name,
 * to `XDG_RUNTIME_DIR` or the temporary folder.
 */
export function socketPlace(stateFolder: string, environment: Environment = process.env, platform: NodeJS.Platform = process.platform): SocketPlace {
  const hash = createHash('sha256').update(`${userInfo().username}\0${stateFolder}`).digest('hex').slice(0, 24);
  if (platform === 'win32') return { path: `\\\\.\\pipe\\countersign-${hash}`, folder: null };
  const folder = join(stateFolder, 'run');
  const path = join(folder, 'broker.sock');
  if (Buffer.byteLength(path) <= longestSocketPath) return { path, folder };
  const runtime = environment['XDG_RUNTIME_DIR'];
  const shortFolder = join(runtime !== undefined && isAbsolute(runtime) ? runtime : tmpdir(), `countersign-${hash}`);
  return { path: join(shortFolder, 'broker.sock'), folder: shortFolder };
}
