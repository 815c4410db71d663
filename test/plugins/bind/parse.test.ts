import { describe, expect, it } from 'vitest';
import { makeBindDirective, type Interfaces } from '../../../src/plugins/bind/parse.ts';
import { parseDirective } from '../../support/plugin.ts';

const interfaces: Interfaces = () => ({
  lo: [{ address: '127.0.0.1' }, { address: '::1', scopeid: 0 }],
  eth0: [{ address: '10.0.0.5' }, { address: 'fe80::5', scopeid: 2 }],
});
const directive = makeBindDirective(interfaces);

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
    expect(parseDirective(directive, lines)).toEqual({ config: { addresses }, problems: [] });
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
    expect(parseDirective(directive, lines).problems).toEqual([problem]);
  });

  it('knows the loopback interface of this machine', () => {
    expect(parseDirective(makeBindDirective(), 'bind 127.0.0.1').problems).toEqual([]);
  });

  it('takes addresses where the interfaces cannot be listed', () => {
    const blind = makeBindDirective(() => {
      throw new Error('uv_interface_addresses returned EPERM');
    });
    expect(parseDirective(blind, 'bind ::1').config).toEqual({ addresses: ['::1'] });
    expect(parseDirective(blind, 'bind lo').problems).toEqual([
      "Corefile:2:6: error: expected an IP address or the name of an interface, found 'lo'; the interfaces cannot be listed: uv_interface_addresses returned EPERM [COREFILE_ARGUMENT]",
    ]);
  });
});
