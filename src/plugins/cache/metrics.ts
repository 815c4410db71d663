import type { Family, Labels, Sample } from '../../runtime/metrics/family.ts';
import type { CounterSums } from '../control.ts';
import { cacheSeries, cacheTypes } from './meter.ts';

/** The cache of one server block, over all workers. */
export interface CountedCache {
  readonly labels: Labels;
  readonly sums: CounterSums;
}

/** CoreDNS's metrics with its labels, and how many denials could not be kept. */
export function cacheFamilies(caches: readonly CountedCache[]): Family[] {
  if (caches.length === 0) return [];
  const family = (
    name: string,
    help: string,
    type: 'counter' | 'gauge',
    samplesOf: (cache: CountedCache) => Sample[],
  ): Family => ({ name: `coredns_cache_${name}`, help, type, samples: () => caches.flatMap(samplesOf) });
  const counter = (name: string, help: string, at: number): Family =>
    family(name, help, 'counter', ({ labels, sums }) => [{ labels, value: sums.at(at) }]);
  const byType =
    (at: number) =>
    ({ labels, sums }: CountedCache): Sample[] =>
      cacheTypes.map((type, i) => ({ labels: { ...labels, type }, value: sums.at(at + i) }));
  return [
    family('entries', 'Replies that are kept, by type.', 'gauge', byType(cacheSeries.entries)),
    family(
      'hits_total',
      'Queries that were answered with what was kept, by type.',
      'counter',
      byType(cacheSeries.hits),
    ),
    family('evictions_total', 'Replies that made room for others, by type.', 'counter', byType(cacheSeries.evictions)),
    counter('requests_total', 'Queries that were looked for.', cacheSeries.requests),
    counter('misses_total', 'Queries that nothing was kept for.', cacheSeries.misses),
    counter('prefetch_total', 'Replies that were asked for again in the background.', cacheSeries.prefetches),
    counter('drops_total', 'Replies that were not kept because their question is another.', cacheSeries.drops),
    counter('served_stale_total', 'Queries that were answered with what had expired.', cacheSeries.servedStale),
    counter(
      'negatives_without_soa_total',
      'Denials that were not kept because nothing says for how long.',
      cacheSeries.withoutSoa,
    ),
  ];
}
