import { describe, expect, test } from 'vitest';
import { CheckPolicy } from '../../../src/registry/check/check-policy.ts';
import { cidrOf, parseNetwork } from '../../../src/wire/network.ts';

const cidr = (text: string) => cidrOf(parseNetwork(text)!);

describe('without allow', () => {
  const policy = new CheckPolicy([], () => ['192.0.2.53', '2001:DB8:0::53', 'fe80::1']);

  test.each(['10.0.0.1', '203.0.113.7', '192.0.2.54', '2001:db8::54', 'fd00::1', '100.100.100.201'])(
    '%s may be asked',
    (ip) => expect(policy.allows(ip)).toBe(true),
  );

  test.each([
    ['this machine', ['127.0.0.1', '127.255.255.254', '::1', '0.0.0.0', '::']],
    ['its own addresses', ['192.0.2.53', '2001:db8::53']],
    ['the link', ['169.254.1.1', 'fe80::2']],
    [
      'what a cloud tells its machines',
      ['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254'],
    ],
    ['groups, and what nobody has', ['224.0.0.1', '240.240.0.1', '255.255.255.255', 'ff02::1']],
  ])('not %s', (_what, ips) => {
    expect(ips.filter((ip) => policy.allows(ip))).toEqual([]);
  });
});

test('with allow these networks and no others, special ones among them', () => {
  const policy = new CheckPolicy([cidr('10.0.0.0/8'), cidr('127.0.0.1/32'), cidr('2001:db8::/32')], () => [
    '10.0.0.53',
  ]);
  const ips = ['10.0.0.1', '10.0.0.53', '127.0.0.1', '127.0.0.2', '192.0.2.1', '2001:db8::1', '2001:db9::1', '::1'];
  expect(ips.filter((ip) => policy.allows(ip))).toEqual(['10.0.0.1', '10.0.0.53', '127.0.0.1', '2001:db8::1']);
});
