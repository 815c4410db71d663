import { parseExposition, type ParsedFamily } from '../support/exposition.ts';
import type { Side } from './side.ts';

const attempts = 10;
const pauseMs = 50;

/** What depends on the clock or the program; and sizes of replies, which CoreDNS counts without compression. */
const unlike =
  /^coredns_(?:build_info|plugin_enabled|hosts_reload_timestamp_seconds|reload_version_info|kubernetes_.*|dns_response_size_bytes|.*_duration_seconds)$|^(?:go|process|promhttp)_/;

/**
 * The series of CoreDNS's metrics, with those of this server that belong to the same families. Both count a moment after they have
 * replied: they are read until they agree, or often enough.
 */
export async function metricLines(coreDns: Side, ours: Side, detailed: boolean): Promise<[string[], string[]]> {
  for (let attempt = 1; ; attempt++) {
    const [theirs, own] = await Promise.all([read(coreDns), read(ours)]);
    const names = new Set(theirs.map(({ name }) => name));
    const lines = [theirs, own.filter(({ name }) => names.has(name))].map((families) =>
      families
        .flatMap(({ samples }) => samples)
        // A series of zero is there from the start in one, and appears in the other.
        .filter(({ value }) => value !== 0)
        .filter(
          ({ name, labels }) => detailed || !(name.startsWith('coredns_proxy_conn_cache_') && labels.proto === 'udp'),
        )
        .map(({ name, labels, value }) => `${name}${JSON.stringify(sorted(labels))} ${value}`)
        .sort(),
    ) as [string[], string[]];
    if (lines[0].join('\n') === lines[1].join('\n') || attempt === attempts) return lines;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function read(side: Side): Promise<ParsedFamily[]> {
  const { body } = await side.get('/metrics', '%METRICS');
  return parseExposition(body)
    .filter(({ name }) => !unlike.test(name))
    .map((family) => ({
      ...family,
      // A value, or the bound of a bucket, may be the number of a port by chance.
      samples: family.samples.map((sample) => ({
        ...sample,
        labels: Object.fromEntries(
          Object.entries(sample.labels).map(([name, text]) => [name, name === 'le' ? text : side.mask(text)]),
        ),
      })),
    }));
}

function sorted(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
