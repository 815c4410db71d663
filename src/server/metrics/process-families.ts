import { readdirSync } from 'node:fs';
import type { HttpMeter } from '../../runtime/http/meter.ts';
import { counter } from '../counters.ts';
import type { Family, Sample } from '../../runtime/metrics/family.ts';
import type { Totals } from './totals.ts';

/** Metrics of the process, and of what all of its workers count. */
export interface ProcessFacts {
  readonly version: string;
  /** Files and sockets that the process may have open; Infinity where there is no limit, or none is known. */
  readonly fileLimit: number;
  /** What the program was built of; '' where that is not known. */
  readonly commit: string;
  readonly totals: Totals;
  /** Workers that died and were replaced. */
  readonly workerRestarts: () => number;
  /** Log lines that the main thread could not write. */
  readonly droppedLogLines: () => number;
  /** Defects of control halves that were caught. */
  readonly controlPanics: () => number;
  readonly httpMeter: HttpMeter;
}

export function processFamilies(facts: ProcessFacts): Family[] {
  const { version, commit, fileLimit, totals, workerRestarts, droppedLogLines, controlPanics, httpMeter } = facts;
  const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ labels: {}, value }]);
  const counted = (name: string, help: string, index: number): Family => ({
    name,
    help,
    type: 'counter',
    samples: () => one(totals.at(index)),
  });
  return [
    {
      name: 'coredns_build_info',
      help: 'Always 1; the labels say what runs. goversion is the version of Node.',
      type: 'gauge',
      samples: () => [{ labels: { version, revision: commit, goversion: `node${process.versions.node}` }, value: 1 }],
    },
    {
      name: 'coredns_panics_total',
      help: 'Defects that cost a query a SERVFAIL, or that a plugin had on the main thread.',
      type: 'counter',
      samples: () => one(totals.at(counter.panics) + controlPanics()),
    },
    counted('coredns_dns_ignored_messages_total', 'Messages that were no queries and got no reply.', counter.dropped),
    counted('coredns_dns_truncated_responses_total', 'Responses that were cut and have TC set.', counter.truncated),
    counted('coredns_dns_send_errors_total', 'Datagrams that the kernel did not take.', counter.sendErrors),
    counted('coredns_dns_tcp_connections_total', 'TCP connections that were accepted.', counter.connections),
    counted(
      'coredns_dns_tcp_connections_closed_total',
      'TCP connections that were closed for a time-out or a limit.',
      counter.closedConnections,
    ),
    counted(
      'coredns_dns_tls_handshake_failures_total',
      'TLS connections that ended before their handshake was complete, or whose client was refused.',
      counter.failedHandshakes,
    ),
    {
      name: 'coredns_workers',
      help: 'Worker threads that answer queries.',
      type: 'gauge',
      samples: () => one(totals.count),
    },
    {
      name: 'coredns_worker_restarts_total',
      help: 'Worker threads that died and were replaced.',
      type: 'counter',
      samples: () => one(workerRestarts()),
    },
    {
      name: 'coredns_log_lines_dropped_total',
      help: 'Log lines that were dropped because nobody read them in time.',
      type: 'counter',
      samples: () => one(totals.at(counter.droppedLogLines) + droppedLogLines()),
    },
    {
      name: 'coredns_http_connections_closed_total',
      help: 'HTTP connections that were closed to make room for others.',
      type: 'counter',
      samples: () => httpMeter.plugins.map((plugin) => ({ labels: { plugin }, value: httpMeter.closed(plugin) })),
    },
    {
      name: 'process_cpu_seconds_total',
      help: 'User and system CPU time, in seconds.',
      type: 'counter',
      samples: () => {
        const { user, system } = process.cpuUsage();
        return one((user + system) / 1e6);
      },
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory, in bytes.',
      type: 'gauge',
      samples: () => one(process.memoryUsage.rss()),
    },
    {
      name: 'process_open_fds',
      help: 'Files and sockets that are open.',
      type: 'gauge',
      samples: () => one(openFiles()),
    },
    {
      name: 'process_max_fds',
      help: 'Files and sockets that may be open.',
      type: 'gauge',
      samples: () => one(Number.isFinite(fileLimit) ? fileLimit : undefined),
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the process started, in seconds since the epoch.',
      type: 'gauge',
      samples: () => one(performance.timeOrigin / 1000),
    },
  ];
}

/** `undefined` where the system does not tell. */
function openFiles(): number | undefined {
  try {
    // One is what the directory is read by.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}
