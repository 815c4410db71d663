import { ApiError } from './api-client.ts';
import { Backoff } from './backoff.ts';
import { isRefusal } from './failure.ts';
import type { ReflectorTiming } from './timing.ts';

/**
 * How long a collection waits after a failure. Requests without an answer are counted apart from bad answers: an API server
 * that was away for minutes, and answers again, is not left alone for as long as one that is away.
 */
export class Retry {
  readonly #timing: ReflectorTiming;
  readonly #unanswered: Backoff;
  readonly #answered: Backoff;
  /** Since the last failure. */
  #wasAnswered = false;
  #lastGoneAt = -Infinity;

  /** `random` gives numbers in [0, 1). */
  constructor(timing: ReflectorTiming, random: () => number) {
    const { minBackoffMs, maxBackoffMs, resetBackoffMs } = timing;
    this.#timing = timing;
    this.#unanswered = new Backoff(minBackoffMs, maxBackoffMs, resetBackoffMs, random);
    this.#answered = new Backoff(minBackoffMs, maxBackoffMs, resetBackoffMs, random);
  }

  /** The API server has answered, whatever. */
  answered(): void {
    this.#wasAnswered = true;
    this.#unanswered.reset();
  }

  /** A watch tells what happens: all is well. */
  succeeded(): void {
    this.#answered.reset();
  }

  /**
   * Milliseconds to wait after a failure at `now`; what the API server asks for is heeded, up to a limit. `isFirst`: nothing
   * has been read yet, and no query can be answered meanwhile.
   */
  next(error: unknown, now: number, isFirst: boolean): number {
    const { maxRetryAfterMs, maxFirstRetryAfterMs, maxBackoffMs, maxFirstBackoffMs, maxRefusedBackoffMs } =
      this.#timing;
    const askedForMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    const isAnswer = this.#wasAnswered || error instanceof ApiError;
    if (isAnswer) this.#unanswered.reset();
    this.#wasAnswered = false;
    const maxMs = isFirst ? Math.min(maxFirstBackoffMs, maxBackoffMs) : maxBackoffMs;
    if (!isAnswer) return this.#unanswered.next(now, isRefusal(error) ? Math.min(maxRefusedBackoffMs, maxMs) : maxMs);
    const heededMs = Math.min(askedForMs, isFirst ? maxFirstRetryAfterMs : maxRetryAfterMs);
    return Math.max(this.#answered.next(now, maxMs), heededMs);
  }

  /** After a 410 at `now` everything is listed at once, but not again and again: false then. */
  listsAtOnce(now: number): boolean {
    const isFirst = now - this.#lastGoneAt > this.#timing.maxBackoffMs;
    this.#lastGoneAt = now;
    if (isFirst) this.answered();
    return isFirst;
  }
}
