import { describe, expect, test } from 'vitest';
import { isSpecial, readPlace, writePlace } from '../../main/model/network-place.ts';

describe('a place on the network', () => {
  test.for([
    ['Api.Example.COM', 443, 'api.example.com:443'],
    ['api.example.com.', 443, 'api.example.com:443'],
    ['bücher.example', 443, 'xn--bcher-kva.example:443'],
    ['0x7f.1', 80, '127.0.0.1:80'],
    ['2130706433', 80, '127.0.0.1:80'],
    ['0177.0.0.1', 80, '127.0.0.1:80'],
    ['[::1]', 80, '[::1]:80'],
    ['0:0:0:0:0:0:0:1', 80, '[::1]:80'],
    ['::ffff:127.0.0.1', 80, '127.0.0.1:80'],
    ['[::ffff:7f00:1]', 80, '127.0.0.1:80'],
    ['１２７.0.0.1', 80, '127.0.0.1:80'],
  ] as const)('%s is one place, however it is spelled', ([host, port, written]) => {
    const place = readPlace(host, port);
    expect(place && writePlace(place)).toBe(written);
  });

  test.for([
    ['', 80],
    ['a b', 80],
    ['a/b', 80],
    ['user@host', 80],
    ['host:80', 80],
    ['fe80::1%eth0', 80],
    ['host', 0],
    ['host', 65_536],
    ['host', 1.5],
    ['a\r\nb', 80],
    ['256.1.1.1', 80],
  ] as const)('“%s” port %d is none', ([host, port]) => {
    expect(readPlace(host, port)).toBeNull();
  });

  test.for(['127.0.0.1', '10.1.2.3', '192.168.0.1', '172.31.0.1', '169.254.169.254', '100.100.100.200', '0.0.0.0', '::1', 'fe80::1', 'fd00:ec2::254', '::', '64:ff9b::a00:1', 'localhost', 'db.localhost', 'printer.local', 'metadata.google.internal'])('%s is nobody’s on the internet', (host) => {
    expect(isSpecial(host)).toBe(true);
  });

  test.for(['8.8.8.8', '172.32.0.1', '2606:4700::1111', 'example.com', 'local.example', 'internal.example.com'])('%s is somebody’s', (host) => {
    expect(isSpecial(host)).toBe(false);
  });
});
