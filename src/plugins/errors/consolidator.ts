import { goDuration } from '../../corefile/duration.ts';
import type { Clock } from '../../runtime/clock.ts';
import { LinearRegExp } from '../../runtime/linear-regexp.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Consolidation } from './config.ts';

/** Of a pattern: how many errors this period has, and when it ends, in milliseconds of the wall clock modulo 2³². */
const slot = { count: 0, end: 1 } as const;
/** Numbers per pattern that all workers have in common. */
export const sharedPerPattern = 2;

/**
 * Counts the errors of one pattern, together with all other workers. A period starts with its first error and ends with one line
 * `N errors like 'RE' occurred in last 30s`; without errors no timer runs.
 *
 * Each worker that has counted an error waits for the end of the period, and the first that comes to it takes the count: so the line is
 * logged once, and also where the worker that began the period has died.
 */
export class Consolidator {
  readonly #rule: Consolidation;
  readonly #pattern: LinearRegExp;
  readonly #shared: Int32Array;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #isClosed = false;
  #cancel: (() => void) | undefined;

  /** `shared`: the numbers of this pattern. */
  constructor(rule: Consolidation, shared: Int32Array, clock: Clock, logger: Logger) {
    this.#rule = rule;
    this.#pattern = new LinearRegExp(rule.pattern);
    this.#shared = shared;
    this.#clock = clock;
    this.#logger = logger;
    // Who has counted these may be gone.
    if (Atomics.load(shared, slot.count) > 0) this.#wait();
  }

  matches(reason: string): boolean {
    return this.#pattern.test(reason);
  }

  /**
   * Counts one error; after `close` it does not and returns false. `line` builds the line of the error itself and is
   * asked only where it is shown.
   */
  count(line: () => string): boolean {
    if (this.#isClosed) return false;
    const { periodMs, showsFirst, level } = this.#rule;
    const shared = this.#shared;
    if (Atomics.load(shared, slot.count) === 0) Atomics.store(shared, slot.end, this.#clock.wall() + periodMs);
    const isFirst = Atomics.add(shared, slot.count, 1) === 0;
    this.#wait();
    if (isFirst && showsFirst) this.#logger[level](line());
    return true;
  }

  /** Ends the period early, with its line. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#report();
  }

  /** How long the period still goes on; it may have begun on a clock that was put forward or back since. */
  get #remainingMs(): number {
    const ms = (Atomics.load(this.#shared, slot.end) - this.#clock.wall()) | 0;
    return Math.min(Math.max(ms, 0), this.#rule.periodMs);
  }

  #wait(): void {
    this.#cancel ??= this.#clock.after(this.#remainingMs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#cancel = undefined;
    // Another worker may have taken the count, and another period have begun.
    if (this.#remainingMs > 0 && Atomics.load(this.#shared, slot.count) > 0) this.#wait();
    else this.#report();
  }

  #report(): void {
    const { showsFirst, level, pattern, periodMs } = this.#rule;
    const count = Atomics.exchange(this.#shared, slot.count, 0);
    // A single error that was shown has nothing to add up.
    if (count === 0 || (count === 1 && showsFirst)) return;
    this.#logger[level](`plugin/errors: ${count} errors like '${pattern}' occurred in last ${goDuration(periodMs)}`);
  }
}
