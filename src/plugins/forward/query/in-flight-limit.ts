/** Queries of a server block that may wait for replies, in all workers together: each takes some 20 kB, with what the collector leaves. */
const maxTogether = 8192;
/** With many workers each has as many at least. */
const minShare = 1024;

/** How many queries of a server block may wait for replies in one worker, over all of its `forward` lines. */
export class InFlightLimit {
  readonly max: number;
  /** How many wait. */
  count = 0;

  /** `workers` share the limit; `wanted` is the largest `max_concurrent` of the lines, 0 for none. */
  constructor(workers: number, wanted = 0) {
    this.max = Math.max(minShare, Math.floor(Math.max(maxTogether, wanted) / workers));
  }

  /** Of those, how many may wait for one reply: all get SERVFAIL where it is given up. */
  get maxForOne(): number {
    return this.max >> 1;
  }
}
