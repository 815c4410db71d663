import type { Clock } from '../../runtime/clock.ts';
import { bucketOf, histogramLength, observe, timeBoundsMs } from '../../runtime/metrics/histogram.ts';
import type { Query } from '../../wire/query.ts';
import { rcodeSlot } from '../../wire/rcode-slots.ts';
import { replyCode } from '../../wire/reply.ts';
import { familyLabels, typeIndex, typeLabels, zoneSeries } from './series.ts';
import { countSize, sizesLength } from './sizes.ts';

/**
 * Of the queries that are answered at once, one in so many is measured: reading the clock twice costs more than all
 * other counting. A prime, so that clients that always ask in pairs or fours do not hide half of their queries from it.
 */
const measuredOneIn = 61;
/** The first queries are all measured: they are the slowest, and must not stand for those that follow. */
const measuredFirst = 1000;

const familyStride = typeLabels.length;
const protocolStride = familyLabels.length * familyStride;
const durationSum = zoneSeries.duration + timeBoundsMs.length + 1;

/**
 * Counts the queries of one zone at one listener, with plain stores into the worker's memory.
 *
 * Durations: a query that waits is measured, from when it begins to wait. Of those that do not wait the first 1,000 are,
 * and later one in 61, which stands for those behind it as well. These are put into its bucket at the next measurement;
 * until then they are missing there, and a scrape adds them (`durationsOf`).
 */
export class Meter {
  readonly #memory: Float64Array;
  readonly #at: number;
  readonly #clock: Clock;
  #untilMeasured = 1;
  #measured = 0;
  /** Queries that were answered at once since the last one that was measured. */
  #unmeasured = 0;

  /** `at` is where the series of the zone begin. */
  constructor(memory: Float64Array, at: number, clock: Clock) {
    this.#memory = memory;
    this.#at = at;
    this.#clock = clock;
  }

  /** To be called before a query is handled: whether it is measured, for `count`. */
  begin(): boolean {
    if (--this.#untilMeasured > 0) return false;
    this.#measured++;
    this.#untilMeasured = this.#measured < measuredFirst ? 1 : measuredOneIn;
    // In memory, not in a field or result: that would be a number on the heap.
    this.#memory[this.#at + zoneSeries.began] = this.#clock.now();
    return true;
  }

  /** A query was answered at once by a reply of this length, 0 for none. */
  count(query: Query, length: number, isMeasured: boolean): void {
    if (isMeasured) this.#measure();
    else this.#unmeasured++;
    this.#countMessages(query, typeIndex(query.type), length);
    if (length > 0) this.#memory[this.#at + zoneSeries.responses + rcodeSlot(replyCode(query))]!++;
  }

  /** A query begins to wait: what `countWaited` is to be given. */
  beginWait(): number {
    return this.#clock.now();
  }

  countWaited(query: Query, length: number, began: number): void {
    observe(this.#memory, this.#at + zoneSeries.duration, timeBoundsMs, this.#clock.now() - began);
    this.#countMessages(query, typeIndex(query.type), length);
    if (length > 0) this.#memory[this.#at + zoneSeries.responses + rcodeSlot(replyCode(query))]!++;
  }

  /** A message that is no query that could be read was answered with `code`. */
  countMalformed(query: Query, length: number, code: number): void {
    observe(this.#memory, this.#at + zoneSeries.duration, timeBoundsMs, 0);
    this.#countMessages(query, typeLabels.length - 1, length);
    this.#memory[this.#at + zoneSeries.responses + code]!++;
  }

  #measure(): void {
    const memory = this.#memory;
    const at = this.#at;
    const ms = this.#clock.now() - memory[at + zoneSeries.began]!;
    const bucket = bucketOf(timeBoundsMs, ms);
    memory[at + zoneSeries.duration + memory[at + zoneSeries.lastBucket]!]! += this.#unmeasured;
    memory[at + durationSum]! += this.#unmeasured * memory[at + zoneSeries.lastDuration]! + ms;
    memory[at + zoneSeries.duration + bucket]!++;
    memory[at + zoneSeries.lastBucket] = bucket;
    memory[at + zoneSeries.lastDuration] = ms;
    this.#unmeasured = 0;
  }

  #countMessages(query: Query, type: number, length: number): void {
    const memory = this.#memory;
    const at = this.#at;
    const protocol = query.transport === 'udp' ? 0 : 1;
    const family = query.peer.family === 6 ? familyStride : 0;
    memory[at + zoneSeries.requests + protocol * protocolStride + family + type]!++;
    if (query.dnssecOk) memory[at + zoneSeries.dnssecOk]!++;
    const sizes = at + protocol * sizesLength;
    countSize(memory, sizes + zoneSeries.requestSize, query.end - query.start);
    if (length > 0) countSize(memory, sizes + zoneSeries.responseSize, length);
  }
}

/**
 * The durations of a zone in one worker's memory, in the form of a histogram: what its `Meter` has counted, and for the
 * queries since the last measurement what that was. So no count ever falls from one scrape to the next.
 */
export function durationsOf(memory: Float64Array, at: number): number[] {
  const start = at + zoneSeries.duration;
  const durations = [...memory.subarray(start, start + histogramLength(timeBoundsMs))];
  const sum = (numbers: Iterable<number>): number => Array.from(numbers).reduce((total, each) => total + each, 0);
  const queries = sum(memory.subarray(at + zoneSeries.requests, start));
  // A worker may be counting at this moment.
  const missing = Math.max(0, queries - sum(durations.slice(0, -1)));
  durations[memory[at + zoneSeries.lastBucket]!]! += missing;
  durations[durations.length - 1]! += missing * memory[at + zoneSeries.lastDuration]!;
  return durations;
}
