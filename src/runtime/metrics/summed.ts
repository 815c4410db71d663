import type { Sample } from './family.ts';

/** Samples that have the same labels as one, which is their sum: several server blocks may have the same labels. */
export function summed(samples: Iterable<Sample>): Sample[] {
  const byLabels = new Map<string, Sample>();
  for (const { labels, value } of samples) {
    const key = JSON.stringify(labels);
    byLabels.set(key, { labels, value: value + (byLabels.get(key)?.value ?? 0) });
  }
  return [...byLabels.values()];
}
