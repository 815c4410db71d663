const maxPause = 64;

/**
 * Whether it pays to look for more queries as soon as a batch is answered, and not only when the event loop tells of them. To
 * be told costs as much as several answers; a look that finds none, as much as one. A busy server finds some at nearly each
 * look and a server that keeps up with its clients at none, so each look in vain makes the pause until the next one twice as
 * long.
 */
export class SecondLook {
  /** Batches without a look. */
  #pause = 0;
  #batchesLeft = 0;

  /** Asked once after each batch. */
  isDue(): boolean {
    if (this.#batchesLeft === 0) return true;
    this.#batchesLeft--;
    return false;
  }

  /** Says how many queries a look has found. */
  tell(found: number): void {
    this.#pause = found > 0 ? 0 : Math.min(maxPause, 2 * this.#pause + 1);
    this.#batchesLeft = this.#pause;
  }
}
