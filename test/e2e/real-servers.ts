import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { killGroup, tieToApp } from '../../main/processes/process-group.ts';
import { freePort } from '../bench/broker/process.ts';
import { pause, root } from './running-app.ts';

const packages = process.env['REAL_UPSTREAMS'] ?? join(root, 'node_modules');
const program = (name: string): string => join(packages, '@modelcontextprotocol', `server-${name}`, 'dist/index.js');

/** Servers that the makers of MCP publish; nobody here wrote a line of them. */
export const everything = program('everything');
export const filesystem = program('filesystem');
export const memory = program('memory');

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** The everything server over HTTP, in one of its two ways. It would listen on every network. */
export async function startEverything(way: 'streamableHttp' | 'sse'): Promise<RunningServer> {
  const port = await freePort();
  const loopbackOnly = join(root, 'test/bench/broker/loopback-only.ts');
  const child = spawn(process.execPath, ['--import', loopbackOnly, everything, way], { env: { ...process.env, PORT: String(port) }, stdio: 'ignore', detached: true });
  const untie = tieToApp(child);
  const exited = once(child, 'exit').then(() => untie());
  for (let look = 0; look < 200 && child.exitCode === null; look += 1) {
    // It answers everything that is no MCP somehow.
    const isUp = await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
    if (isUp) break;
    await pause(50);
  }
  return {
    port,
    async stop() {
      killGroup(child, 'SIGKILL');
      await exited;
    },
  };
}
