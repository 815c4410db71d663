import { describe, expect, it } from 'vitest';
import { prometheusPlugin } from '../../../src/plugins/prometheus/prometheus.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('prometheus in a Corefile', () => {
  it.each([
    ['prometheus', '127.0.0.1', 9153],
    ['prometheus :9153', '', 9153],
    ['prometheus localhost:1', '127.0.0.1', 1],
    ['prometheus 0.0.0.0', '0.0.0.0', 9153],
  ])('reads %j', (lines, address, port) => {
    const config = { at: { address, port }, runtimeMetrics: false };
    expect(parseDirective(prometheusPlugin, lines)).toEqual({ config, problems: [] });
  });

  it('reads runtime_metrics', () => {
    const { config, problems } = parseDirective(prometheusPlugin, 'prometheus {\nruntime_metrics\n}');
    expect([config.runtimeMetrics, problems]).toEqual([true, []]);
  });

  it.each([
    ['prometheus a b', "Corefile:2:14: error: unexpected argument 'b'", 'ARGUMENT'],
    ['prometheus x', "such as 'localhost:9153', found 'x'", 'ARGUMENT'],
    ['prometheus\nprometheus', "Corefile:3:1: error: 'prometheus' stands here again", 'REPEATED'],
    ['prometheus {\ntls x\n}', "Corefile:3:1: error: option 'tls' of prometheus is not built: metrics", 'OPTION'],
    ['prometheus {\nruntime_metrics x\n}', "Corefile:3:17: error: unexpected argument 'x'", 'ARGUMENT'],
    [
      'prometheus {\nx\n}',
      "Corefile:3:1: error: unknown option 'x' of prometheus; expected 'runtime_metrics' or 'tls'",
      'OPTION',
    ],
  ])('refuses %j', (lines, text, code) => {
    const { problems } = parseDirective(prometheusPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(text);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});
