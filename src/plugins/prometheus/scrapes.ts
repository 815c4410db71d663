import type { Clock } from '../../runtime/clock.ts';

/** Behind a scrape the thread has so many times its duration for other things. */
const restFactor = 4;

/** What the metrics were at some moment, in the form in which they are sent. */
export type ScrapedText = Buffer;

/**
 * Makes the text of one scrape at a time. Who asks while one waits to begin shares it, and so does whoever had asked before
 * it began: however many ask, and how often, a fifth of the thread is what they can have.
 */
export class Scrapes {
  readonly #make: () => Promise<string>;
  readonly #clock: Clock;
  #last: Promise<ScrapedText> | undefined;
  #next: Promise<ScrapedText> | undefined;
  #restsUntil = -Infinity;
  #begun = 0;

  constructor(make: () => Promise<string>, clock: Clock) {
    this.#make = make;
    this.#clock = clock;
  }

  /** How many have begun: what a request notes when it comes. */
  get begun(): number {
    return this.#begun;
  }

  /** The text of a scrape that began when so many others had, or later. Rejects with what making it threw. */
  after(begun: number): Promise<ScrapedText> {
    if (this.#last && this.#begun > begun) return this.#last;
    return (this.#next ??= this.#begin());
  }

  async #begin(): Promise<ScrapedText> {
    await this.#last?.catch(() => undefined);
    const restMs = this.#restsUntil - this.#clock.now();
    if (restMs > 0) await new Promise<void>((resolve) => this.#clock.after(restMs, resolve));
    this.#last = this.#next;
    this.#next = undefined;
    this.#begun++;
    const beganAt = this.#clock.now();
    try {
      return Buffer.from(await this.#make());
    } finally {
      const endedAt = this.#clock.now();
      this.#restsUntil = endedAt + restFactor * (endedAt - beganAt);
    }
  }
}
