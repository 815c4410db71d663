import type { Bounds } from './histogram.ts';

export type Labels = Readonly<Record<string, string>>;

/** One line of the exposition. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Where it is not that of the family: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string;
}

/** A metric with all of its label values; what it is at present is read when it is asked for. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: () => Sample[];
}

/** Counts of a histogram as it stands in memory (runtime/histogram.ts). */
export type HistogramCounts = readonly number[];

/**
 * The lines of one histogram: cumulative buckets, sum and count. `scale` is what bounds and sum are multiplied by: 1/1000
 * makes seconds of milliseconds.
 */
export function histogramSamples(
  name: string,
  labels: Labels,
  bounds: Bounds,
  counts: HistogramCounts,
  scale = 1,
): Sample[] {
  const samples: Sample[] = [];
  let count = 0;
  for (const [index, bound] of [...bounds, Infinity].entries()) {
    count += counts[index]!;
    const le = bound === Infinity ? '+Inf' : String(bound * scale);
    samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: count });
  }
  const sum = counts[bounds.length + 1]! * scale;
  samples.push({ metricName: `${name}_sum`, labels, value: sum });
  samples.push({ metricName: `${name}_count`, labels, value: count });
  return samples;
}

/** Makes one family of those that have the same name. */
export function mergeFamilies(families: readonly Family[]): Family[] {
  const byName = new Map<string, Family[]>();
  for (const family of families) {
    const same = byName.get(family.name);
    if (same) same.push(family);
    else byName.set(family.name, [family]);
  }
  return Array.from(byName.values(), (same) => {
    const first = same[0]!;
    return same.length === 1 ? first : { ...first, samples: () => same.flatMap(({ samples }) => samples()) };
  });
}
