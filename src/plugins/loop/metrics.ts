import type { Family, Labels } from '../../runtime/metrics/family.ts';
import type { CounterSums } from '../control.ts';
import { loopSeries } from './meter.ts';

/** What is counted of loops, for each server block. */
export function loopFamilies(parts: readonly { readonly labels: Labels; readonly sums: CounterSums }[]): Family[] {
  if (parts.length === 0) return [];
  const each = (index: number) => () => parts.map(({ labels, sums }) => ({ labels, value: sums.at(index) }));
  return [
    {
      name: 'coredns_loop_detected_total',
      help: 'Times that an upstream was turned off because what is sent to it comes back.',
      type: 'counter',
      samples: each(loopSeries.detected),
    },
    {
      name: 'coredns_loop_upstreams_off',
      help: 'Upstreams that are turned off at present because what is sent to them comes back.',
      type: 'gauge',
      samples: each(loopSeries.off),
    },
  ];
}
