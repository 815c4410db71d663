import { expect, test } from 'vitest';
import { Counters } from '../../../src/plugins/dashboard/counters.ts';
import { upstreamsIn } from '../../../src/plugins/dashboard/upstreams.ts';
import type { Family, Sample } from '../../../src/runtime/metrics/family.ts';

function counters(of: Readonly<Record<string, readonly Sample[]>>): Counters {
  const families = Object.entries(of).map(([name, samples]): Family => ({
    name: `coredns_proxy_${name}`,
    help: '',
    type: 'gauge',
    samples: () => [...samples],
  }));
  return new Counters(families);
}

const gauge = (to: string, value: number): Sample => ({ labels: { proxy_name: 'forward', to }, value });
const bucket = (to: string, le: string, value: number): Sample => ({
  labels: { to, le, rcode: 'NOERROR' },
  value,
  metricName: 'coredns_proxy_request_duration_seconds_bucket',
});

test('what is known of upstreams', () => {
  const list = upstreamsIn(
    counters({
      healthy_ratio: [gauge('up', 1), gauge('half', 0.5), gauge('down', 0), gauge('off', 1)],
      turned_off_ratio: [gauge('up', 0), gauge('off', 0.5)],
      request_failures_total: [gauge('down', 9)],
      healthcheck_failures_total: [gauge('down', 4)],
      request_duration_seconds: [bucket('up', '0.002', 5), bucket('up', '+Inf', 10), bucket('half', '+Inf', 1)],
    }),
  );
  const none = { requests: 0, failures: 0, failedProbes: 0, p50Ms: null, p99Ms: null };
  expect(list).toEqual([
    { ...none, address: 'up', state: 'up', requests: 10, p50Ms: 2, p99Ms: 2 },
    { ...none, address: 'half', state: 'partly down', requests: 1, p50Ms: 0, p99Ms: 0 },
    { ...none, address: 'down', state: 'down', failures: 9, failedProbes: 4 },
    { ...none, address: 'off', state: 'turned off' },
  ]);
});

test('nobody is asked', () => {
  expect(upstreamsIn(new Counters([]))).toEqual([]);
});
