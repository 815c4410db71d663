import { Registry, type Metric } from 'prom-client';
import type { Family } from '../../runtime/metrics/family.ts';

/** Writes metrics as text. */
export class Exporter {
  readonly #families: () => readonly Family[];

  /** `families` gives those that there are now: a reload may bring others. */
  constructor(families: () => readonly Family[]) {
    this.#families = families;
  }

  get contentType(): string {
    return new Registry().contentType;
  }

  /** The text exposition, as of now. */
  text(): Promise<string> {
    const registry = new Registry();
    for (const family of this.#families()) registry.registerMetric(asMetric(family));
    return registry.metrics();
  }
}

/** prom-client asks a metric for its values at a scrape; its own classes would need a call for each change. */
function asMetric({ name, help, type, samples }: Family): Metric {
  const metric = { name, get: () => Promise.resolve({ name, help, type, values: samples(), aggregator: 'sum' }) };
  return metric as unknown as Metric;
}
