import { bucketOf, histogramLength, observe, type Bounds } from '../../runtime/metrics/histogram.ts';

/** CoreDNS's, in octets. */
export const sizeBounds: Bounds = [0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16e3, 32e3, 48e3, 64e3];

/** Messages of fewer octets, which most are, are counted by their very size: that is one number to touch, not two. */
const exactSizes = 512;

/**
 * Numbers that the sizes of messages take, which a scrape makes a histogram of:
 *
 *     [of 0 octets] [of 1] … [of 511] [histogram of the larger ones]
 */
export const sizesLength = exactSizes + histogramLength(sizeBounds);

/** Counts a message in the sizes at `at`. */
export function countSize(memory: Float64Array, at: number, size: number): void {
  if (size < exactSizes) memory[at + size]!++;
  else observe(memory, at + exactSizes, sizeBounds, size);
}

/** The sizes at `at` of one worker's memory, in the form of a histogram. */
export function sizesOf(memory: Float64Array, at: number): number[] {
  const histogram = [...memory.subarray(at + exactSizes, at + sizesLength)];
  for (let size = 0; size < exactSizes; size++) {
    const count = memory[at + size]!;
    if (count === 0) continue;
    histogram[bucketOf(sizeBounds, size)]! += count;
    histogram[histogram.length - 1]! += count * size;
  }
  return histogram;
}
