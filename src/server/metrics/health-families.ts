import { healthBoundsMs, type HealthMeter } from '../../plugins/health/self-check.ts';
import { histogramSamples, type Family } from './family.ts';

const durationName = 'coredns_health_request_duration_seconds';

/** What came of asking the own `health` every second; nothing where there is none. */
export function healthFamilies(meter: HealthMeter | undefined): Family[] {
  if (!meter) return [];
  return [
    {
      name: durationName,
      help: 'Time that requests of the own health server took, in seconds.',
      type: 'histogram',
      samples: () => histogramSamples(durationName, {}, healthBoundsMs, [...meter.durations], 1 / 1000),
    },
    {
      name: 'coredns_health_request_failures_total',
      help: 'Requests of the own health server that failed.',
      type: 'counter',
      samples: () => [{ labels: {}, value: meter.failures }],
    },
  ];
}
