import { describe, expect, it } from 'vitest';
import type { HostsConfig } from '../../../src/plugins/hosts/config.ts';
import { hostsPlugin } from '../../../src/plugins/hosts/hosts.ts';
import { parseDirective } from '../../support/plugin.ts';

const defaults: HostsConfig = {
  file: '/etc/hosts',
  isNamed: false,
  inline: [],
  zones: ['example.org.'],
  ttl: 3600,
  hasReverse: true,
  reloadMs: 5000,
  fallthrough: undefined,
  passesOtherTypes: false,
};
const block = (...lines: string[]): string => `hosts {\n${lines.join('\n')}\n}`;

describe('right lines', () => {
  it.each<[string, Partial<HostsConfig>]>([
    ['hosts', {}],
    ['hosts {\n}', {}],
    ['hosts /tmp', { file: '/tmp', isNamed: true }],
    ['hosts /etc/hosts Miek.nl', { isNamed: true, zones: ['miek.nl.'] }],
    ['hosts f miek.nl 10.0.0.9/8 miek.nl.', { file: 'f', isNamed: true, zones: ['miek.nl.', '10.in-addr.arpa.'] }],
    [block('fallthrough'), { fallthrough: ['.'] }],
    [block('fallthrough a.org 10.0.0.0/8'), { fallthrough: ['a.org.', '10.in-addr.arpa.'] }],
    [block('fallthrough_unsupported', 'fallthrough a.org'), { fallthrough: ['a.org.'], passesOtherTypes: true }],
    [block('no_reverse'), { hasReverse: false }],
    [block('ttl 1'), { ttl: 1 }],
    [block('ttl 65535'), { ttl: 65_535 }],
    [block('reload 0'), { reloadMs: 0 }],
    [block('reload 300ms'), { reloadMs: 300 }],
    [block('10.0.0.1 example.org'), { inline: ['10.0.0.1 example.org'] }],
    [block('10.0.0.1'), { inline: ['10.0.0.1'] }],
    [
      block('fe80::1%lo0 a *.b', 'fallthrough', '::1 c'),
      { inline: ['fe80::1%lo0 a *.b', '::1 c'], fallthrough: ['.'] },
    ],
    [block('"10.0.0.1 a\n10.0.0.2" b'), { inline: ['10.0.0.1 a\n10.0.0.2 b'] }],
    [
      'hosts /etc/coredns/NodeHosts {\nttl 60\nreload 15s\nfallthrough\n}',
      { file: '/etc/coredns/NodeHosts', isNamed: true, ttl: 60, reloadMs: 15_000, fallthrough: ['.'] },
    ],
    [
      block('192.168.49.1 host.minikube.internal', 'fallthrough'),
      { inline: ['192.168.49.1 host.minikube.internal'], fallthrough: ['.'] },
    ],
  ])('%j', (lines, expected) => {
    const { config, problems } = parseDirective<HostsConfig>(hostsPlugin, lines);
    expect(problems).toEqual([]);
    expect(config).toEqual({ ...defaults, ...expected });
  });
});

describe('wrong lines', () => {
  it.each<[string, string]>([
    ['hosts ""', `2:7: error: expected the path of a hosts file, found '' [COREFILE_ARGUMENT]`],
    ['hosts f a..b', `2:9: error: 'a..b' is not a zone name`],
    ['hosts\nhosts', `3:1: error: 'hosts' stands here again`],
    [block('ttl'), `3:1: error: ttl needs SECONDS`],
    [block('ttl 0'), '3:5: error: ttl must be between 1 and 65535'],
    [block('ttl 65536'), '3:5: error: ttl must be between 1 and 65535'],
    [block('ttl 1s'), '3:5: error: ttl must be an integer'],
    [block('ttl 1 2'), `3:7: error: unexpected argument '2'`],
    [block('ttl 1', 'ttl 1'), `4:1: error: 'ttl' stands here again`],
    [block('ttl 1 {\nx\n}'), `4:1: error: unexpected option 'x'`],
    [block('reload'), '3:1: error: reload needs DURATION'],
    [block('reload 5'), '3:8: error: reload must be a duration with a unit'],
    [block('reload -1s'), '3:8: error: reload must be at least 0s'],
    [block('reload 1s 2s'), `3:11: error: unexpected argument '2s'`],
    [block('no_reverse x'), `3:12: error: unexpected argument 'x'`],
    [block('fallthrough a..b'), `3:13: error: 'a..b' is not a zone name`],
    [block('fallthrough', 'fallthrough'), `4:1: error: 'fallthrough' stands here again`],
    [block('fallthrough_unsupported'), `3:1: error: fallthrough_unsupported needs 'fallthrough'`],
    [block('fallthrough', 'fallthrough_unsupported a'), `4:25: error: unexpected argument 'a'`],
    [block('falthrough'), `3:1: error: unknown option 'falthrough' of hosts; did you mean 'fallthrough'?`],
    [block('10.0.0.256 a'), `3:1: error: unknown option '10.0.0.256' of hosts`],
    [block('a.org 10.0.0.1'), `3:1: error: unknown option 'a.org' of hosts`],
    [block('10.0.0.1 a..b'), `3:10: error: 'a..b' is no name`],
    [block('10.0.0.1 a bücher.org'), `3:12: error: 'bücher.org' has letters outside ASCII`],
    [block('10.0.0.1 *'), `3:10: error: '*' is no name of a host`],
    [block('10.0.0.1 a {\nx\n}'), `4:1: error: unexpected option 'x'`],
  ])('%j', (lines, problem) => {
    const { problems } = parseDirective(hostsPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`Corefile:${problem}`);
  });
});
