/** Cumulative counts of a histogram by the upper bound of each bucket, in ascending order; the last bound is Infinity. */
export type Buckets = ReadonlyMap<number, number>;

/**
 * What a share of the values does not exceed, estimated as Prometheus's `histogram_quantile` does: values are taken to be spread evenly
 * within a bucket, and what is above the last bound counts as that. `undefined` where there are no values.
 */
export function quantile(buckets: Buckets, share: number): number | undefined {
  const all = [...buckets].sort(([a], [b]) => a - b);
  const total = all.at(-1)?.[1] ?? 0;
  if (total <= 0) return undefined;
  const rank = share * total;
  const at = all.findIndex(([, count]) => count >= rank);
  const [lower, before] = at > 0 ? all[at - 1]! : [0, 0];
  const [upper, count] = all[at]!;
  if (upper === Infinity) return lower;
  return count === before ? upper : lower + (upper - lower) * ((rank - before) / (count - before));
}
