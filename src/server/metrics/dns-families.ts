import { histogramLength, timeBoundsMs } from '../../runtime/metrics/histogram.ts';
import { rcodeSlotName, rcodeSlots } from '../../wire/rcode-slots.ts';
import { blocksById, type PluginConfig, type ServerConfig } from '../config.ts';
import { histogramSamples, type Family, type Labels, type Sample } from '../../runtime/metrics/family.ts';
import { serverLabel, type MetricsLayout, type ZoneLayout } from './layout.ts';
import { durationsOf } from './meter.ts';
import { familyLabels, protocolLabels, typeLabels, zoneSeries } from './series.ts';
import { sizeBounds, sizesLength, sizesOf } from './sizes.ts';
import type { Totals } from './totals.ts';

/** Series of a zone with the labels that they have in common. */
interface LabelledZone {
  readonly labels: Labels;
  readonly plugin: string;
  readonly layout: ZoneLayout;
}

/** What is counted of queries, in CoreDNS's names and labels. Only series that have counted anything are given. */
export function dnsFamilies(
  config: ServerConfig,
  layout: MetricsLayout,
  isShown: (block: number) => boolean,
  totals: Totals,
): Family[] {
  const { listeners } = config;
  const byId = blocksById(config);
  const pluginsOf = ({ zone }: ZoneLayout): readonly PluginConfig[] => (zone ? byId.get(zone.block)!.plugins : []);
  const zones: LabelledZone[] = [];
  for (const each of layout.zones) {
    const listener = listeners[each.listener]!;
    const shown = each.zone ? isShown(each.zone.block) : listener.zones.some(([, block]) => isShown(block));
    if (!shown) continue;
    const labels = { server: serverLabel(listener), zone: each.zone?.name ?? 'dropped', view: each.zone?.view ?? '' };
    zones.push({ labels, plugin: nextPlugin(pluginsOf(each)), layout: each });
  }
  const all = (samplesOf: (zone: LabelledZone, at: number, memory: number) => Sample[]) => (): Sample[] =>
    zones.flatMap((zone) => samplesOf(zone, zone.layout.at, zone.layout.memory));

  const requests = ({ labels }: LabelledZone, at: number, memory: number): Sample[] => {
    const counts = totals.slice(at + zoneSeries.requests, zoneSeries.duration, memory);
    const samples: Sample[] = [];
    let index = 0;
    for (const proto of protocolLabels) {
      for (const family of familyLabels) {
        for (const type of typeLabels) {
          const value = counts[index++]!;
          if (value > 0) samples.push({ labels: { ...labels, proto, family, type }, value });
        }
      }
    }
    return samples;
  };
  const durationName = 'coredns_dns_request_duration_seconds';
  const durations = ({ labels }: LabelledZone, at: number, memory: number): Sample[] => {
    const counts = totals.sums(histogramLength(timeBoundsMs), (own) => durationsOf(own, at), memory);
    return isEmpty(counts) ? [] : histogramSamples(durationName, labels, timeBoundsMs, counts, 1 / 1000);
  };
  const sizes =
    (name: string, offset: number) =>
    ({ labels }: LabelledZone, at: number, memory: number): Sample[] =>
      protocolLabels.flatMap((proto, index) => {
        const from = at + offset + index * sizesLength;
        const counts = totals.sums(histogramLength(sizeBounds), (own) => sizesOf(own, from), memory);
        return isEmpty(counts) ? [] : histogramSamples(name, { ...labels, proto }, sizeBounds, counts);
      });
  const dnssecOk = ({ labels }: LabelledZone, at: number, memory: number): Sample[] => {
    const value = totals.at(at + zoneSeries.dnssecOk, memory);
    return value > 0 ? [{ labels, value }] : [];
  };
  const responses = ({ labels, plugin }: LabelledZone, at: number, memory: number): Sample[] =>
    totals
      .slice(at + zoneSeries.responses, rcodeSlots, memory)
      .flatMap((value, slot) =>
        value > 0 ? [{ labels: { ...labels, rcode: rcodeSlotName(slot), plugin }, value }] : [],
      );
  const enabled = (): Sample[] =>
    zones.flatMap(({ labels, layout }) =>
      pluginsOf(layout).map(({ name }) => ({ labels: { ...labels, name }, value: 1 })),
    );

  const requestSize = 'coredns_dns_request_size_bytes';
  const responseSize = 'coredns_dns_response_size_bytes';
  return [
    {
      name: 'coredns_dns_requests_total',
      help: 'Queries by server, zone, view, protocol, family (1: IPv4, 2: IPv6) and type.',
      type: 'counter',
      samples: all(requests),
    },
    {
      name: durationName,
      help: 'Time that queries took, in seconds. Those that wait for nobody are measured one in 61.',
      type: 'histogram',
      samples: all(durations),
    },
    {
      name: requestSize,
      help: 'Size of queries in bytes.',
      type: 'histogram',
      samples: all(sizes(requestSize, zoneSeries.requestSize)),
    },
    {
      name: responseSize,
      help: 'Size of responses in bytes, as they were sent.',
      type: 'histogram',
      samples: all(sizes(responseSize, zoneSeries.responseSize)),
    },
    {
      name: 'coredns_dns_do_requests_total',
      help: 'Queries with the DO bit set.',
      type: 'counter',
      samples: all(dnssecOk),
    },
    {
      name: 'coredns_dns_responses_total',
      help: 'Responses by RCODE.',
      type: 'counter',
      samples: all(responses),
    },
    {
      name: 'coredns_plugin_enabled',
      help: '1 for each plugin of the server block.',
      type: 'gauge',
      samples: enabled,
    },
  ];
}

/** CoreDNS's `plugin` label is meant to name who answered, but names the first plugin behind prometheus. So it does here; dashboard stands before that. */
function nextPlugin(plugins: readonly PluginConfig[]): string {
  return plugins[plugins.findLastIndex(({ settings }) => settings.isMeasured) + 1]?.name ?? '';
}

function isEmpty(counts: readonly number[]): boolean {
  return counts.every((count) => count === 0);
}
