import { Registry, type Metric } from 'prom-client';
import type { Family } from '../../runtime/metrics/family.ts';

/** Writes metrics as text. */
export class Exporter {
  readonly #registry = new Registry();

  constructor(families: readonly Family[]) {
    for (const family of families) this.#registry.registerMetric(asMetric(family));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The text exposition, as of now. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** prom-client asks a metric for its values at a scrape; its own classes would need a call for each change. */
function asMetric({ name, help, type, samples }: Family): Metric {
  const metric = { name, get: () => Promise.resolve({ name, help, type, values: samples(), aggregator: 'sum' }) };
  return metric as unknown as Metric;
}
