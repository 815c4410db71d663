import type { Clock } from '../../runtime/clock.ts';

/** Pauses pay from this rate on: one query in so many milliseconds, for each worker. */
const queryIntervalMs = 0.05;
/**
 * A pause in microseconds: so much for each query of the last batch, within bounds. The shortest collects two or three of
 * 50,000 queries a second. From about 80,000 a second on, pauses and batches make each other longer, up to the longest.
 */
const pauseUs = { perQuery: 10, shortest: 40, longest: 100 };
/** A worker that shares the queries with others pauses longer, to collect as many; up to so many times. */
const maxFactor = 3;

/**
 * Interrupt moderation, as network cards do it: while many queries arrive, a listener pauses after each batch and looks at
 * its socket again, instead of being woken by the event loop for every single query. To be woken costs as much as several
 * answers. What arrives during a pause waits for its end: 100 µs at most, and 40 µs at rates at which batches are small.
 *
 * The rate is that of the last batch alone, so that a burst is coalesced from its second batch on, and the first query
 * after it is answered at once. A client that waits for its answers before it sends more is delayed only where its round
 * trip is shorter than a pause; then it sends less, and the pauses end.
 */
export class Coalescing {
  readonly #clock: Clock;
  readonly #sleep: (us: number) => void;
  readonly #factor: number;
  #receivedAt = -Infinity;
  /** Of the next pause, in microseconds; 0 for none. */
  #pauseUs = 0;

  /** `workers` share the queries of each address; `sleep` blocks the thread. */
  constructor(clock: Clock, workers: number, sleep: (us: number) => void) {
    this.#clock = clock;
    this.#sleep = sleep;
    this.#factor = Math.min(workers, maxFactor);
  }

  /** Notes each batch when it was received: so many queries, at least one. */
  received(queries: number): void {
    const now = this.#clock.now();
    const isDense = now - this.#receivedAt <= queries * queryIntervalMs * this.#factor;
    const { perQuery, shortest, longest } = pauseUs;
    this.#pauseUs = isDense ? this.#factor * Math.max(shortest, Math.min(longest, queries * perQuery)) : 0;
    this.#receivedAt = now;
  }

  /** Pauses where that pays; says whether it did. */
  pause(): boolean {
    if (this.#pauseUs === 0) return false;
    this.#sleep(this.#pauseUs);
    return true;
  }
}
