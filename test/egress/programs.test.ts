import { execFileSync, spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Machine, type Asked, type Ended } from '../sandbox/harness.ts';
import { Outside, type Place } from './outside.ts';
import { setting } from './setting.ts';

let machine: Machine;
let outside: Outside;
let place: Place;
const host = 'code.example.com';

beforeAll(async () => {
  outside = await Outside.open({ [host]: [['203.0.113.1']] });
  machine = await Machine.make(true, { helperOptions: outside.helperOptions, wayOut: { proxy: null, certificates: [outside.authority.certificate] } });
  place = await outside.serve([host]);
}, 60_000);

afterAll(async () => {
  await machine.remove();
  await outside[Symbol.asyncDispose]();
});

beforeEach(() => {
  place.seen.length = 0;
  place.answer = (request, response) => void response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ path: request.url }));
});

const git = (...args: string[]): string => execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], { encoding: 'utf8' });

async function run(script: string, asked: Asked = {}): Promise<Ended & { readonly requests: readonly string[] }> {
  const { requests, run: open } = setting({ hosts: { allow: [host], deny: [] }, refusesOpaque: true });
  const egress = open();
  const ended = await machine.script(script, { ...asked, network: egress });
  egress.close();
  return { ...ended, requests: requests.map(({ method, path }) => `${method} ${path}`) };
}

/** A program that git itself brings serves repositories; a CGI (RFC 3875). */
function serveRepositories(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const url = new URL(request.url ?? '', 'https://x/');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        REMOTE_USER: 'tester',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'],
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      },
    });
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    backend.once('close', () => {
      const whole = Buffer.concat(chunks);
      const end = whole.indexOf('\r\n\r\n');
      const head = whole.subarray(0, end).toString('latin1').split('\r\n').map((line) => line.split(/: (.*)/));
      const status = head.find(([name]) => name === 'Status')?.[1];
      response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(head.filter(([name]) => name !== 'Status').map(([name, value]) => [name, value])));
      response.end(whole.subarray(end + 4));
    });
    backend.stdin.end(Buffer.from(place.seen.at(-1)?.body ?? '', 'latin1'));
  };
}

describe('with a place that is allowed, and seen into,', () => {
  test('curl gets and sends', async () => {
    const ended = await run(`curl -fsS https://${host}:${place.port}/a; curl -fsS -d '{"x":1}' https://${host}:${place.port}/b; head -c 3000000 /dev/zero | curl -fsS -T - https://${host}:${place.port}/c`);
    expect(ended.output).toBe('{"path":"/a"}{"path":"/b"}{"path":"/c"}');
    expect(place.seen.map(({ body }) => body.length)).toEqual([0, 7, 3_000_000]);
    expect(ended.requests).toEqual(['GET /a', 'POST /b', 'PUT /c']);
  });

  test('git clones, and pushes what was changed', async () => {
    const folder = join(outside.authority.folder, 'repositories');
    git('init', '-q', '--bare', join(folder, 'reports.git'));
    git('-C', join(folder, 'reports.git'), 'config', 'http.receivepack', 'true');
    place.answer = serveRepositories(folder);
    const script = `set -e
      git config --global user.name Tester && git config --global user.email tester@example.com && git config --global init.defaultBranch main
      git clone -q https://${host}:${place.port}/reports.git /tmp/reports 2>&1
      cd /tmp/reports && echo 1 > total.txt && git add . && git commit -qm First && git push -q origin HEAD:main 2>&1
      git clone -q https://${host}:${place.port}/reports.git /tmp/again && cat /tmp/again/total.txt`;
    const ended = await run(script);
    expect(ended.output).toMatch(/empty repository\.\n1\n$/);
    expect(git('-C', join(folder, 'reports.git'), 'log', '--format=%s %an', 'main')).toBe('First Tester\n');
    expect(ended.requests).toContain('POST /reports.git/git-receive-pack');
  });

  test('Python asks with what it brings', async () => {
    const ended = await run(`python3 -c "import json, urllib.request as r; print(json.load(r.urlopen('https://${host}:${place.port}/p?x=1'))['path']); print(r.urlopen(r.Request('https://${host}:${place.port}/q', data=b'x', method='POST')).status)"`);
    expect(ended.error).toBe('');
    expect(ended.output).toBe('/p?x=1\n201\n');
    expect(ended.requests).toEqual(['GET /p', 'POST /q']);
  });

  test('Node fetches', async () => {
    const ended = await run(`node -e "fetch('https://${host}:${place.port}/n', { method: 'POST', body: 'x' }).then(async (answer) => console.log(answer.status, await answer.text()))"`, {
      readable: [process.execPath],
      environment: { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin` },
    });
    expect(ended.error).toBe('');
    expect(ended.output).toBe('201 {"path":"/n"}\n');
    expect(ended.requests).toEqual(['POST /n']);
  });
});
