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
  /** What samples of one name and the same labels come to, where several families have them: there may be but one of each. */
  readonly combine?: 'sum' | 'max';
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
    if (same.length === 1) return first;
    const samples = (): Sample[] => same.flatMap((family) => family.samples());
    const { combine } = first;
    return { ...first, samples: combine ? () => combined(samples(), combine) : samples };
  });
}

function combined(samples: readonly Sample[], how: 'sum' | 'max'): Sample[] {
  const byLabels = new Map<string, Sample>();
  for (const sample of samples) {
    const { metricName, labels, value } = sample;
    const key = JSON.stringify([metricName, Object.entries(labels)]);
    const other = byLabels.get(key)?.value;
    const both = other === undefined ? value : how === 'sum' ? other + value : Math.max(other, value);
    byLabels.set(key, { ...sample, value: both });
  }
  return [...byLabels.values()];
}
