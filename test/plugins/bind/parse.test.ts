import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { bindPlugin } from '../../../src/plugins/bind/bind.ts';
import type { Interfaces } from '../../../src/plugins/plugin.ts';
import { parseDirective } from '../../support/plugin.ts';

const interfaces: Interfaces = () => ({
  lo: [
    { address: '127.0.0.1', family: 'IPv4', internal: true },
    { address: '::1', family: 'IPv6', internal: true, scopeid: 0 },
  ],
  eth0: [
    { address: '10.0.0.5', family: 'IPv4', internal: false },
    { address: 'fe80::5', family: 'IPv6', internal: false, scopeid: 2 },
  ],
});

describe('bind in a Corefile', () => {
  it.each<[string, string[]]>([
    ['bind 127.0.0.1', ['127.0.0.1']],
    ['bind lo', ['127.0.0.1', '::1']],
    ['bind 2001:DB8:0::1 10.0.0.5', ['2001:db8::1', '10.0.0.5']],
    ['bind eth0', ['10.0.0.5', 'fe80::5%eth0']],
    ['bind lo\nbind eth0 127.0.0.1', ['127.0.0.1', '::1', '10.0.0.5', 'fe80::5%eth0']],
    ['bind lo {\n except ::1\n }', ['127.0.0.1']],
    ['bind lo eth0 {\n except 0:0::1 eth0\n }', ['127.0.0.1']],
    ['bind lo {\n except ::1\n }\nbind ::1', ['127.0.0.1', '::1']],
  ])('reads %j', (lines, addresses) => {
    expect(parseDirective(bindPlugin, lines, interfaces)).toEqual({ config: { addresses }, problems: [] });
  });

  it.each([
    [
      'bind',
      "Corefile:2:1: error: bind needs addresses or interfaces, but the line ends after 'bind' [COREFILE_ARGUMENT]",
    ],
    [
      'bind eth1',
      "Corefile:2:6: error: expected an IP address or the name of an interface, found 'eth1'; did you mean 'eth0'? [COREFILE_ARGUMENT]",
    ],
    [
      'bind 10.0.0.256',
      "Corefile:2:6: error: expected an IP address or the name of an interface, found '10.0.0.256'; the interfaces are lo, eth0 [COREFILE_ARGUMENT]",
    ],
    [
      'bind lo {\n except lo\n }',
      'Corefile:2:1: error: bind has no address left: except takes away all of them, expected at least one [COREFILE_CONFLICT]',
    ],
    [
      'bind lo {\n except\n }',
      "Corefile:3:2: error: except needs addresses or interfaces, but the line ends after 'except' [COREFILE_ARGUMENT]",
    ],
    [
      'bind lo {\n excep ::1\n }',
      "Corefile:3:2: error: unknown option 'excep' of bind; did you mean 'except'? [COREFILE_OPTION]",
    ],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(bindPlugin, lines, interfaces).problems).toEqual([problem]);
  });

  it('knows the loopback interface of this machine', () => {
    expect(parseDirective(bindPlugin, 'bind lo', networkInterfaces).problems).toEqual([]);
  });

  it('takes addresses where the interfaces cannot be listed', () => {
    const blind: Interfaces = () => {
      throw new Error('uv_interface_addresses returned EPERM');
    };
    expect(parseDirective(bindPlugin, 'bind ::1', blind).config).toEqual({ addresses: ['::1'] });
    expect(parseDirective(bindPlugin, 'bind lo', blind).problems).toEqual([
      "Corefile:2:6: error: expected an IP address or the name of an interface, found 'lo'; the interfaces cannot be listed: uv_interface_addresses returned EPERM [COREFILE_ARGUMENT]",
    ]);
  });
});
