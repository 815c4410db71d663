/** How long an upstream stays last after it went down; doubled at each further try that fails, up to the maximum. */
const firstPauseMs = 1000;
const maxPauseMs = 10_000;
/** Replies in a row that are overdue, while others answer, make an upstream silent. */
const maxOverdue = 3;

/**
 * What queries and probes tell about an upstream. It is avoided, which means tried after the others, in two cases:
 *
 *     silent   several replies in a row are overdue, before it is known whether they will come
 *     down     `maxFails` failures in a row: that is told in the log and in the metrics
 *
 * Meanwhile it is probed, and when a pause is over one query is let through to try it, as there are servers that leave probes
 * unanswered; the next pause is longer. Any reply ends all that. Times are of a monotonic clock, in milliseconds.
 */
export class Health {
  readonly #maxFails: number;
  #failures = 0;
  #overdue = 0;
  #pauseMs = firstPauseMs;
  #pausedUntil = 0;
  isAvoided = false;
  isDown = false;

  /** `maxFails` 0: never down, nor avoided. */
  constructor(maxFails: number) {
    this.#maxFails = maxFails;
  }

  /** Whether a query should come here before it goes to an upstream for which this says no. */
  isPreferred(now: number): boolean {
    return !this.isAvoided || now >= this.#pausedUntil;
  }

  /** A query is sent here. If it is the one that tries whether the upstream is back, others keep away meanwhile. */
  onSend(now: number): void {
    if (!this.isAvoided || now < this.#pausedUntil) return;
    this.#pauseMs = Math.min(2 * this.#pauseMs, maxPauseMs);
    this.#pausedUntil = now + this.#pauseMs;
  }

  /** A reply has not come for longer than nearly all take. Returns whether the upstream is avoided from now on. */
  onOverdue(now: number): boolean {
    if (this.isAvoided || this.#maxFails === 0 || ++this.#overdue < maxOverdue) return false;
    this.#avoid(now);
    return true;
  }

  /** No reply, or none that can be read. Returns whether the upstream went down by this. */
  onFailure(now: number): boolean {
    this.#failures++;
    if (this.isDown || this.#maxFails === 0 || this.#failures < this.#maxFails) return false;
    this.isDown = true;
    if (!this.isAvoided) this.#avoid(now);
    return true;
  }

  /** A reply, whatever it says. Returns whether the upstream was down before. */
  onReply(): boolean {
    const wasDown = this.isDown;
    this.#failures = 0;
    this.#overdue = 0;
    this.isAvoided = this.isDown = false;
    return wasDown;
  }

  #avoid(now: number): void {
    this.isAvoided = true;
    this.#pauseMs = firstPauseMs;
    this.#pausedUntil = now + firstPauseMs;
  }
}
