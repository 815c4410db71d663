/** Exponential back-off with full jitter, so that many replicas do not come back at one moment. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #resetMs: number;
  readonly #random: () => number;
  #failures = 0;
  #lastFailure = -Infinity;

  /** `random` gives numbers in [0, 1). After `resetMs` without a failure the next one counts as the first. */
  constructor(minMs: number, maxMs: number, resetMs: number, random: () => number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#resetMs = resetMs;
    this.#random = random;
  }

  /** The next failure counts as the first. */
  reset(): void {
    this.#failures = 0;
  }

  /** Milliseconds to wait after a failure at `now`: between 0 and minMs * 2^failures, at most `maxMs`. */
  next(now: number, maxMs = this.#maxMs): number {
    if (now - this.#lastFailure > this.#resetMs) this.#failures = 0;
    this.#lastFailure = now;
    // `maxMs` is reached long before 2^20.
    const limit = Math.min(maxMs, this.#minMs * 2 ** Math.min(this.#failures++, 20));
    return this.#random() * limit;
  }
}
