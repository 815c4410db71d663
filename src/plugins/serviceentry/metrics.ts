import { rejectionReasons, type RejectionReason } from '../../registry/model/rejection.ts';
import type { RegistryService } from './registry-service.ts';
import type { ObjectKind } from '../../registry/model/object.ts';
import type { CounterSums } from '../control.ts';
import { outcomes, unknownClientsAt } from './answer-counts.ts';
import { checkFamilies } from './check/check-metrics.ts';
import { changeBoundsMs } from './change-times.ts';
import type { Clock } from '../../runtime/clock.ts';
import { histogramSamples, type Family, type Labels, type Sample } from '../../runtime/metrics/family.ts';
import { ageSeconds, sourceFamilies } from './source-metrics.ts';

const changeName = 'coredns_serviceentry_change_duration_seconds';
const kinds: readonly ObjectKind[] = ['ServiceEntry', 'WorkloadEntry', 'Pod', 'Service', 'Sidecar', 'Node'];
/** What the Corefile excludes is no fault: it has a family of its own, so that an alert on the faults can end. */
const reasons = (Object.keys(rejectionReasons) as RejectionReason[]).filter((reason) => reason !== 'excluded');

/** A registry with what distinguishes it from the others. */
export interface NamedRegistry {
  readonly zones: readonly string[];
  /** Where it is served, if another registry has the same zones. */
  readonly servers?: readonly string[];
  readonly service: RegistryService;
  /** What its query half has counted, where queries are counted. */
  readonly counts?: CounterSums | undefined;
}

/**
 * Metrics of the registries of `serviceentry`. It is all counted as objects come and go: a scrape goes through none of
 * them. The `zones` label is as that of CoreDNS's cache.
 */
export function registryFamilies(registries: readonly NamedRegistry[], clock: Clock): Family[] {
  if (registries.length === 0) return [];
  const labelled = withLabels(registries);
  const each = (samplesOf: (service: RegistryService, labels: Labels) => Sample[]) => (): Sample[] =>
    labelled.flatMap(({ service, labels }) => samplesOf(service, labels));
  const one = (valueOf: (service: RegistryService) => number) =>
    each((service, labels) => [{ labels, value: valueOf(service) }]);
  return [
    {
      name: 'coredns_serviceentry_objects',
      help: 'Objects in the registry by kind.',
      type: 'gauge',
      samples: each(({ registry }, labels) =>
        kinds.map((kind) => ({ labels: { ...labels, kind }, value: registry.store.kinds.of(kind) })),
      ),
    },
    {
      name: 'coredns_serviceentry_hosts',
      help: 'Hosts that are served.',
      type: 'gauge',
      samples: one(({ status }) => status.hosts),
    },
    {
      name: 'coredns_serviceentry_rejections',
      help: 'Parts of the registry that are left out at present, by reason.',
      type: 'gauge',
      samples: each(({ registry }, labels) =>
        reasons.map((reason) => ({ labels: { ...labels, reason }, value: registry.rejectionCount(reason) })),
      ),
    },
    {
      name: 'coredns_serviceentry_hosts_excluded',
      help: 'Hosts of ServiceEntries that only and except leave out.',
      type: 'gauge',
      samples: one(({ registry }) => registry.rejectionCount('excluded')),
    },
    {
      name: 'coredns_serviceentry_synced',
      help: '1 when everything that existed at the start has been read.',
      type: 'gauge',
      samples: one(({ isSynced }) => (isSynced ? 1 : 0)),
    },
    {
      name: 'coredns_serviceentry_hosts_resolved_total',
      help: 'Hosts that were resolved again because an object of theirs changed.',
      type: 'counter',
      samples: one(({ status }) => status.resolved),
    },
    {
      name: 'coredns_serviceentry_table_bytes',
      help: 'Shared memory of the answer table, in bytes.',
      type: 'gauge',
      samples: one(({ tableBytes }) => tableBytes),
    },
    {
      name: changeName,
      help: 'Time from an event of a source until the answers say so, in seconds.',
      type: 'histogram',
      samples: each(({ changeTimes }, labels) =>
        histogramSamples(changeName, labels, changeBoundsMs, [...changeTimes.histogram], 1 / 1000),
      ),
    },
    {
      name: 'coredns_serviceentry_last_change_age_seconds',
      help: 'Time since an object of the registry changed, in seconds.',
      type: 'gauge',
      samples: each(({ changeTimes: { lastMs } }, labels) =>
        lastMs === undefined ? [] : [{ labels, value: ageSeconds(clock, lastMs) }],
      ),
    },
    {
      name: 'coredns_serviceentry_last_change_timestamp_seconds',
      help: 'Unix time when an object of the registry changed last.',
      type: 'gauge',
      samples: each(({ changeTimes: { lastMs } }, labels) =>
        lastMs === undefined ? [] : [{ labels, value: lastMs / 1000 }],
      ),
    },
    {
      name: 'coredns_serviceentry_answers_total',
      help: 'Queries that came to serviceentry, by what became of them.',
      type: 'counter',
      samples: () =>
        labelled.flatMap(({ labels, counts }) =>
          outcomes.flatMap((outcome, i) => {
            const value = counts?.at(i) ?? 0;
            return value === 0 ? [] : [{ labels: { ...labels, outcome }, value }];
          }),
        ),
    },
    {
      name: 'coredns_serviceentry_unknown_clients_total',
      help: 'Queries whose answer depends on the namespace of the client, which is not known.',
      type: 'counter',
      samples: () =>
        labelled.flatMap(({ labels, counts }) =>
          counts === undefined ? [] : [{ labels, value: counts.at(unknownClientsAt) }],
        ),
    },
    ...sourceFamilies(labelled, clock),
    ...checkFamilies(labelled.flatMap(({ service: { checker }, labels }) => (checker ? [{ checker, labels }] : []))),
  ];
}

/** Two registries of the same zones are distinguished by their listeners. */
function withLabels(registries: readonly NamedRegistry[]): (NamedRegistry & { labels: Labels })[] {
  return registries.map((registry) => {
    const { zones, servers = [] } = registry;
    const name = zones.join(' ');
    return { ...registry, labels: { zones: servers.length === 0 ? name : `${name} (${servers.join(' ')})` } };
  });
}
