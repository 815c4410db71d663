import type { Upstream } from './api.ts';
import type { Counters } from './counters.ts';
import { quantile } from './quantile.ts';

const durationName = 'coredns_proxy_request_duration_seconds';

/** What the metrics say of each upstream, in the order in which they name them. */
export function upstreamsIn(counters: Counters): Upstream[] {
  const byUpstream = (name: string): ReadonlyMap<string, number> => counters.byLabel(`coredns_proxy_${name}`, 'to');
  const failures = byUpstream('request_failures_total');
  const failedProbes = byUpstream('healthcheck_failures_total');
  const turnedOff = byUpstream('turned_off_ratio');
  return Array.from(byUpstream('healthy_ratio'), ([address, healthy]) => {
    const buckets = counters.buckets(durationName, ({ to }) => to === address);
    const inMs = (share: number): number | null => {
      const seconds = quantile(buckets, share);
      return seconds === undefined ? null : seconds * 1000;
    };
    return {
      address,
      state: stateOf(healthy, turnedOff.get(address) ?? 0),
      requests: buckets.get(Infinity) ?? 0,
      failures: failures.get(address) ?? 0,
      failedProbes: failedProbes.get(address) ?? 0,
      p50Ms: inMs(0.5),
      p99Ms: inMs(0.99),
    };
  });
}

/** Shares of the workers. */
function stateOf(healthy: number, turnedOff: number): Upstream['state'] {
  if (turnedOff > 0) return 'turned off';
  if (healthy >= 1) return 'up';
  return healthy > 0 ? 'partly down' : 'down';
}
