import { describe, expect, it } from 'vitest';
import { aclPlugin } from '../../../src/plugins/acl/acl.ts';
import type { AclPolicy } from '../../../src/plugins/acl/config.ts';
import { cidrOf, parseNetwork, type Cidr } from '../../../src/wire/network.ts';
import { rrType } from '../../../src/wire/codes.ts';
import { parseDirective } from '../../support/plugin.ts';

function net(text: string): Cidr {
  return cidrOf(parseNetwork(text)!);
}

const all = { types: undefined, networks: undefined };

describe('acl in a Corefile', () => {
  it.each<[string, AclPolicy[]]>([
    ['block', [{ action: 'block', ...all }]],
    [
      'allow\nfilter\nDROP',
      [
        { action: 'allow', ...all },
        { action: 'filter', ...all },
        { action: 'drop', ...all },
      ],
    ],
    ['block type * net *', [{ action: 'block', ...all }]],
    ['block type A AAAA', [{ action: 'block', types: [rrType.A, rrType.AAAA], networks: undefined }]],
    ['block type any Type65280 net *', [{ action: 'block', types: [rrType.ANY, 65_280], networks: undefined }]],
    ['block type A *', [{ action: 'block', ...all }]],
    ['block net 10.0.0.1 ::1', [{ action: 'block', types: undefined, networks: [net('10.0.0.1/32'), net('::1/128')] }]],
    [
      'block NET 192.168.1.5/16 TYPE A net 2001:db8:abcd:0012::0/64',
      [
        {
          action: 'block',
          types: [rrType.A],
          networks: [net('192.168.0.0/16'), net('2001:db8:abcd:12::/64')],
        },
      ],
    ],
  ])('%j', (block, policies) => {
    const { config, problems } = parseDirective(aclPlugin, `acl {\n${block}\n}`);
    expect(problems).toEqual([]);
    expect(config).toEqual({ rules: [{ zones: ['example.org.'], policies }] });
  });

  it('may stand several times, with zones', () => {
    const { config, problems } = parseDirective(
      aclPlugin,
      'acl A.example.org 10.0.0.0/24 {\nblock\n}\nacl {\nallow\n}',
    );
    expect(problems).toEqual([]);
    expect(config.rules.map(({ zones, policies }) => [zones, policies[0]!.action])).toEqual([
      [['a.example.org.', '0.0.10.in-addr.arpa.'], 'block'],
      [['example.org.'], 'allow'],
    ]);
  });

  it.each([
    ['acl {\nblck type A\n}', /^Corefile:3:1: error: the action of acl must be 'allow', .*; did you mean 'block'\?/],
    ['acl {\nblock A net 10.0.0.0/8\n}', /^Corefile:3:7: error: block takes 'type QTYPE\.\.\.' and .*, found 'A'/],
    ['acl {\nblock typ A\n}', /^Corefile:3:7: error: .* found 'typ'; did you mean 'type'\?/],
    ['acl {\nblock type net 10.0.0.0/8\n}', /^Corefile:3:12: error: 'type' needs types of records .* found 'net'/],
    ['acl {\nblock type A net\n}', /^Corefile:3:14: error: 'net' needs networks .* but the line ends/],
    ['acl {\nblock type\n}', /^Corefile:3:7: error: 'type' needs types .* but the line ends/],
    ['acl {\nblock type ABC\n}', /^Corefile:3:12: error: the type of acl must be .*, found 'ABC'/],
    ['acl {\nblock type AAA\n}', /^Corefile:3:12: error: .*, found 'AAA'; did you mean 'AAAA'\?/],
    [
      'acl {\nblock net 192.168.0/16\n}',
      /^Corefile:3:11: error: the source of acl must be a network .*'192\.168\.0\/16'/,
    ],
    ['acl {\nblock net 192.168.0.0/33\n}', /^Corefile:3:11: error: .*COREFILE_ARGUMENT/],
    ['acl {\nblock net fe80::1%eth0\n}', /^Corefile:3:11: error: .*COREFILE_ARGUMENT/],
    ['acl {\nblock {\nx\n}\n}', /^Corefile:4:1: error: unexpected option 'x': block takes no block/],
    ['acl a..b {\nblock\n}', /^Corefile:2:5: error: .*COREFILE_ARGUMENT/],
    ['acl', /^Corefile:2:1: warning: this acl has no action/],
    ['acl {\n}', /^Corefile:2:1: warning: this acl has no action/],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(aclPlugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });
});
