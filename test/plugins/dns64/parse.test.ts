import { describe, expect, it } from 'vitest';
import { dns64Plugin } from '../../../src/plugins/dns64/dns64.ts';
import { parseDirective } from '../../support/plugin.ts';

const standard = {
  prefix: { address: '64:ff9b::', prefixLength: 96, family: 6 },
  translatesAll: false,
  allowsIpv4: false,
};

function prefix(address: string, prefixLength: number) {
  return { ...standard, prefix: { address, prefixLength, family: 6 } };
}

describe('dns64 in a Corefile', () => {
  it.each([
    ['dns64', standard],
    ['dns64 {\n}', standard],
    ['dns64 64:1337::/96', prefix('64:1337::', 96)],
    ['dns64 64:1337::/64', prefix('64:1337::', 64)],
    ['dns64 2001:db8:ffff::/32', prefix('2001:db8::', 32)],
    ['dns64 {\nprefix 64:1337::/40\n}', prefix('64:1337::', 40)],
    ['dns64 {\nprefix 64:1337::/48\n}', prefix('64:1337::', 48)],
    ['dns64 {\nprefix 64:1337::/56\n}', prefix('64:1337::', 56)],
    ['dns64 {\ntranslate_all\n}', { ...standard, translatesAll: true }],
    ['dns64 {\nallow_ipv4\n}', { ...standard, allowsIpv4: true }],
    [
      'dns64 64:1337::/96 {\ntranslate_all\nallow_ipv4\n}',
      { ...prefix('64:1337::', 96), translatesAll: true, allowsIpv4: true },
    ],
  ])('%j', (lines, config) => {
    expect(parseDirective(dns64Plugin, lines)).toEqual({ config, problems: [] });
  });

  it.each([
    ['dns64 a b', /^Corefile:2:9: error: unexpected argument 'b'/],
    ['dns64 foo', /^Corefile:2:7: error: the prefix of dns64 must be a network/],
    [
      'dns64 64:ff9b::/33',
      /^Corefile:2:7: error: .*must be an IPv6 network of 32, 40, 48, 56, 64 or 96 bits, found '64:ff9b::\/33'/,
    ],
    ['dns64 64:ff9b::1', /^Corefile:2:7: error: .*must be an IPv6 network of 32/],
    ['dns64 10.0.0.0/32', /^Corefile:2:7: error: .*must be an IPv6 network of 32/],
    ['dns64 {\nprefix\n}', /^Corefile:3:1: error: prefix needs PREFIX/],
    ['dns64 {\nprefix x\n}', /^Corefile:3:8: error: the prefix of dns64 must be a network/],
    ['dns64 {\ntranslate_all x\n}', /^Corefile:3:15: error: unexpected argument 'x'/],
    ['dns64 {\nallow_ipv4 x\n}', /^Corefile:3:12: error: unexpected argument 'x'/],
    ['dns64 {\nallow_ipv4\nallow_ipv4\n}', /^Corefile:4:1: error: .*COREFILE_REPEATED/],
    ['dns64 {\nprefx x\n}', /^Corefile:3:1: error: unknown option 'prefx' of dns64.*'prefix'/],
    [
      'dns64 64:1337::/96 {\nprefix 64:1338::/96\n}',
      /^Corefile:3:1: error: the prefix stands behind 'dns64' already.*COREFILE_CONFLICT/,
    ],
    ['dns64\ndns64', /^Corefile:3:1: error: .*COREFILE_REPEATED/],
    ['dns64 64:ff9b:0:0:100::/96', /^Corefile:2:7: warning: bits 64 to 71 of a prefix must be 0/],
  ])('reports %j', (lines, problem) => {
    expect(parseDirective(dns64Plugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });
});
