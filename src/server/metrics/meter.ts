import type { Clock } from '../../runtime/clock.ts';
import { bucketOf, histogramLength, observe, timeBoundsMs } from '../../runtime/histogram.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode } from '../../wire/reply.ts';
import { familyLabels, sizeBounds, typeIndex, typeLabels, zoneSeries } from './series.ts';

/**
 * Of the queries that are answered at once, one in so many is measured: reading the clock twice costs more than all
 * other counting. A prime, so that clients that always ask in pairs or fours do not hide half of their queries from it.
 */
const measuredOneIn = 17;
/** The first queries are all measured: they are the slowest, and must not stand for those that follow. */
const measuredFirst = 1000;
const sizeLength = histogramLength(sizeBounds);
const durationSum = zoneSeries.duration + timeBoundsMs.length + 1;

/**
 * Counts the queries of one zone at one listener, with plain stores into the worker's memory.
 *
 * Durations: a query that waits is measured, from when it begins to wait. Of those that do not wait the
 * first 1,000 are, and later one in 17: each of the next 16 counts with the duration that was measured last. So the counts of the histogram are exact, and its
 * shape and sum are those of the sample.
 */
export class Meter {
  readonly #memory: Float64Array;
  readonly #at: number;
  readonly #clock: Clock;
  #untilMeasured = 1;
  #measured = 0;

  /** `at` is where the series of the zone begin. */
  constructor(memory: Float64Array, at: number, clock: Clock) {
    this.#memory = memory;
    this.#at = at;
    this.#clock = clock;
  }

  /** To be called before a query is handled: what `count` is to be given, 0 where the query is not measured. */
  begin(): number {
    if (--this.#untilMeasured > 0) return 0;
    this.#measured++;
    this.#untilMeasured = this.#measured < measuredFirst ? 1 : measuredOneIn;
    return this.#clock.now();
  }

  /** A query was answered at once by a reply of this length, 0 for none. */
  count(query: Query, length: number, began: number): void {
    const memory = this.#memory;
    const at = this.#at;
    if (began !== 0) {
      const ms = this.#clock.now() - began;
      memory[at + zoneSeries.lastDuration] = ms;
      memory[at + zoneSeries.lastBucket] = bucketOf(timeBoundsMs, ms);
    }
    memory[at + zoneSeries.duration + memory[at + zoneSeries.lastBucket]!]!++;
    memory[at + durationSum]! += memory[at + zoneSeries.lastDuration]!;
    this.#countSizes(query, typeIndex(query.type), length);
    if (length > 0) memory[at + zoneSeries.responses + replyCode(query)]!++;
  }

  /** A query begins to wait: what `countWaited` is to be given. */
  beginWait(): number {
    return this.#clock.now();
  }

  countWaited(query: Query, length: number, began: number): void {
    observe(this.#memory, this.#at + zoneSeries.duration, timeBoundsMs, this.#clock.now() - began);
    this.#countSizes(query, typeIndex(query.type), length);
    if (length > 0) this.#memory[this.#at + zoneSeries.responses + replyCode(query)]!++;
  }

  /** A message that is no query that could be read was answered with `code`. */
  countMalformed(query: Query, length: number, code: number): void {
    observe(this.#memory, this.#at + zoneSeries.duration, timeBoundsMs, 0);
    this.#countSizes(query, typeLabels.length - 1, length);
    this.#memory[this.#at + zoneSeries.responses + code]!++;
  }

  #countSizes(query: Query, type: number, length: number): void {
    const memory = this.#memory;
    const at = this.#at;
    const protocol = query.transport === 'udp' ? 0 : 1;
    const family = query.peer.family === 6 ? 1 : 0;
    memory[at + zoneSeries.requests + (protocol * familyLabels.length + family) * typeLabels.length + type]!++;
    if (query.dnssecOk) memory[at + zoneSeries.dnssecOk]!++;
    const sizes = at + protocol * sizeLength;
    observe(memory, sizes + zoneSeries.requestSize, sizeBounds, query.end - query.start);
    if (length > 0) observe(memory, sizes + zoneSeries.responseSize, sizeBounds, length);
  }
}
