import { describe, expect, it } from 'vitest';
import { loadbalancePlugin } from '../../../src/plugins/loadbalance/loadbalance.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('loadbalance in a Corefile', () => {
  it.each(['loadbalance', 'loadbalance round_robin'])('reads %j', (lines) => {
    expect(parseDirective(loadbalancePlugin, lines)).toEqual({ config: {}, problems: [] });
  });

  it.each([
    [
      'loadbalance weighted weights.txt {\n reload 30s\n }',
      '2:13: error: loadbalance weighted is not built yet',
      'OPTION',
    ],
    ['loadbalance round_robbin', "2:13: error: the policy of loadbalance must be 'round_robin', found", 'ARGUMENT'],
    ['loadbalance round_robin x', "2:25: error: unexpected argument 'x'", 'ARGUMENT'],
    ['loadbalance {\n reload 30s\n }', "3:2: error: unexpected option 'reload'", 'ARGUMENT'],
    ['loadbalance\nloadbalance', "3:1: error: 'loadbalance' stands here again", 'REPEATED'],
  ])('refuses %j', (lines, start, code) => {
    const { problems } = parseDirective(loadbalancePlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(start);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});
