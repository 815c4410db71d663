import { timeBoundsMs } from '../../runtime/metrics/histogram.ts';
import { histogramSamples, type Family, type Sample } from '../../runtime/metrics/family.ts';
import { rcodeSlotName } from '../../wire/rcode-slots.ts';
import { formatUpstream, type Protocol } from './config.ts';
import { forwardSeries, upstreamSeries } from './meter.ts';
import type { CountedBlock } from './sources/changing-block.ts';
import type { ServersFile } from './sources/servers-file.ts';
import type { WatchedName } from './sources/watched-name.ts';

/** What is known of one upstream, over all blocks and workers. */
interface UpstreamTotals {
  /** By the slot of the RCODE; empty where there were none. */
  readonly durations: Map<number, number[]>;
  failures: number;
  healthCheckFailures: number;
  /** Workers and lines that ask it. */
  users: number;
  /** Those of them that hold it for down. */
  down: number;
  /** Those of them that have turned it off. */
  off: number;
  /** By protocol, as CoreDNS names them. */
  readonly connections: Map<string, { hits: number; misses: number }>;
}

/** Values of the label `proto`. */
const protocolNames: Readonly<Record<Protocol, string>> = Object.freeze({ dns: 'tcp', tls: 'tcp-tls', https: 'https' });

function noTotals(): UpstreamTotals {
  return {
    durations: new Map(),
    failures: 0,
    healthCheckFailures: 0,
    users: 0,
    down: 0,
    off: 0,
    connections: new Map(),
  };
}

/** What is counted of upstreams: CoreDNS's metrics, and those whose lack its users complain of. */
export function forwardFamilies(parts: readonly CountedBlock[]): Family[] {
  if (parts.length === 0) return [];

  const upstreams = (): Map<string, UpstreamTotals> => {
    const all = new Map<string, UpstreamTotals>();
    for (const { sums, upstreams: counted } of parts) {
      for (const { upstream, counts } of counted()) {
        const name = formatUpstream(upstream);
        const sum = all.get(name) ?? noTotals();
        all.set(name, sum);
        const proto = protocolNames[upstream.protocol];
        const { hits, misses } = sum.connections.get(proto) ?? { hits: 0, misses: 0 };
        sum.connections.set(proto, {
          hits: hits + counts[upstreamSeries.connectionHits]!,
          misses: misses + counts[upstreamSeries.connectionMisses]!,
        });
        sum.failures += counts[upstreamSeries.failures]!;
        sum.healthCheckFailures += counts[upstreamSeries.healthCheckFailures]!;
        sum.down += counts[upstreamSeries.isDown]!;
        sum.off += counts[upstreamSeries.isOff]!;
        sum.users += sums.workers;
        addDurations(sum.durations, counts);
      }
    }
    return all;
  };
  const each = (samplesOf: (to: string, upstream: UpstreamTotals) => Sample[]) => (): Sample[] =>
    Array.from(upstreams(), ([to, upstream]) => samplesOf(to, upstream)).flat();
  const labelsOf = (to: string): Record<string, string> => ({ proxy_name: 'forward', to });

  const durationName = 'coredns_proxy_request_duration_seconds';
  return [
    {
      name: durationName,
      help: 'Time that upstreams took to reply, in seconds.',
      type: 'histogram',
      samples: each((to, { durations }) =>
        Array.from(durations, ([slot, counts]) => {
          const labels = { ...labelsOf(to), rcode: rcodeSlotName(slot) };
          return histogramSamples(durationName, labels, timeBoundsMs, counts, 1 / 1000);
        }).flat(),
      ),
    },
    {
      name: 'coredns_proxy_request_failures_total',
      help: 'Attempts that an upstream gave no usable reply to.',
      type: 'counter',
      samples: each((to, { failures }) => [{ labels: labelsOf(to), value: failures }]),
    },
    {
      name: 'coredns_proxy_conn_cache_hits_total',
      help: 'Queries that found a connection to the upstream.',
      type: 'counter',
      samples: each((to, { connections }) =>
        Array.from(connections, ([proto, { hits }]) => ({ labels: { ...labelsOf(to), proto }, value: hits })),
      ),
    },
    {
      name: 'coredns_proxy_conn_cache_misses_total',
      help: 'Queries for which a connection to the upstream was opened.',
      type: 'counter',
      samples: each((to, { connections }) =>
        Array.from(connections, ([proto, { misses }]) => ({ labels: { ...labelsOf(to), proto }, value: misses })),
      ),
    },
    {
      name: 'coredns_proxy_healthcheck_failures_total',
      help: 'Probes that an upstream gave no reply to.',
      type: 'counter',
      samples: each((to, upstream) => [{ labels: labelsOf(to), value: upstream.healthCheckFailures }]),
    },
    {
      name: 'coredns_proxy_healthy_ratio',
      help: 'Share of the workers that do not hold the upstream for down.',
      type: 'gauge',
      samples: each((to, { users, down }) => [{ labels: labelsOf(to), value: users === 0 ? 1 : 1 - down / users }]),
    },
    {
      name: 'coredns_proxy_turned_off_ratio',
      help: 'Share of the workers that send the upstream nothing because a plugin has turned it off.',
      type: 'gauge',
      samples: each((to, { users, off }) => [{ labels: labelsOf(to), value: users === 0 ? 0 : off / users }]),
    },
    {
      name: 'coredns_forward_hedges_total',
      help: 'Second queries to another upstream because a reply was overdue.',
      type: 'counter',
      samples: () => [{ labels: {}, value: parts.reduce((sum, { sums }) => sum + sums.at(forwardSeries.hedges), 0) }],
    },
    {
      name: 'coredns_forward_healthcheck_broken_total',
      help: 'Queries that came while all upstreams were down.',
      type: 'counter',
      samples: () => [{ labels: {}, value: parts.reduce((sum, { sums }) => sum + sums.at(forwardSeries.broken), 0) }],
    },
    {
      name: 'coredns_forward_max_concurrent_rejects_total',
      help: 'Queries that were refused because max_concurrent others waited.',
      type: 'counter',
      samples: () => [{ labels: {}, value: parts.reduce((sum, { sums }) => sum + sums.at(forwardSeries.rejects), 0) }],
    },
  ];
}

/** Where upstreams come from that change. */
interface UpstreamOrigins {
  readonly names: readonly Pick<WatchedName, 'name' | 'failures'>[];
  readonly files: readonly Pick<ServersFile, 'path' | 'readAt'>[];
}

/** What is known of the names and the files that the upstreams of these blocks come from. */
export function originFamilies(blocks: readonly UpstreamOrigins[]): Family[] {
  // Lines share them, but not a name that they look up with other servers.
  const names = new Set(blocks.flatMap((block) => block.names));
  const files = new Set(blocks.flatMap((block) => block.files));
  const failures: Family = {
    name: 'coredns_forward_lookup_failures_total',
    help: 'Look-ups of the host name of an upstream that gave no address.',
    type: 'counter',
    samples() {
      const sums = new Map<string, number>();
      for (const { name, failures: count } of names) sums.set(name, (sums.get(name) ?? 0) + count);
      return Array.from(sums, ([name, value]) => ({ labels: { name }, value }));
    },
  };
  const readTimes: Family = {
    name: 'coredns_forward_file_read_timestamp_seconds',
    help: 'Unix time at which the servers in a file in the form of resolv.conf were read last.',
    type: 'gauge',
    samples: () => Array.from(files, ({ path, readAt }) => ({ labels: { file: path }, value: readAt / 1000 })),
  };
  return [...(names.size > 0 ? [failures] : []), ...(files.size > 0 ? [readTimes] : [])];
}

function addDurations(sums: Map<number, number[]>, counts: readonly number[]): void {
  for (let slot = 0; slot < upstreamSeries.codes; slot++) {
    const start = upstreamSeries.durations + slot * upstreamSeries.durationLength;
    const durations = counts.slice(start, start + upstreamSeries.durationLength);
    if (durations.every((count) => count === 0)) continue;
    const before = sums.get(slot);
    sums.set(slot, before ? before.map((count, i) => count + durations[i]!) : durations);
  }
}
