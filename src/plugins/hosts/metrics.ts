import type { Family, Sample } from '../../runtime/metrics/family.ts';
import type { HostsService } from './service.ts';

type Served = Pick<HostsService, 'file' | 'entries' | 'leftOut' | 'failures' | 'modifiedMs'>;

/** CoreDNS's metrics of hosts files, and what is wrong with them. */
export function hostsFamilies(services: readonly Served[]): Family[] {
  if (services.length === 0) return [];
  const sums = (valueOf: (service: Served) => number) => (): Sample[] => {
    const byFile = new Map<string, number>();
    for (const service of services) {
      byFile.set(service.file, (byFile.get(service.file) ?? 0) + valueOf(service));
    }
    return Array.from(byFile, ([hostsfile, value]) => ({ labels: { hostsfile }, value }));
  };
  return [
    {
      name: 'coredns_hosts_entries',
      help: 'The combined number of entries in hosts and Corefile.',
      type: 'gauge',
      samples: sums(({ entries }) => entries),
    },
    {
      name: 'coredns_hosts_reload_timestamp_seconds',
      help: 'Unix time at which the hosts file that is served was changed; of several the last one.',
      type: 'gauge',
      samples: () => [{ labels: {}, value: Math.max(...services.map(({ modifiedMs = 0 }) => modifiedMs)) / 1000 }],
    },
    {
      name: 'coredns_hosts_left_out_entries',
      help: 'Entries of the hosts file that cannot be read.',
      type: 'gauge',
      samples: sums(({ leftOut }) => leftOut),
    },
    {
      name: 'coredns_hosts_read_failures_total',
      help: 'Looks at the hosts file that found none that can be read.',
      type: 'counter',
      samples: sums(({ failures }) => failures),
    },
  ];
}
