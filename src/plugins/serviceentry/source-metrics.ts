import type { RegistryService } from './registry-service.ts';
import type { ReflectorState } from '../../kubernetes/reflector-options.ts';
import type { SnapshotStatus, SourceStatus } from '../../registry/sources/source.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Family, Labels, Sample } from '../../runtime/metrics/family.ts';

const states: readonly ReflectorState[] = ['listing', 'watching', 'waiting', 'absent', 'forbidden'];

export interface LabelledRegistry {
  readonly service: Pick<RegistryService, 'sourceStatus' | 'snapshots'>;
  readonly labels: Labels;
}

/** Metrics of the kinds that are watched at API servers, each with its cluster. */
export function sourceFamilies(registries: readonly LabelledRegistry[], clock: Clock): Family[] {
  const family = (
    name: string,
    type: Family['type'],
    help: string,
    samplesOf: (status: SourceStatus, labels: Labels) => Sample[],
  ): Family => ({
    name: `coredns_serviceentry_${name}`,
    help,
    type,
    samples: () =>
      registries.flatMap(({ service, labels }) =>
        service.sourceStatus.flatMap((status) =>
          samplesOf(status, { ...labels, cluster: status.cluster, kind: status.kind }),
        ),
      ),
  });
  const one = (
    name: string,
    type: Family['type'],
    help: string,
    valueOf: (status: SourceStatus) => number | undefined,
  ): Family =>
    family(name, type, help, (status, labels) => {
      const value = valueOf(status);
      return value === undefined ? [] : [{ labels, value }];
    });
  const age = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ageSeconds(clock, ms));
  const snapshot = (
    name: string,
    type: Family['type'],
    help: string,
    valueOf: (status: SnapshotStatus) => number | undefined,
  ): Family => ({
    name: `coredns_serviceentry_snapshot_${name}`,
    help,
    type,
    samples: () =>
      registries.flatMap(({ service, labels }) =>
        service.snapshots.flatMap((status) => {
          const value = valueOf(status);
          return value === undefined ? [] : [{ labels, value }];
        }),
      ),
  });
  return [
    snapshot('failing', 'gauge', '1 when the snapshot could not be written at the last try.', ({ isFailing }) =>
      isFailing ? 1 : 0,
    ),
    snapshot('errors_total', 'counter', 'Writes of the snapshot that failed.', ({ errors }) => errors),
    snapshot('written_timestamp_seconds', 'gauge', 'Unix time of the state that the snapshot holds.', (status) =>
      seconds(status.writtenMs),
    ),
    one('source_synced', 'gauge', '1 when the API server has been read, or there is nothing to read.', (status) =>
      status.isSynced ? 1 : 0,
    ),
    family('source_state', 'gauge', '1 for what is being done about the kind.', ({ state }, labels) =>
      states.map((each) => ({ labels: { ...labels, state: each }, value: each === state ? 1 : 0 })),
    ),
    one('source_waiting_seconds', 'gauge', 'How long the first list has been waited for, in seconds.', (status) =>
      status.isSynced ? undefined : age(status.startedMs),
    ),
    one('last_event_age_seconds', 'gauge', 'Time since the API server was last heard of, in seconds.', (status) =>
      age(heard(status, status.lastEventMs)),
    ),
    one('last_event_timestamp_seconds', 'gauge', 'Unix time when the API server was last heard of.', (status) =>
      seconds(heard(status, status.lastEventMs)),
    ),
    one(
      'last_bookmark_age_seconds',
      'gauge',
      'Time since the API server last said that nothing is missing, in seconds.',
      (status) => age(heard(status, status.lastBookmarkMs)),
    ),
    one(
      'last_bookmark_timestamp_seconds',
      'gauge',
      'Unix time when the API server last said that nothing is missing.',
      (status) => seconds(heard(status, status.lastBookmarkMs)),
    ),
    one('source_objects', 'gauge', 'Objects at the API server, also those left out.', ({ objects }) => objects),
    one('relists_total', 'counter', 'Lists after the first one.', ({ relists }) => relists),
    one('watch_restarts_total', 'counter', 'Watches after the first one.', ({ watchRestarts }) => watchRestarts),
    one('source_errors_total', 'counter', 'Requests to the API server that failed.', ({ errors }) => errors),
  ];
}

/** Of what is not there, or may not be read, nothing is heard, and nobody waits for it. */
function heard({ state }: SourceStatus, ms: number | undefined): number | undefined {
  return state === 'absent' || state === 'forbidden' ? undefined : ms;
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

/** Seconds since a Unix time in milliseconds; a clock that was set back makes nothing negative. */
export function ageSeconds(clock: Clock, sinceMs: number): number {
  return Math.max(0, clock.wall() - sinceMs) / 1000;
}
