/**
 * Histograms as runs of numbers in shared memory: one count for each bound, one for what is above the last, and the sum
 * of all values.
 *
 *     [≤ bounds[0]] [≤ bounds[1]] … [above] [sum]
 *
 * Counts are not cumulative: a value touches its own bucket and the sum.
 */
export type Bounds = readonly number[];

/** CoreDNS's `plugin.TimeBuckets`, in milliseconds: 0.25 ms, doubled 15 times, to 8.192 s. */
export const timeBoundsMs: Bounds = Array.from({ length: 16 }, (_, i) => 0.25 * 2 ** i);

/** Numbers that a histogram takes. */
export function histogramLength(bounds: Bounds): number {
  return bounds.length + 2;
}

/** Index of the first bound that the value does not exceed. */
export function bucketOf(bounds: Bounds, value: number): number {
  let bucket = 0;
  while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
  return bucket;
}

/** Adds a value to the histogram at index `at`. */
export function observe(memory: Float64Array, at: number, bounds: Bounds, value: number): void {
  memory[at + bucketOf(bounds, value)]!++;
  memory[at + bounds.length + 1]! += value;
}
