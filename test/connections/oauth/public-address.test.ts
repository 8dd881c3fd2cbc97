import { describe, expect, test } from 'vitest';
import { isLoopbackHost, isPublicAddress } from '../../../main/connections/oauth/public-address.ts';

describe('public addresses', () => {
  test.for(['93.184.216.34', '8.8.8.8', '172.32.0.1', '100.128.0.1', '192.167.255.255', '2606:2800:220:1::1', '2a00:1450:4001::8a'])('%s is one', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.for([
    '127.0.0.1', '127.8.9.10', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '100.127.255.254',
    '198.18.0.1', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.0.170',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '::7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001:0:7f00::1',
    'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', 'fd00:ec2::254',
    'localhost', '', '127.1', '0x7f000001', '1.2.3.4.5',
  ])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('this machine in an address', () => {
  test.for(['http://localhost:1/', 'http://127.0.0.1/', 'http://127.9.9.9/', 'http://[::1]:80/', 'http://2130706433/', 'http://0x7f.1/'])('%s is it', (address) => {
    expect(isLoopbackHost(new URL(address))).toBe(true);
  });
  test.for(['http://localhost.example/', 'http://127.0.0.1.example/', 'http://10.0.0.1/', 'http://[::]/', 'http://0.0.0.0/'])('%s is not', (address) => {
    expect(isLoopbackHost(new URL(address))).toBe(false);
  });
});
