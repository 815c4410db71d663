/** What a worker counts for this directive: loops that it has found; of the first worker also how many upstreams are turned off. */
export const loopSeries = { detected: 0, off: 1, length: 2 } as const;
