import type { Clock } from '../../../runtime/clock.ts';

/** What waits for a deadline. */
export interface Expiring {
  /** The deadline has passed. It may schedule again. */
  expired(): void;
}

/** How late a deadline may be noticed. */
const tickMs = 20;

/**
 * One coarse timer for all deadlines: thousands of queries wait at a time, and nearly all of them are answered, so
 * that setting and dropping a deadline must cost no timer. Deadlines stand in buckets of a tick; the timer runs only
 * while there is one.
 *
 *     tick     51        52        53 ...
 *     bucket   {a, b}    {}        {c}
 */
export class Deadlines {
  readonly clock: Clock;
  readonly #buckets = new Map<number, Set<Expiring>>();
  #cancelTimer: (() => void) | undefined;
  readonly #onTimer = (): void => this.#turn();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Expires `entry` once, not before `delayMs` from now and about a tick later at most. The result is for `cancel`. */
  schedule(entry: Expiring, delayMs: number): number {
    const tick = Math.ceil((this.clock.now() + Math.max(delayMs, 1)) / tickMs);
    let bucket = this.#buckets.get(tick);
    if (bucket === undefined) {
      bucket = new Set();
      this.#buckets.set(tick, bucket);
    }
    bucket.add(entry);
    this.#cancelTimer ??= this.clock.after(tickMs, this.#onTimer);
    return tick;
  }

  /** Takes a deadline back; one that has passed already is no error. */
  cancel(entry: Expiring, tick: number): void {
    this.#buckets.get(tick)?.delete(entry);
  }

  /** Forgets all deadlines. */
  clear(): void {
    this.#buckets.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #turn(): void {
    const current = Math.floor(this.clock.now() / tickMs);
    for (const [tick, bucket] of this.#buckets) {
      // An empty bucket in the future goes too, so that the timer stops soon after the last deadline was dropped.
      if (tick > current && bucket.size > 0) continue;
      this.#buckets.delete(tick);
      for (const entry of bucket) entry.expired();
    }
    this.#cancelTimer = this.#buckets.size > 0 ? this.clock.after(tickMs, this.#onTimer) : undefined;
  }
}
