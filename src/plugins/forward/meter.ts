import { histogramLength, observe, timeBoundsMs } from '../../runtime/metrics/histogram.ts';
import { rcodeSlot, rcodeSlots } from '../../wire/rcode-slots.ts';
import { type ForwardConfig, slotsOf } from './config.ts';

/**
 * Of one upstream: a histogram of durations (milliseconds) by RCODE, failures, queries that found a connection and that did not;
 * then, from `states` on, what is and is not counted: whether it is down, and whether it is turned off.
 */
export const upstreamSeries = {
  durations: 0,
  durationLength: histogramLength(timeBoundsMs),
  codes: rcodeSlots,
  failures: rcodeSlots * histogramLength(timeBoundsMs),
  connectionHits: rcodeSlots * histogramLength(timeBoundsMs) + 1,
  connectionMisses: rcodeSlots * histogramLength(timeBoundsMs) + 2,
  healthCheckFailures: rcodeSlots * histogramLength(timeBoundsMs) + 3,
  states: rcodeSlots * histogramLength(timeBoundsMs) + 4,
  isDown: rcodeSlots * histogramLength(timeBoundsMs) + 4,
  isOff: rcodeSlots * histogramLength(timeBoundsMs) + 5,
  length: rcodeSlots * histogramLength(timeBoundsMs) + 6,
} as const;

/** Of a `forward` directive: queries that max_concurrent refused, second tries, queries that came while all upstreams were down, then the upstreams of all lines in file order, a slot for each. */
export const forwardSeries = { rejects: 0, hedges: 1, broken: 2, upstreams: 3 } as const;

/** Numbers that a worker counts in for this directive. */
export function forwardSeriesLength({ lines }: ForwardConfig): number {
  return seriesOf(lines.reduce((sum, line) => sum + slotsOf(line), 0));
}

/** Where the numbers of an upstream begin; `slot` counts those of all lines. */
export function seriesOf(slot: number): number {
  return forwardSeries.upstreams + slot * upstreamSeries.length;
}

/** Counts what becomes of the queries to one upstream. */
export class UpstreamMeter {
  readonly #memory: Float64Array;
  readonly #at: number;

  /** `slot` counts those of all lines. */
  constructor(memory: Float64Array, slot: number) {
    this.#memory = memory;
    this.#at = seriesOf(slot);
    // The memory may be that of a worker that died.
    this.setDown(false);
    this.setOff(false);
  }

  replied(code: number, durationMs: number): void {
    const at = this.#at + upstreamSeries.durations + rcodeSlot(code) * upstreamSeries.durationLength;
    observe(this.#memory, at, timeBoundsMs, durationMs);
  }

  failed(): void {
    this.#memory[this.#at + upstreamSeries.failures]!++;
  }

  /** A query goes over a connection, which was there or had to be opened. */
  usedConnection(wasThere: boolean): void {
    this.#memory[this.#at + (wasThere ? upstreamSeries.connectionHits : upstreamSeries.connectionMisses)]!++;
  }

  healthCheckFailed(): void {
    this.#memory[this.#at + upstreamSeries.healthCheckFailures]!++;
  }

  setDown(isDown: boolean): void {
    this.#memory[this.#at + upstreamSeries.isDown] = isDown ? 1 : 0;
  }

  setOff(isOff: boolean): void {
    this.#memory[this.#at + upstreamSeries.isOff] = isOff ? 1 : 0;
  }
}
