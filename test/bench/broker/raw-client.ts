import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { Door, EchoClient } from './client.ts';

const protocol = '2026-07-28';
const meta = JSON.stringify({
  'io.modelcontextprotocol/protocolVersion': protocol,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
});

/** Sends prepared requests of the 2026-07-28 protocol and looks for the text in what comes back: next to no cost of its own. */
export function connectRaw(door: Door): Promise<EchoClient> {
  return Promise.resolve(door.kind === 'http' ? overHttp(door) : overStdio(door));
}

function requestBody(id: number, tool: string, text: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${tool}","arguments":{"text":"${text}"},"_meta":${meta}}}`;
}

function overHttp({ url, token, tool }: Door & { readonly kind: 'http' }): EchoClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { hostname, port, pathname } = new URL(url);
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': protocol,
    'mcp-method': 'tools/call',
    'mcp-name': tool,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  let last = 0;
  return {
    echo(text) {
      const body = requestBody((last += 1), tool, text);
      return new Promise((resolve, reject) => {
        const sent = request({ agent, hostname, port, path: pathname, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (answer += chunk));
          response.once('error', reject);
          response.once('end', () => (isEcho(answer, text) ? resolve() : reject(new Error(`Not an echo: HTTP ${response.statusCode} ${answer}`))));
        });
        sent.once('error', reject);
        sent.end(body);
      });
    },
    close() {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

function overStdio({ command, args, tool }: Door & { readonly kind: 'stdio' }): EchoClient {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  // A server that ended shows in the call that waits for it.
  child.stdin.on('error', () => undefined);
  let last = 0;
  let waiting: { readonly answered: (line: string) => void; readonly failed: (error: Error) => void } | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => waiting?.answered(line));
  void exited.then(() => waiting?.failed(new Error('The echo service ended.')));
  return {
    echo(text) {
      const body = requestBody((last += 1), tool, text);
      return new Promise((resolve, reject) => {
        waiting = {
          answered: (line) => (isEcho(line, text) ? resolve() : reject(new Error(`Not an echo: ${line}`))),
          failed: reject,
        };
        child.stdin.write(`${body}\n`);
      });
    },
    pid: child.pid,
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

function isEcho(answer: string, text: string): boolean {
  return answer.includes(`"text":"${text}"`) && !answer.includes('"isError":true');
}
