import type { Connect, Door } from './client.ts';
import { echoTool } from './echo.ts';
import { residentMegabytes } from './memory.ts';
import { mcpProxy, peerProgram, supergateway } from './peers.ts';
import { freePort, startServer, type Served } from './process.ts';
import { connectionId, echoServerFile, type Scale } from './scale.ts';
import { median } from './statistics.ts';

/** One way to the echo service, running. */
export interface Variant {
  readonly name: VariantName;
  /** What it says of itself in the table. */
  readonly label: string;
  /** Where the nth client goes in: agents have tokens of their own. */
  door(client: number): Door;
  /** MiB that what stands in the way uses; with nothing in the way, the service itself (`pid`). */
  memory(pid: number | undefined): Promise<number>;
  stop(): Promise<void>;
}

export const variantNames = ['direct', 'directStdio', 'mcpProxy', 'supergateway', 'countersign'] as const;
export type VariantName = (typeof variantNames)[number];

export interface StartOptions {
  readonly tell: (text: string) => void;
  /** With what the better mode of a peer is found out. */
  readonly connect: Connect;
  /** For Node, when it runs Countersign: a profiler's. */
  readonly nodeOptions: readonly string[];
}

const program = (file: string): string => `${import.meta.dirname}/${file}`;
const loopback = (port: number): string => `http://127.0.0.1:${port}/mcp`;

export async function startVariant(name: VariantName, options: StartOptions): Promise<Variant> {
  switch (name) {
    case 'directStdio': {
      const door: Door = { kind: 'stdio', command: process.execPath, args: [echoServerFile], tool: echoTool };
      return { name, label: 'direct, stdio', door: () => door, memory: async (pid) => (pid === undefined ? Number.NaN : residentMegabytes(pid)), stop: () => Promise.resolve() };
    }
    case 'direct':
      return served(name, 'direct, HTTP', await startServer([program('http-echo-server.ts')]));
    case 'mcpProxy': {
      const port = await freePort();
      const command = [await peerProgram(mcpProxy, options.tell), '--host', '127.0.0.1', '--port', String(port), '--server', 'stream', '--', process.execPath, echoServerFile];
      return served(name, `mcp-proxy ${mcpProxy.version}`, await startServer(command, loopback(port)));
    }
    case 'supergateway':
      return startSupergateway(options);
    case 'countersign':
      // An agent for each client, as Claws have.
      return startCountersign({ connections: 1, tools: 1, policies: 1, agents: 16 }, options.nodeOptions);
  }
}

export async function startCountersign(scale: Scale, nodeOptions: readonly string[] = []): Promise<Variant> {
  const server = await startServer([...nodeOptions, program('countersign-server.ts'), JSON.stringify(scale)]);
  const { tokens = [] } = server.ready;
  const variant = served('countersign', 'Countersign', server);
  const doors = tokens.map((token): Door => ({ kind: 'http', url: server.ready.url, token, tool: `${connectionId}__${echoTool}` }));
  // There is a token for each agent, and an agent at least.
  return { ...variant, door: (client) => doors[client % doors.length] as Door };
}

/** Starts it sessionful and stateless, lets both answer some calls, and keeps the faster one. */
async function startSupergateway({ tell, connect }: StartOptions): Promise<Variant> {
  const file = await peerProgram(supergateway, tell);
  const start = async (mode: readonly string[], label: string): Promise<Variant> => {
    const port = await freePort();
    // It would listen on every network.
    const command = ['--import', program('loopback-only.ts'), file, '--stdio', `"${process.execPath}" "${echoServerFile}"`];
    const options = ['--outputTransport', 'streamableHttp', '--port', String(port), '--logLevel', 'none', ...mode];
    return served('supergateway', `supergateway ${supergateway.version}, ${label}`, await startServer([...command, ...options], loopback(port)));
  };
  const modes = [await start(['--stateful'], 'stateful'), await start([], 'stateless')];
  const timed = await Promise.all(modes.map(async (variant) => ({ variant, p50: await quickLook(variant, connect) })));
  const [better, worse] = timed.sort((a, b) => a.p50 - b.p50);
  await worse?.variant.stop();
  if (better === undefined) throw new Error('Unreachable: there are two modes.');
  tell(`supergateway: ${timed.map(({ variant, p50 }) => `${variant.label} ${p50.toFixed(1)} ms`).join(' against ')}; the faster one is compared.`);
  return better.variant;
}

/** Milliseconds a call takes. */
async function quickLook(variant: Variant, connect: Connect): Promise<number> {
  const client = await connect(variant.door(0));
  const times: number[] = [];
  for (let call = 0; call < 20; call += 1) {
    const from = performance.now();
    await client.echo(`look-${call}`);
    times.push(performance.now() - from);
  }
  await client.close();
  return median(times);
}

function served(name: VariantName, label: string, server: Served): Variant {
  const door: Door = { kind: 'http', url: server.ready.url, tool: echoTool };
  return { name, label, door: () => door, memory: () => residentMegabytes(server.pid), stop: () => server.stop() };
}
