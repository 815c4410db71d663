/** Servers are replaced and mended: after so long it is tried anew. */
const believedMs = 5 * 60_000;

/** Something that an upstream turned out not to be able to do; it is believed for a while. Times are of a monotonic clock. */
export class Limitation {
  #until = -Infinity;

  learn(now: number): void {
    this.#until = now + believedMs;
  }

  holds(now: number): boolean {
    return now < this.#until;
  }
}
