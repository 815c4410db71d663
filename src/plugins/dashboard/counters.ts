import type { Family, Sample } from '../../runtime/metrics/family.ts';
import type { Buckets } from './quantile.ts';

/** The metrics of the server, as far as they are wanted: nothing else is counted together. */
export class Counters {
  readonly #families: ReadonlyMap<string, Family>;

  constructor(families: readonly Family[]) {
    this.#families = new Map(families.map((family) => [family.name, family]));
  }

  /** Empty for a metric that there is not. */
  samples(name: string): readonly Sample[] {
    return this.#families.get(name)?.samples() ?? [];
  }

  sum(name: string): number {
    return this.samples(name).reduce((sum, { value }) => sum + value, 0);
  }

  /** Sums by the values of a label. */
  byLabel(name: string, label: string): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { labels, value } of this.samples(name)) add(sums, labels[label] ?? '', value);
    return sums;
  }

  /** The buckets of a histogram over all labels, or of those samples that `isWanted` takes. */
  buckets(name: string, isWanted: (labels: Sample['labels']) => boolean = () => true): Buckets {
    const sums = new Map<number, number>();
    for (const { labels, value, metricName } of this.samples(name)) {
      if (metricName !== `${name}_bucket` || !isWanted(labels)) continue;
      add(sums, labels.le === '+Inf' ? Infinity : Number(labels.le), value);
    }
    return sums;
  }
}

function add<Key>(sums: Map<Key, number>, key: Key, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
