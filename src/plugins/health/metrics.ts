import { histogramSamples, type Family } from '../../runtime/metrics/family.ts';
import { healthBoundsMs, type HealthMeter } from './self-check.ts';

const durationName = 'coredns_health_request_duration_seconds';

/** What came of the requests to the own `health` every second. */
export function healthFamilies(meter: HealthMeter): Family[] {
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
