import { describe, expect, it } from 'vitest';
import type { LoadbalanceConfig } from '../../../src/plugins/loadbalance/config.ts';
import { loadbalancePlugin } from '../../../src/plugins/loadbalance/loadbalance.ts';
import { parseDirective } from '../../support/plugin.ts';

const net = (address: string, prefixLength: number) => ({
  address,
  prefixLength,
  family: address.includes(':') ? 6 : 4,
});

describe('loadbalance in a Corefile', () => {
  it.each<[string, Partial<LoadbalanceConfig>]>([
    ['loadbalance', {}],
    ['loadbalance round_robin', {}],
    ['loadbalance {\n}', {}],
    ['loadbalance weighted w', { weights: { file: 'w', reloadMs: 30_000 } }],
    ['loadbalance weighted w {\nreload 10s\n}', { weights: { file: 'w', reloadMs: 10_000 } }],
    ['loadbalance weighted /dev/null {\nreload 0s\n}', { weights: { file: '/dev/null', reloadMs: 0 } }],
    [
      'loadbalance {\nprefer 10.9.20.1/24 2001:db8::/32\nprefer 10.0.0.1\n}',
      { prefer: [net('10.9.20.0', 24), net('2001:db8::', 32), net('10.0.0.1', 32)] as LoadbalanceConfig['prefer'] },
    ],
    [
      'loadbalance weighted w {\nprefer 10.0.0.0/8\nreload 1m\n}',
      {
        weights: { file: 'w', reloadMs: 60_000 },
        prefer: [net('10.0.0.0', 8)] as LoadbalanceConfig['prefer'],
      },
    ],
  ])('reads %j', (lines, expected) => {
    const config = { weights: undefined, prefer: [], ...expected };
    expect(parseDirective(loadbalancePlugin, lines)).toEqual({ config, problems: [] });
  });

  it.each([
    ['loadbalance fleeb', "2:13: error: the policy of loadbalance must be 'round_robin' or 'weighted'", 'ARGUMENT'],
    ['loadbalance round_robin x', "2:25: error: unexpected argument 'x'", 'ARGUMENT'],
    ['loadbalance weighted', "2:13: error: loadbalance needs 'weighted' and a weight FILE", 'ARGUMENT'],
    ['loadbalance weighted a b', "2:24: error: unexpected argument 'b'", 'ARGUMENT'],
    ['loadbalance weighted w {\nsusu\n}', "3:1: error: unknown option 'susu' of loadbalance", 'OPTION'],
    ['loadbalance weighted w {\nreload a\n}', '3:8: error: reload must be a duration', 'ARGUMENT'],
    ['loadbalance weighted w {\nreload -1s\n}', '3:8: error: reload must be at least 0s', 'ARGUMENT'],
    ['loadbalance weighted w {\nreload\n}', '3:1: error: reload needs DURATION', 'ARGUMENT'],
    ['loadbalance weighted w {\nreload 30s a\n}', "3:12: error: unexpected argument 'a'", 'ARGUMENT'],
    ['loadbalance weighted w {\nreload 1s\nreload 1s\n}', "4:1: error: 'reload' stands here again", 'REPEATED'],
    ['loadbalance weighted w {\nreload 0s\n}', "2:22: error: 'w' does not exist", 'FILE'],
    ['loadbalance weighted /tmp', "2:22: error: '/tmp' cannot be read (EISDIR)", 'FILE'],
    ['loadbalance weighted package.json', "2:22: error: 'package.json': line 2: ", 'FILE'],
    ['loadbalance {\nreload 30s\n}', "3:1: error: unknown option 'reload' of loadbalance", 'OPTION'],
    ['loadbalance {\nprefer\n}', '3:1: error: prefer needs CIDR...', 'ARGUMENT'],
    ['loadbalance {\nprefer 10.0.0.0/33\n}', '3:8: error: prefer must be a network', 'ARGUMENT'],
    ['loadbalance {\nprefer a.org\n}', '3:8: error: prefer must be a network', 'ARGUMENT'],
    ['loadbalance\nloadbalance', "3:1: error: 'loadbalance' stands here again", 'REPEATED'],
  ])('refuses %j', (lines, start, code) => {
    const { problems } = parseDirective(loadbalancePlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(start);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});
