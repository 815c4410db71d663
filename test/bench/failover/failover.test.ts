import { describe, expect, test } from 'vitest';
import { whenAsked } from '../../../bench/failover/cases.ts';
import { corefile, dnsdistConfig } from '../../../bench/failover/proxies.ts';
import { loadCorefile } from '../../../src/cli/load.ts';
import { formatProblem } from '../../../src/corefile/problem.ts';

const plan = { port: 5353, upstreams: [5301, 5302], caching: 'none' } as const;

describe('when an upstream has its share again', () => {
  test.each([
    ['never asked', [], NaN],
    ['asked too seldom', [0, 900, 1800, 2700], NaN],
    ['asked at once', [1, 2, 3], 3],
    ['asked seldom at first', [0, 900, 1800, 1900, 2000, 2100], 1900],
  ])('%s', (_, times, expected) => expect(whenAsked(times, 3)).toBe(expected));
});

describe('the proxies', () => {
  test.each([
    ['a Corefile', corefile('')],
    ['dnsdist', dnsdistConfig],
  ])('%s names both upstreams, on loopback alone', (_, config) => {
    const text = config(plan);
    expect(text).toMatch(/127\.0\.0\.1:5301[^]*127\.0\.0\.1:5302/);
    expect(text).not.toContain('0.0.0.0');
    expect(text).not.toMatch(/cache/i);
    expect(config({ ...plan, caching: 'plain' })).toMatch(/cache/i);
  });

  test('what keeps stale answers by default is told nothing, others are', () => {
    expect(corefile('')({ ...plan, caching: 'stale' })).toMatch(/^ {2}cache$/m);
    expect(corefile('serve_stale')({ ...plan, caching: 'stale' })).toMatch(/^ {2}cache \{\n {4}serve_stale$/m);
    expect(corefile('serve_stale')({ ...plan, caching: 'plain' })).toMatch(/^ {2}cache$/m);
  });

  test('our Corefile has no errors', () => {
    const { problems } = loadCorefile({ file: 'Corefile', text: corefile('')(plan) }, 53, {});
    expect(problems.list.map(formatProblem)).toEqual([]);
  });
});
