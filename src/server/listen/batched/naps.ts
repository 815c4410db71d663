import type { SystemCalls } from './system-calls.ts';

/**
 * Long enough for several queries of a busy server, and short beside the way that a query has come. Half of it costs a fifth more
 * processor time at 50,000 queries a second.
 */
const napUs = 100;
/**
 * One of several workers gets half of the queries, or less, in the same time. It sleeps longer, so that it is woken for as
 * many: two that answer 50,000 a second, which one could do alone, would cost 1.6 times as much. With 250 µs it is 1.1
 * times, with this nothing to speak of. No longer for more than two: a wait of half a millisecond would be felt.
 */
const sharedNapUs = 300;
/** With less slack than the 50 µs that the kernel adds to the sleep of a thread by default. */
const slackNs = 1000;
const PR_SET_TIMERSLACK = 29;
const maxPause = 64;

/**
 * Makes the calling thread sleep for a moment, its event loop with it. Where the system does not do that, nothing happens.
 * `workers` is how many share the queries.
 */
export function makeNap(calls: SystemCalls, workers: number): () => void {
  const us = workers === 1 ? napUs : sharedNapUs;
  calls.prctl(PR_SET_TIMERSLACK, slackNs, 0, 0, 0);
  return () => void calls.usleep(us);
}

/**
 * Whether it pays to sleep for a moment when a batch is answered, and then to look for more queries, instead of waiting until
 * the event loop tells of the next one. To be woken and told costs as much as several answers, so a busy server wants to be
 * told of several at once, as network cards do it (interrupt moderation). What comes during a nap waits for its end.
 *
 * Another gain is that the kernel lets a thread that has slept so long have the processor at once. One that is woken a few
 * microseconds after it went to sleep has just had its share, and may wait for the next tick, up to 4 ms, while the
 * main thread reads lists or V8 collects its garbage.
 *
 * A client that asks one after the other would only be kept waiting, so each nap that finds less than two queries makes the
 * pause until the next one twice as long. For clients that have a few queries under way see `NapTrials`.
 */
export class Naps {
  /** Batches without a nap. */
  #pause = 0;
  #batchesLeft = 0;

  /** Asked once after each batch. */
  isDue(): boolean {
    if (this.#batchesLeft === 0) return true;
    this.#batchesLeft--;
    return false;
  }

  /** Says how many queries came during a nap. */
  tell(found: number): void {
    this.#pause = found > 1 ? 0 : Math.min(maxPause, 2 * this.#pause + 1);
    this.#batchesLeft = this.#pause;
  }
}
