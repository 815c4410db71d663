import { describe, expect, test } from 'vitest';
import { History, spanMs } from '../../../src/plugins/dashboard/history.ts';
import type { Family, Sample } from '../../../src/runtime/metrics/family.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** Metrics that a test sets. */
function world() {
  const clock = new FakeClock();
  const values = { noerror: 0, nxdomain: 0, fast: 0, slow: 0, hits: 0, misses: 0 };
  const family = (name: string, samples: () => Sample[]): Family => ({ name, help: '', type: 'counter', samples });
  const duration = 'coredns_dns_request_duration_seconds';
  const bucket = (le: string, value: number): Sample => ({ metricName: `${duration}_bucket`, labels: { le }, value });
  const families = [
    family('coredns_dns_responses_total', () => [
      { labels: { rcode: 'NOERROR', zone: 'a.' }, value: values.noerror },
      { labels: { rcode: 'NOERROR', zone: 'b.' }, value: values.noerror },
      { labels: { rcode: 'NXDOMAIN' }, value: values.nxdomain },
    ]),
    family(duration, () => [
      bucket('0.001', values.fast),
      bucket('0.01', values.fast + values.slow),
      bucket('+Inf', values.fast + values.slow),
      { metricName: `${duration}_sum`, labels: {}, value: 12 },
    ]),
    family('coredns_cache_hits_total', () => [{ labels: {}, value: values.hits }]),
    family('coredns_cache_misses_total', () => [{ labels: {}, value: values.misses }]),
  ];
  let scrapes = 0;
  const history = new History(() => {
    scrapes++;
    return families;
  }, clock);
  return { clock, values, history, scrapes: () => scrapes };
}

describe('the history', () => {
  test('has rates of each second', () => {
    const { clock, values, history } = world();
    history.start();
    Object.assign(values, { noerror: 10, fast: 98, slow: 2, hits: 5, misses: 3 });
    clock.advance(1000);
    Object.assign(values, { noerror: 20, nxdomain: 7, hits: 6 });
    clock.advance(1000);
    const [first, second, ...others] = history.since(0);
    expect(first).toEqual({
      atMs: clock.wall() - 1000,
      codes: { NOERROR: 20 },
      p50Ms: expect.closeTo(0.51) as number,
      p99Ms: expect.closeTo(5.5) as number,
      cacheHits: 5,
      cacheMisses: 3,
    });
    expect(second).toEqual({
      atMs: clock.wall(),
      codes: { NOERROR: 20, NXDOMAIN: 7 },
      p50Ms: null,
      p99Ms: null,
      cacheHits: 1,
      cacheMisses: 0,
    });
    expect(others).toEqual([]);
    expect(history.since(first!.atMs)).toEqual([second]);
  });

  test('a counter that a reload has taken back is not negative', () => {
    const { clock, values, history } = world();
    values.hits = 100;
    history.start();
    values.hits = 4;
    clock.advance(1000);
    expect(history.since(0)).toEqual([expect.objectContaining({ cacheHits: 4 })]);
  });

  test('is ten minutes long', () => {
    const { clock, history } = world();
    history.start();
    clock.advance(2 * spanMs);
    const points = history.since(0);
    expect(points).toHaveLength(spanMs / 1000);
    expect(points[0]!.atMs).toBe(clock.wall() - spanMs + 1000);
  });

  test('ends', () => {
    const { clock, history, scrapes } = world();
    history.start();
    history.stop();
    clock.advance(10_000);
    expect([scrapes(), clock.pending]).toEqual([1, 0]);
  });

  test('rests where counting takes long', () => {
    const clock = new FakeClock();
    let scrapes = 0;
    const history = new History(() => {
      scrapes++;
      clock.advance(100);
      return [];
    }, clock);
    history.start();
    clock.advance(4900);
    expect(scrapes).toBe(1);
    clock.advance(100);
    expect(scrapes).toBe(2);
  });
});
