import { Registry, type Metric } from 'prom-client';
import type { HealthMeter } from '../../plugins/health/self-check.ts';
import type { Clock } from '../../runtime/clock.ts';
import { dnsFamilies } from './dns-families.ts';
import type { Family } from './family.ts';
import { forwardFamilies } from './forward-families.ts';
import { healthFamilies } from './health-families.ts';
import { metricsLayout } from './layout.ts';
import { processFamilies, type ProcessFacts } from './process-families.ts';
import { registryFamilies, type NamedRegistry } from './registry-families.ts';

export interface ExportedFacts extends ProcessFacts {
  readonly registries: readonly NamedRegistry[];
  readonly clock: Clock;
  /** `undefined` where no `health` stands in the Corefile. */
  readonly health: HealthMeter | undefined;
}

/** Writes the metrics of one address. This file and prom-client are loaded only where `prometheus` is used. */
export class Exporter {
  readonly #registry = new Registry();

  /** `isShown` says which server blocks name the address. */
  constructor(facts: ExportedFacts, isShown: (block: number) => boolean) {
    const { config, totals, registries, clock, health } = facts;
    const layout = metricsLayout(config);
    const families = [
      ...processFamilies(facts),
      ...dnsFamilies(config, layout, isShown, totals),
      ...forwardFamilies(config, layout, isShown, totals),
      ...healthFamilies(health),
      ...registryFamilies(registries, clock),
    ];
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

/** prom-client asks a metric for its values at a scrape; its own classes would have to be told of each change. */
function asMetric({ name, help, type, samples }: Family): Metric {
  const metric = { name, get: () => Promise.resolve({ name, help, type, values: samples(), aggregator: 'sum' }) };
  return metric as unknown as Metric;
}
