import type { lookup } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createWaryFetch, isAcceptable, LongAnswerError, RefusedAddressError } from '../../../main/connections/oauth/wary-fetch.ts';

let server: Server | undefined;
let connections = 0;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  connections = 0;
});

async function serve(answer: RequestListener): Promise<URL> {
  server = createServer(answer);
  server.on('connection', () => (connections += 1));
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const hello: RequestListener = (_request, response) => void response.end('hello');

/** A name service that says what it is told to. */
function names(...addresses: readonly string[]): { readonly resolve: typeof lookup; readonly asked: string[] } {
  const asked: string[] = [];
  const resolve = ((hostname: string, _options: unknown, callback: (error: null, found: readonly { address: string; family: number }[]) => void) => {
    asked.push(hostname);
    callback(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  }) as unknown as typeof lookup;
  return { resolve, asked };
}

const crm = new URL('https://crm.example/mcp');

describe('an address that a server named', () => {
  test.for([
    'http://login.example/', 'https://127.0.0.1/', 'http://127.0.0.1:8080/', 'https://localhost/', 'https://10.1.2.3/', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/', 'https://[fd00::1]/',
    'https://[::ffff:10.0.0.1]/', 'https://0x7f000001/', 'https://user:pass@login.example/', 'file:///etc/passwd', 'javascript:alert(1)', 'ftp://login.example/', 'data:text/plain,x',
  ])('%s is not asked on behalf of a service on the web', async (address) => {
    expect(isAcceptable(new URL(address), [crm])).toBe(false);
    await expect(createWaryFetch({ named: [crm] })(address)).rejects.toBeInstanceOf(RefusedAddressError);
  });

  test.for(['127.0.0.1', '10.0.0.8', '169.254.169.254', '::1', 'fd00::8', '::ffff:192.168.0.1', '100.64.1.1'])('is not asked when its name leads to %s', async (address) => {
    const { port } = await serve(hello);
    const { resolve } = names(address);
    await expect(createWaryFetch({ named: [crm], resolve })(`https://login.example:${port}/`)).rejects.toBeInstanceOf(RefusedAddressError);
    expect(connections).toBe(0);
  });

  test('is not asked when one of the addresses of its name is private', async () => {
    const { resolve, asked } = names('93.184.216.34', '127.0.0.1');
    await expect(createWaryFetch({ named: [crm], resolve })('https://login.example/')).rejects.toBeInstanceOf(RefusedAddressError);
    expect(asked).toEqual(['login.example']);
  });

  test('is reached at the address that was looked at, and nowhere else', async () => {
    const here = await serve(hello);
    const { resolve, asked } = names('127.0.0.1');
    // Named by the person: it may be anywhere.
    const answer = await createWaryFetch({ named: [new URL(`http://localhost:${here.port}/mcp`)], resolve })(`http://localhost:${here.port}/`);
    expect(await answer.text()).toBe('hello');
    expect(asked).toEqual(['localhost']);
  });

  test('may be on this machine when the service is', async () => {
    const here = await serve(hello);
    expect((await createWaryFetch({ named: [new URL('http://127.0.0.1:1/mcp')] })(here)).status).toBe(200);
    await expect(createWaryFetch({ named: [new URL('http://127.0.0.1:1/mcp')] })('http://10.0.0.1/')).rejects.toBeInstanceOf(RefusedAddressError);
  });
});

describe('an answer', () => {
  test('that sends elsewhere counts as not found, and nobody goes there', async () => {
    let visited = 0;
    const here = await serve((request, response) => {
      if (request.url !== '/') visited += 1;
      response.writeHead(302, { location: '/secret' }).end();
    });
    expect((await createWaryFetch({ named: [here] })(here)).status).toBe(404);
    expect(visited).toBe(0);
  });

  test('beyond 64 KiB is not read on', async () => {
    const here = await serve((_request, response) => void response.end('x'.repeat(64 * 1024 + 1)));
    await expect(createWaryFetch({ named: [here] })(here)).rejects.toBeInstanceOf(LongAnswerError);
  });

  test('that unfolds beyond 64 KiB is not read on', async () => {
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(Buffer.alloc(4 * 1024 * 1024));
    const here = await serve((_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed));
    await expect(createWaryFetch({ named: [here] })(here)).rejects.toBeInstanceOf(LongAnswerError);
  });

  test('that never ends is given up', async () => {
    const here = await serve((_request, response) => {
      response.writeHead(200);
      response.write('{');
    });
    await expect(createWaryFetch({ named: [here], timeLimit: 200 })(here)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
