import type { Family } from '../../runtime/metrics/family.ts';
import type { HostsService } from './service.ts';

type Served = Pick<HostsService, 'file' | 'entries' | 'leftOut' | 'failures' | 'modifiedMs'>;

/** CoreDNS's metrics of hosts files, and what is wrong with them. Several server blocks may have one file. */
export function hostsFamilies(served: Served): Family[] {
  const ofFile = (valueOf: (service: Served) => number): Pick<Family, 'combine' | 'samples'> => ({
    combine: 'sum',
    samples: () => [{ labels: { hostsfile: served.file }, value: valueOf(served) }],
  });
  return [
    {
      name: 'coredns_hosts_entries',
      help: 'The combined number of entries in hosts and Corefile.',
      type: 'gauge',
      ...ofFile(({ entries }) => entries),
    },
    {
      name: 'coredns_hosts_reload_timestamp_seconds',
      help: 'Unix time at which the hosts file that is served was changed; of several the last one.',
      type: 'gauge',
      combine: 'max',
      samples: () => [{ labels: {}, value: (served.modifiedMs ?? 0) / 1000 }],
    },
    {
      name: 'coredns_hosts_left_out_entries',
      help: 'Entries of the hosts file that cannot be read.',
      type: 'gauge',
      ...ofFile(({ leftOut }) => leftOut),
    },
    {
      name: 'coredns_hosts_read_failures_total',
      help: 'Looks at the hosts file that found none that can be read.',
      type: 'counter',
      ...ofFile(({ failures }) => failures),
    },
  ];
}
