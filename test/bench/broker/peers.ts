import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeSocketFolder } from '../../../main/broker/socket-folder.ts';

export interface Peer {
  readonly name: string;
  /** Exactly this one is compared with. */
  readonly version: string;
  /** The program inside the package. */
  readonly program: string;
}

export const mcpProxy: Peer = { name: 'mcp-proxy', version: '6.7.19', program: 'dist/bin/mcp-proxy.mjs' };
export const supergateway: Peer = { name: 'supergateway', version: '4.0.0', program: 'dist/index.js' };

/**
 * The peer's program: from this project's packages, or from a cache in the temporary folder, installed at the first use
 * without running any install script. Peers are no dependencies of ours: together they weigh 108 MB.
 */
export async function peerProgram(peer: Peer, tell: (text: string) => void): Promise<string> {
  const own = resolve(import.meta.dirname, '../../../node_modules', peer.name, peer.program);
  if (existsSync(own)) return own;
  const cache = join(tmpdir(), `countersign-bench-${userInfo().username}`);
  const folder = join(cache, `${peer.name}-${peer.version}`);
  const program = join(folder, 'node_modules', peer.name, peer.program);
  const problem = await makeSocketFolder(cache);
  if (problem !== undefined) throw new Error(`The cache ${cache} cannot be trusted (${problem}). Remove it.`);
  if (!existsSync(program)) await install(peer, folder, tell);
  return program;
}

async function install({ name, version }: Peer, folder: string, tell: (text: string) => void): Promise<void> {
  tell(`Installing ${name}@${version} into ${dirname(folder)} …`);
  const half = `${folder}-${process.pid}`;
  await mkdir(half);
  const isWindows = process.platform === 'win32';
  const args = ['install', '--prefix', half, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`];
  await promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', args, { shell: isWindows, cwd: half });
  await rm(folder, { recursive: true, force: true });
  await rename(half, folder);
}
