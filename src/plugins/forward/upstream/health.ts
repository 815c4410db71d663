/** How long an upstream stays last after it went down; doubled at each further try that fails, up to the maximum. */
const firstPauseMs = 1000;
const maxPauseMs = 10_000;

/**
 * What the queries themselves tell about an upstream; no probes are sent. After `maxFails` failures in a row it is
 * down: tried after the others. When a pause is over, one query is let through to try it, and the next pause is
 * longer; a reply ends all that. Times are of a monotonic clock, in milliseconds.
 */
export class Health {
  readonly #maxFails: number;
  #failures = 0;
  #pauseMs = firstPauseMs;
  #pausedUntil = 0;
  isDown = false;

  /** `maxFails` 0: never down. */
  constructor(maxFails: number) {
    this.#maxFails = maxFails;
  }

  /** Whether a query should come here before it goes to an upstream for which this says no. */
  isPreferred(now: number): boolean {
    return !this.isDown || now >= this.#pausedUntil;
  }

  /** A query is sent here. If it is the one that tries whether the upstream is back, others keep away meanwhile. */
  onSend(now: number): void {
    if (!this.isDown || now < this.#pausedUntil) return;
    this.#pauseMs = Math.min(2 * this.#pauseMs, maxPauseMs);
    this.#pausedUntil = now + this.#pauseMs;
  }

  /** No reply, or none that can be read. Returns whether the upstream went down by this. */
  onFailure(now: number): boolean {
    this.#failures++;
    if (this.isDown || this.#maxFails === 0 || this.#failures < this.#maxFails) return false;
    this.isDown = true;
    this.#pauseMs = firstPauseMs;
    this.#pausedUntil = now + firstPauseMs;
    return true;
  }

  /** A reply, whatever it says. Returns whether the upstream came back by this. */
  onReply(): boolean {
    const wasDown = this.isDown;
    this.#failures = 0;
    this.isDown = false;
    return wasDown;
  }
}
