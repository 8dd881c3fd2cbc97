import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:https';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { BenchmarkContext } from '../../scripts/bench.ts';
import { commandLimits } from '../../main/sandbox/run-plan.ts';
import { createSandbox, type Sandbox } from '../../main/sandbox/sandbox.ts';
import { Outside } from '../egress/outside.ts';
import { setting, type Setting } from '../egress/setting.ts';
import { median, percentile, rounded } from './broker/statistics.ts';

const host = 'api.example.com';
const mebibyte = 1024 * 1024;
const bodyBytes = 64 * mebibyte;
/** As an app is built: what each run's proxy lives in. */
const helper = resolve('out/main/sandbox-helper.js');
const execute = promisify(execFile);

/** What curl tells of each answer: the seconds it took, and its bytes a second in either direction. */
const told = '%{time_total} %{speed_download} %{speed_upload}\\n';

interface Transfer {
  readonly seconds: number;
  readonly download: number;
  readonly upload: number;
}

interface Ways {
  /** By curl on this machine. */
  readonly direct: (words: readonly string[]) => Promise<readonly Transfer[]>;
  /** By the same curl in a run, through its proxy, each connection decided by the gate and each request seen. */
  readonly run: (words: readonly string[]) => Promise<readonly Transfer[]>;
}

function read(output: string): readonly Transfer[] {
  return output.trim().split('\n').map((line) => {
    const [seconds = Number.NaN, download = Number.NaN, upload = Number.NaN] = line.split(' ').map(Number);
    return { seconds, download, upload };
  });
}

/** HTTPS on loopback: `/large` gives a body of 64 MiB, whatever else two bytes; what comes is read and dropped. */
async function startServer(outside: Outside): Promise<{ readonly server: Server; readonly port: number }> {
  const { certificate: cert, key } = await outside.authority.issue('bench', { names: `DNS:${host}` });
  const piece = Buffer.alloc(mebibyte, 'x');
  const server = createServer({ cert, key }, (request, response) => {
    request.resume();
    request.once('end', () => {
      if (request.url !== '/large') return void response.end('ok');
      let left = bodyBytes / piece.length;
      response.setHeader('content-length', bodyBytes);
      const write = (): void => {
        while (left > 0) {
          left -= 1;
          if (!response.write(piece)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A server that listens on TCP has such an address.
  return { server, port: (server.address() as AddressInfo).port };
}

function waysOf(sandbox: Sandbox, { run }: Setting, { workspace, authority, port }: { readonly workspace: string; readonly authority: string; readonly port: number }): Ways {
  return {
    async direct(words) {
      const { stdout } = await execute('curl', ['--resolve', `${host}:${port}:127.0.0.1`, '--cacert', authority, '--noproxy', '*', ...words], { cwd: workspace });
      return read(stdout);
    },
    async run(words) {
      const network = run();
      const started = await sandbox.start({ argv: ['curl', ...words], cwd: workspace, environment: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' }, readable: [], writable: [workspace], limits: commandLimits, network });
      if (!started.ok) throw new Error(`The run did not start: ${JSON.stringify(started)}`);
      started.run.input.end();
      const [output, error, { code }] = await Promise.all([text(started.run.output), text(started.run.error), started.run.end]);
      network.close();
      if (code !== 0) throw new Error(`curl ended with ${code}: ${error}`);
      return read(output);
    },
  };
}

/** Both ways in turns; all that curl told of each. */
async function compare({ direct, run }: Ways, words: readonly string[], rounds: number): Promise<{ readonly direct: readonly Transfer[]; readonly run: readonly Transfer[] }> {
  const all = { direct: new Array<Transfer>(), run: new Array<Transfer>() };
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % 2 === 0 ? (['direct', 'run'] as const) : (['run', 'direct'] as const);
    for (const way of turn) all[way].push(...(await (way === 'direct' ? direct : run)(words)));
  }
  return all;
}

/**
 * HTTPS from a run through its proxy, which looks into it, against the same curl without: megabytes a second for a body of 64 MiB in
 * either direction, and milliseconds of small requests one after another, over one connection and over a new one each.
 * The start of the run is not in it (`sandbox` measures that); who decides is the real gate and policy, without a disk.
 */
export async function run({ isQuick, tell }: BenchmarkContext): Promise<Record<string, number>> {
  if (process.platform !== 'linux') throw new Error('The two are compared on Linux.');
  if (!existsSync(helper)) throw new Error('The app is not built: npm run build.');
  const outside = await Outside.open({ [host]: [['203.0.113.1']] });
  const { server, port } = await startServer(outside);
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'bench-egress-')));
  const workspace = join(folder, 'work');
  for (const path of [workspace, join(folder, 'home')]) await mkdir(path);
  await chmod(outside.authority.certificateFile, 0o644);
  const sandbox = createSandbox({
    helper: { program: process.execPath, args: [...outside.helperOptions, helper] },
    environment: { ...process.env, HOME: join(folder, 'home') },
    home: join(folder, 'home'),
    hidden: [],
    temporary: tmpdir(),
    profile: resolve('assets/sandbox/countersign-bwrap'),
    wayOut: () => Promise.resolve({ proxy: null, certificates: [outside.authority.certificate] }),
  });
  try {
    const ways = waysOf(sandbox, setting({ hosts: { allow: [host], deny: [] } }), { workspace, authority: outside.authority.certificateFile, port });
    const quiet = ['--silent', '--show-error', '--http1.1', '--output', '/dev/null', '--write-out', told];
    const place = `https://${host}:${port}`;
    await execute('dd', ['if=/dev/zero', `of=${join(workspace, 'body')}`, 'bs=1M', `count=${bodyBytes / mebibyte}`, 'status=none']);
    const rounds = isQuick ? 3 : 9;
    const requests = isQuick ? 50 : 200;
    const download = await compare(ways, [...quiet, `${place}/large`], rounds);
    const upload = await compare(ways, [...quiet, '--header', 'Expect:', '--data-binary', '@body', `${place}/in`], rounds);
    const kept = await compare(ways, [...quiet, `${place}/[1-${requests}]`], rounds);
    const renewed = await compare(ways, [...quiet, '--header', 'Connection: close', `${place}/[1-${requests / 5}]`], rounds);
    const speed = ({ direct, run }: typeof download, name: 'download' | 'upload'): Record<string, number> => {
      const [own, other] = [median(run.map((one) => one[name])), median(direct.map((one) => one[name]))];
      tell(`  ${name} of 64 MiB: ${(own / other).toFixed(2)}× the speed of direct`);
      return { [`${name}MBs`]: rounded(own / 1e6), [`${name}DirectMBs`]: rounded(other / 1e6), [`${name}AgainstDirect`]: rounded(own / other) };
    };
    const latency = ({ direct, run }: typeof kept, name: string, about: string): Record<string, number> => {
      const [own, other] = [run, direct].map((times) => times.map(({ seconds }) => seconds * 1000)) as [number[], number[]];
      tell(`  ${about}: ${(median(own) / median(other)).toFixed(2)}× the time of direct`);
      return { [`${name}P50Ms`]: rounded(median(own)), [`${name}P99Ms`]: rounded(percentile(own, 0.99)), [`${name}DirectP50Ms`]: rounded(median(other)), [`${name}AgainstDirect`]: rounded(median(own) / median(other)) };
    };
    return { ...speed(download, 'download'), ...speed(upload, 'upload'), ...latency(kept, 'request', 'requests over one connection'), ...latency(renewed, 'connection', 'requests over a new connection each') };
  } finally {
    await sandbox.close();
    server.closeAllConnections();
    server.close();
    await outside[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}
