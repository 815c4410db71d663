import type { Family, Sample } from '../../runtime/metrics/family.ts';
import type { PublishTarget } from './config.ts';
import type { ZonePublisher, ZoneState } from './zone-publisher.ts';

/** One line of the directive, as metrics see it. */
export interface PublishedLine {
  readonly target: PublishTarget;
  readonly publisher: Pick<ZonePublisher, 'states' | 'skipped'>;
  readonly isLeader: () => boolean;
}

/** Of all lines of a server block. */
export function publishFamilies(lines: readonly PublishedLine[]): Family[] {
  const byZone = (samplesOf: (zone: string, state: ZoneState) => Sample[]) => (): Sample[] =>
    lines.flatMap(({ publisher }) => Array.from(publisher.states, ([zone, state]) => samplesOf(zone, state)).flat());
  const byLine = (samplesOf: (line: PublishedLine, server: string) => Sample[]) => (): Sample[] =>
    lines.flatMap((line) => samplesOf(line, `${line.target.primary.host}:${line.target.primary.port}`));
  return [
    {
      name: 'coredns_publish_changes_total',
      help: 'RRsets that were created, updated and deleted in a zone.',
      type: 'counter',
      samples: byZone((zone, { changes }) =>
        (['create', 'update', 'delete'] as const).map((change) => ({
          labels: { zone, change },
          value: changes.get(change) ?? 0,
        })),
      ),
    },
    {
      name: 'coredns_publish_failures_total',
      help: 'Times that a zone was not brought into step, by reason.',
      type: 'counter',
      samples: byZone((zone, { failures }) =>
        Array.from(failures, ([reason, value]) => ({ labels: { zone, reason }, value })),
      ),
    },
    {
      name: 'coredns_publish_last_success_timestamp_seconds',
      help: 'When a zone was last known to be in step.',
      type: 'gauge',
      samples: byZone((zone, { succeededAt }) =>
        succeededAt === undefined ? [] : [{ labels: { zone }, value: succeededAt / 1000 }],
      ),
    },
    {
      name: 'coredns_publish_owned_rrsets',
      help: 'RRsets of a zone that belong to this owner.',
      type: 'gauge',
      samples: byZone((zone, { owned }) => (owned === undefined ? [] : [{ labels: { zone }, value: owned }])),
    },
    {
      name: 'coredns_publish_skipped_hosts',
      help: 'Hosts of the registry that are in none of the zones of a name server, by reason.',
      type: 'gauge',
      samples: byLine(({ publisher }, primary) =>
        Array.from(publisher.skipped, ([reason, value]) => ({ labels: { primary, reason }, value })),
      ),
    },
    {
      name: 'coredns_publish_leader',
      help: 'Whether this process is the one that writes.',
      type: 'gauge',
      samples: byLine(({ isLeader }, primary) => [{ labels: { primary }, value: isLeader() ? 1 : 0 }]),
    },
  ];
}
