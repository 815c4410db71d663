import { ApiError, isUnreachable } from './api-errors.ts';
import { Backoff } from './backoff.ts';
import type { ReflectorTiming } from './timing.ts';

/**
 * How long a reflector waits after a failure. Requests without an answer and answers that are errors have a back-off each: an
 * API server that was away for minutes, and answers again, is not left alone for as long as one that is away.
 */
export class Retry {
  readonly #timing: ReflectorTiming;
  readonly #unanswered: Backoff;
  readonly #answered: Backoff;
  /** Since the last failure. */
  #wasAnswered = false;
  #lastExpiredAt = -Infinity;

  /** `random` gives numbers in [0, 1). */
  constructor(timing: ReflectorTiming, random: () => number) {
    const { minBackoffMs, maxBackoffMs, resetBackoffMs } = timing;
    this.#timing = timing;
    this.#unanswered = new Backoff(minBackoffMs, maxBackoffMs, resetBackoffMs, random);
    this.#answered = new Backoff(minBackoffMs, maxBackoffMs, resetBackoffMs, random);
  }

  /** The API server has answered, with a success or an error. */
  answered(): void {
    this.#wasAnswered = true;
    this.#unanswered.reset();
  }

  /** An event of a watch has arrived. */
  succeeded(): void {
    this.#answered.reset();
  }

  /**
   * Milliseconds to wait after a failure at `now`; Retry-After is honoured up to a limit. `isFirst`: nothing has been listed
   * yet, and queries cannot be answered.
   */
  next(error: unknown, now: number, isFirst: boolean): number {
    const { maxRetryAfterMs, maxFirstRetryAfterMs, maxBackoffMs, maxFirstBackoffMs, maxUnreachableBackoffMs } =
      this.#timing;
    const isAnswer = this.#wasAnswered || error instanceof ApiError;
    if (isAnswer) this.#unanswered.reset();
    this.#wasAnswered = false;
    const maxMs = isFirst ? Math.min(maxFirstBackoffMs, maxBackoffMs) : maxBackoffMs;
    if (!isAnswer) {
      return this.#unanswered.next(now, isUnreachable(error) ? Math.min(maxUnreachableBackoffMs, maxMs) : maxMs);
    }
    const retryAfterMs = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    const honouredMs = Math.min(retryAfterMs, isFirst ? maxFirstRetryAfterMs : maxRetryAfterMs);
    return Math.max(this.#answered.next(now, maxMs), honouredMs);
  }

  /** Whether the relist after a 410 at `now` needs no back-off: not when the last one was a moment ago. */
  relistsAtOnce(now: number): boolean {
    const isFirst = now - this.#lastExpiredAt > this.#timing.maxBackoffMs;
    this.#lastExpiredAt = now;
    if (isFirst) this.answered();
    return isFirst;
  }
}
