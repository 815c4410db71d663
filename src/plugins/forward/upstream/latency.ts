/** Before anything is known: longer than the way to a server nearby takes, and not long to wait for one that is silent. */
const firstGuessMs = 30;
/** Steps in relation to the value. They balance where one reply of 20 takes longer, as 1.095 ≈ 1.005^19 ... */
const rise = 1.095;
/** ... and follow a change within some hundred replies. */
const fall = 0.995;
const meanWeight = 0.1;
/** Where there is nothing to measure any more. */
const leastMs = 0.01;

/** How long an upstream takes to reply, in milliseconds. Two numbers that each reply moves a little. */
export class Latency {
  /** About 19 of 20 recent replies took less. */
  percentile95Ms = firstGuessMs;
  /** A moving average; 0 before the first reply. */
  meanMs = 0;

  observe(ms: number): void {
    this.percentile95Ms = Math.max(leastMs, this.percentile95Ms * (ms > this.percentile95Ms ? rise : fall));
    this.meanMs = this.meanMs === 0 ? ms : this.meanMs + (ms - this.meanMs) * meanWeight;
  }
}
