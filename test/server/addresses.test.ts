import { expect, test } from 'vitest';
import { serverAddresses, socketAddresses } from '../../src/server/addresses.ts';
import type { ListenerConfig } from '../../src/server/config.ts';

function listener(address: string): ListenerConfig {
  return { scheme: 'dns', address, port: 53, zones: [] };
}

const ipv4 = (address: string, internal = false) => ({ address, family: 'IPv4', internal });
const ipv6 = (address: string, internal = false) => ({ address, family: 'IPv6', internal });

test('a listener on all addresses has a socket per family, of which IPv6 may be missing', () => {
  expect(socketAddresses(listener(''))).toEqual([
    { address: '0.0.0.0', family: 4, isOptional: false },
    { address: '::', family: 6, isOptional: true },
  ]);
});

test.each([
  ['127.0.0.1', 4],
  ['0.0.0.0', 4],
  ['::1', 6],
  ['fe80::1%eth0', 6],
])('a listener on %s has one socket', (address, family) => {
  expect(socketAddresses(listener(address))).toEqual([{ address, family, isOptional: false }]);
});

test.each<
  [title: string, bound: string[], interfaces: ReturnType<Parameters<typeof serverAddresses>[1]>, expected: string[]]
>([
  [
    'bound addresses, each once',
    ['192.0.2.1', '2001:db8::1', '192.0.2.1'],
    { eth0: [ipv4('192.0.2.9')] },
    ['192.0.2.1', '2001:db8::1'],
  ],
  ['a bound loopback address', ['127.0.0.1'], { eth0: [ipv4('192.0.2.9')] }, ['127.0.0.1']],
  ['no scoped addresses', ['fe80::1%eth0'], {}, []],
  [
    'all of the machine, but loopback and link-local ones',
    [''],
    {
      lo: [ipv4('127.0.0.1', true), ipv6('::1', true)],
      eth0: [ipv4('192.0.2.9'), ipv6('fe80::1'), ipv6('2001:DB8::9')],
      eth1: [ipv4('169.254.1.1'), ipv6('febf::1'), ipv6('fec0::1')],
      gone: undefined,
    },
    ['192.0.2.9', '2001:db8::9', 'fec0::1'],
  ],
  ['loopback ones where there are no others', [''], { lo: [ipv4('127.0.0.1', true)] }, ['127.0.0.1']],
  ['both kinds', ['198.51.100.1', ''], { eth0: [ipv4('192.0.2.9')] }, ['198.51.100.1', '192.0.2.9']],
  ['none', [], { eth0: [ipv4('192.0.2.9')] }, []],
])('ns.dns.<zone> has %s', (_, bound, interfaces, expected) => {
  expect(serverAddresses(bound.map(listener), () => interfaces)).toEqual(expected);
});
