import { histogramLength, observe, type Bounds } from '../../runtime/metrics/histogram.ts';
import type { Clock } from '../../runtime/clock.ts';

/** In milliseconds. */
export const changeBoundsMs: Bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000];

/** When the registry changed last, and how long changes took from the source's event until the table answers so. */
export class ChangeTimes {
  /** A histogram with `changeBoundsMs`; what existed at the start is not in it. */
  readonly histogram = new Float64Array(histogramLength(changeBoundsMs));
  readonly #clock: Clock;
  /** Unix time in milliseconds; `undefined` before anything was read. */
  lastMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `apply`, and measures it where `isCounted`. Returns how many milliseconds it took. */
  measure(isCounted: boolean, apply: () => void): number {
    const began = this.#clock.now();
    apply();
    this.lastMs = this.#clock.wall();
    const tookMs = this.#clock.now() - began;
    if (isCounted) observe(this.histogram, 0, changeBoundsMs, tookMs);
    return tookMs;
  }
}
